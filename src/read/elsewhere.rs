//! Addresses that only say where the address stands: 同上, 同投保人. They are looked up where the row, or the row above,
//! says it without doubt; else they are told, and no address.

use crate::model::columns::{Data, Texts, Words};
use crate::model::list::{List, Slot};
use crate::model::text;
use crate::problem::{Code, Outcome, Problem};
use crate::templates::Templates;
use crate::templates::fields::{FieldType, Role};

use super::column::Findings;

/// Where the address of a cell stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Elsewhere {
    /// In the row above.
    Above,
    /// With somebody else of the row.
    With(Role),
    /// Somewhere: 同左, 同户籍.
    Somewhere,
}

/// What a cell says instead of an address. 同安区某路1号 is an address.
fn elsewhere(cell: &str) -> Option<Elsewhere> {
    const WHOSE: [(&str, Role); 9] = [
        ("投保人", Role::Applicant),
        ("被保险人", Role::Insured),
        ("被保人", Role::Insured),
        ("户主", Role::Head),
        ("客户", Role::Client),
        ("本人", Role::Client),
        ("配偶", Role::Spouse),
        ("父亲", Role::Father),
        ("母亲", Role::Mother),
    ];
    const PLACES: [&str; 24] = [
        "左",
        "右",
        "下",
        "前",
        "后",
        "身份证",
        "证件",
        "户籍",
        "户口",
        "家庭住址",
        "家庭地址",
        "住址",
        "住所",
        "地址",
        "现住址",
        "通讯地址",
        "通信地址",
        "单位",
        "父母",
        "丈夫",
        "妻子",
        "老公",
        "老婆",
        "家人",
    ];
    let key = text::key(cell);
    let key = key.trim_matches(['(', ')', '"', '\'', '.', '。']);
    if matches!(key, "〃" | "″" | "〞" | "如上" | "见上" | "同上行" | "上同") || cell.trim() == "\"" {
        return Some(Elsewhere::Above);
    }
    let whose = key.strip_prefix('同').or_else(|| key.strip_prefix('与')?.strip_suffix("相同"))?;
    let whose = ["的地址", "的住址", "地址", "住址", "相同", "一样", "一致", "一栏"]
        .iter()
        .find_map(|word| whose.strip_suffix(word).filter(|rest| !rest.is_empty()))
        .unwrap_or(whose);
    match whose {
        "上" => Some(Elsewhere::Above),
        whose if PLACES.contains(&whose) => Some(Elsewhere::Somewhere),
        whose => WHOSE.iter().find(|(word, _)| *word == whose).map(|(_, role)| Elsewhere::With(*role)),
    }
}

/// Settles all addresses of a list that stand elsewhere.
pub fn settle(list: &mut List, templates: &Templates, findings: &mut Findings) {
    let is_address = |at: &usize| templates.fields.entry(list.columns[*at].slot.field).kind == FieldType::Address;
    let columns: Vec<usize> = (0..list.columns.len()).filter(is_address).collect();
    let says_so = |at: &&usize| match &list.columns[**at].data {
        Data::Words(words) => words.distinct().iter().any(|word| elsewhere(word).is_some()),
        data => (0..list.len()).any(|row| elsewhere(data.text(row)).is_some()),
    };
    if !columns.iter().any(|at| says_so(&at)) {
        return;
    }
    let mut said: Vec<Vec<String>> =
        columns.iter().map(|at| (0..list.len()).map(|row| list.columns[*at].data.text(row).to_string()).collect()).collect();
    let of_holder = |slot: &Slot| matches!(slot.role, Role::Client | Role::Applicant | Role::Head);
    let has_holder = columns.iter().any(|at| of_holder(&list.columns[*at].slot));
    for row in 0..list.len() {
        // 同上 first: 同投保人 may lead to it.
        let follows = !list.is_of_forms() && row > 0 && list.rows[row - 1] + 1 == list.rows[row];
        let own_rows = said.iter_mut().zip(&columns).filter(|(_, at)| of_holder(&list.columns[**at].slot) || !has_holder);
        for (column, _) in own_rows.filter(|(column, _)| elsewhere(&column[row]) == Some(Elsewhere::Above)) {
            if follows && !column[row - 1].is_empty() {
                column[row] = column[row - 1].clone();
            }
        }
        for index in 0..columns.len() {
            let own = list.columns[columns[index]].slot;
            let role = match elsewhere(&said[index][row]) {
                Some(Elsewhere::With(role)) => role,
                // On the form the list was typed from, the insured stands below the applicant.
                Some(Elsewhere::Above) if has_holder && !of_holder(&own) => Role::Applicant,
                _ => continue,
            };
            // Of a list of policies the client is who holds them.
            let roles = match role {
                Role::Applicant => [Role::Applicant, Role::Client],
                Role::Client => [Role::Client, Role::Applicant],
                role => [role, role],
            };
            let found = roles.into_iter().filter(|role| *role != own.role).find_map(|role| {
                let is_theirs = |at: &&usize| {
                    let slot = list.columns[**at].slot;
                    slot.role == role && slot.field == own.field && slot.nth == 0
                };
                let theirs = &said[columns.iter().position(|at| is_theirs(&at))?][row];
                (!theirs.is_empty() && elsewhere(theirs).is_none()).then(|| theirs.clone())
            });
            if let Some(found) = found {
                said[index][row] = found;
            }
        }
        for (column, at) in said.iter_mut().zip(&columns) {
            if elsewhere(&column[row]).is_some() {
                let found = std::mem::take(&mut column[row]);
                let column = &list.columns[*at];
                findings.note(Problem {
                    code: Code::AddressElsewhere,
                    place: list.cell(row, column),
                    field: column.heading.clone(),
                    found: found.as_str().into(),
                    what: format!("写的是“{found}”，看不出是哪里").into(),
                    outcome: Outcome::CellSetAside,
                });
            }
        }
    }
    for (said, at) in said.into_iter().zip(columns) {
        let column = &mut list.columns[at];
        let changed: Vec<(usize, String)> = (0..said.len())
            .filter(|row| column.data.text(*row) != said[*row])
            .map(|row| (row, column.data.text(row).to_string()))
            .collect();
        findings.originals.keep_missing(column.at, changed.iter().map(|(row, text)| (*row, text.as_str())));
        column.data = match &column.data {
            Data::Words(_) => {
                let mut words = Words::default();
                said.iter().for_each(|text| words.push(text));
                words.complete();
                Data::Words(words)
            }
            _ => Data::Texts(Texts::from_iter(said)),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_instead_of_an_address() {
        use Elsewhere::*;
        for (cell, want) in [
            ("同上", Some(Above)),
            ("（同上）", Some(Above)),
            ("〃", Some(Above)),
            ("同投保人", Some(With(Role::Applicant))),
            ("同投保人地址", Some(With(Role::Applicant))),
            ("与投保人相同", Some(With(Role::Applicant))),
            ("同被保险人", Some(With(Role::Insured))),
            ("同户主", Some(With(Role::Head))),
            ("同左", Some(Somewhere)),
            ("同身份证地址", Some(Somewhere)),
            ("同安区某路1号", None),
            ("同德街2号", None),
            ("某路同上", None),
            ("", None),
        ] {
            assert_eq!(elsewhere(cell), want, "{cell}");
        }
    }
}
