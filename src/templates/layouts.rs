//! `layouts.toml` of an office folder: headings that somebody has settled, as `fuwuka inspect --save` writes them and
//! the office edits them. A list with exactly these headings, in whatever order, is read as it says.

use rustc_hash::{FxHashMap, FxHashSet};
use serde::Deserialize;

use super::TemplateError;
use super::fields::{Claim, Fields, nearest};
use super::heading::Heading;
use crate::model::list::Kind;

/// Name of the file in the office folder.
pub const FILE: &str = "layouts.toml";

/// What stands at the top of the file when it is made.
pub const PREFACE: &str = "\
# 记住的表样：标题行和这里完全一样的表（列的顺序不要紧），就按这里写的认。
# 由 fuwuka inspect --save 写入，可以改：左边是表里的标题，右边是 fields.toml 里的中文名；
# 说的是谁的，写在前面，如“投保人的手机”；右边空着，就是不需要这一列，不再提醒。
# [[form]] 是卡片：左边是卡上的标题，写法一样；卡上有这里的大部分标题，就按这里写的认。
";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    layout: Vec<Entry>,
    #[serde(default)]
    form: Vec<FormEntry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FormEntry {
    #[serde(default, rename = "from")]
    _from: String,
    labels: Vec<[String; 2]>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    kind: String,
    #[serde(default, rename = "from")]
    _from: String,
    columns: Vec<[String; 2]>,
}

/// The layouts of an office.
#[derive(Clone, Debug, Default)]
pub struct Layouts {
    by_headings: FxHashMap<Vec<String>, Layout>,
    forms: Vec<FormLayout>,
}

/// A form whose labels are settled.
#[derive(Clone, Debug)]
struct FormLayout {
    /// Keys of its labels, each once, sorted.
    keys: Vec<String>,
    /// What they mean there.
    fields: Fields,
}

/// With fewer labels that are known again a form may be any.
const FEWEST_LABELS: usize = 3;

/// Headings that are settled.
#[derive(Clone, Debug)]
pub struct Layout {
    /// What the list is.
    pub kind: Kind,
    /// What each heading is, by its key and, of several that are alike, by its turn; nothing for columns nobody needs.
    claims: FxHashMap<(String, usize), Option<Claim>>,
}

impl Layouts {
    /// Reads an office's file.
    pub fn load(file: &str, text: &str, fields: &Fields) -> Result<Layouts, TemplateError> {
        let parsed: File = super::parse_toml(file, text)?;
        let wrong = |what: String| TemplateError { file: file.to_string(), what };
        let mut layouts = Layouts::default();
        for entry in parsed.layout {
            let kind = Kind::of_tables().into_iter().find(|kind| kind.title() == entry.kind);
            let kind = kind.ok_or_else(|| {
                let known = Kind::of_tables().map(Kind::title).join("、");
                wrong(format!("不认识 kind = \"{}\"，可以写的有：{known}", entry.kind))
            })?;
            let mut claims = FxHashMap::default();
            let keys: Vec<String> = entry.columns.iter().map(|[heading, _]| Heading::of(heading).key).collect();
            for (index, [heading, title]) in entry.columns.iter().enumerate() {
                let turn = keys[..index].iter().filter(|key| **key == keys[index]).count();
                let claim = claim(title, fields).map_err(|near| wrong(format!("“{heading}”右边的“{title}”不认识{near}")))?;
                claims.insert((keys[index].clone(), turn), claim);
            }
            layouts.by_headings.insert(sorted(keys), Layout { kind, claims });
        }
        for entry in parsed.form {
            let mut labels: Vec<(String, Option<Claim>)> = Vec::new();
            for [label, title] in &entry.labels {
                let claim = claim(title, fields).map_err(|near| wrong(format!("“{label}”右边的“{title}”不认识{near}")))?;
                labels.push((Heading::of(label).key, claim));
            }
            let mut keys = sorted(labels.iter().map(|(key, _)| key.clone()).collect());
            keys.dedup();
            // Where a label means that anyhow, it may mean something else in another part of the card, too.
            let means = |key: &str, claim: &Claim| fields.claims(key).0.contains(claim);
            labels.retain(|(key, claim)| claim.is_none_or(|claim| !means(key, &claim)));
            layouts.forms.push(FormLayout { keys, fields: fields.with_settled(labels.into_iter()) });
        }
        Ok(layouts)
    }

    /// Whether any form is settled.
    pub fn knows_forms(&self) -> bool {
        !self.forms.is_empty()
    }

    /// What the labels of a form mean, if somebody has settled it: of the forms most of whose labels are among these,
    /// the one with the most.
    pub fn fields_of_form(&self, keys: &FxHashSet<String>) -> Option<&Fields> {
        let known = |form: &FormLayout| form.keys.iter().filter(|key| keys.contains(*key)).count();
        let matching = self.forms.iter().filter(|form| {
            let known = known(form);
            known >= FEWEST_LABELS && known * 5 >= form.keys.len() * 4
        });
        matching.max_by_key(|form| (known(form), std::cmp::Reverse(form.keys.len()))).map(|form| &form.fields)
    }

    /// Whether all of these labels are settled already, in one form.
    pub fn has_form(&self, keys: &[String]) -> bool {
        self.forms.iter().any(|form| keys.iter().all(|key| form.keys.contains(key)))
    }

    /// The layout with exactly these headings.
    pub fn of<'h>(&self, headings: impl Iterator<Item = &'h str>) -> Option<&Layout> {
        if self.by_headings.is_empty() {
            return None;
        }
        self.by_headings.get(&sorted(headings.map(|heading| Heading::of(heading).key).collect()))
    }
}

impl Layout {
    /// What a heading is; `turn` counts those before it that are alike. Nothing for a column nobody needs.
    pub fn claim(&self, heading: &str, turn: usize) -> Option<Claim> {
        self.claims.get(&(Heading::of(heading).key, turn)).copied().flatten()
    }
}

fn sorted(mut keys: Vec<String>) -> Vec<String> {
    keys.sort();
    keys
}

/// The field a title names, and whose: 投保人的手机. What it may have meant, where it names none.
fn claim(title: &str, fields: &Fields) -> Result<Option<Claim>, String> {
    if title.trim().is_empty() {
        return Ok(None);
    }
    let field = |title: &str| fields.iter().find(|(_, entry)| entry.title == title).map(|(field, _)| field);
    let (whose, bare) = match title.split_once('的') {
        Some((whose, bare)) if field(title).is_none() => (Some(whose), bare),
        _ => (None, title),
    };
    let role = whose.map(|whose| fields.role_titled(whose).ok_or_else(String::new)).transpose()?;
    match field(bare) {
        Some(field) => Ok(Some(Claim { field, role })),
        None => {
            let near = nearest(bare, fields.iter().map(|(_, entry)| entry.title.as_str()));
            Err(near.first().map(|near| format!("，是不是“{near}”")).unwrap_or_default())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::templates::FIELDS;
    use crate::templates::fields::{Field, Role};

    fn fields() -> Fields {
        Fields::load(FIELDS, None).unwrap()
    }

    #[test]
    fn headings_are_known_in_whatever_order() {
        let text = "[[layout]]\nkind = '客户清单'\ncolumns = [['客户', '姓名'], ['号码', '证件号码'], ['号码', '手机'], ['年龄段', '']]";
        let layouts = Layouts::load("layouts.toml", text, &fields()).unwrap();
        let layout = layouts.of(["年龄段", "号 码", "客户：", "号码"].into_iter()).unwrap();
        assert_eq!(layout.kind, Kind::Clients);
        let field = |heading, turn| layout.claim(heading, turn).map(|claim| claim.field);
        assert_eq!(field("号码", 0), Some(Field::CERT_NO));
        assert_eq!(field("号码", 1), Some(Field::PHONE));
        assert_eq!(field("年龄段", 0), None);
        assert!(layouts.of(["客户", "号码"].into_iter()).is_none());
    }

    #[test]
    fn whose_a_column_is_stands_before_its_field() {
        let claim = |title| claim(title, &fields());
        assert_eq!(claim("投保人的手机"), Ok(Some(Claim { field: Field::PHONE, role: Some(Role::Applicant) })));
        assert_eq!(claim("手机号"), Err("，是不是“手机”".to_string()));
        assert_eq!(claim(" "), Ok(None));
    }

    /// A form is known by most of its labels; one of a few labels by three.
    #[test]
    fn forms_are_known_by_most_of_their_labels() {
        let text =
            "[[form]]\nlabels = [['掌柜', '姓名'], ['机子', '手机'], ['门牌', '家庭住址'], ['爱犬', '备注'], ['绰号', '']]";
        let layouts = Layouts::load("layouts.toml", text, &fields()).unwrap();
        let found = |labels: &[&str]| layouts.fields_of_form(&labels.iter().map(|label| label.to_string()).collect());
        let settled = found(&["掌柜", "机子", "门牌", "爱犬", "别的"]).expect("four of five");
        assert_eq!(settled.claims("爱犬").0, [Claim { field: Field::REMARK, role: None }]);
        assert!(settled.is_unneeded("绰号") && !fields().is_unneeded("绰号"));
        assert!(found(&["掌柜", "机子", "门牌"]).is_none());
        assert!(layouts.has_form(&["机子".to_string(), "爱犬".to_string()]) && !layouts.has_form(&["宠物".to_string()]));
    }

    /// 姓名 is the client's beside his number and the relative's in the table of the family.
    #[test]
    fn a_label_that_means_it_anyhow_keeps_all_its_meanings() {
        let text = "[[form]]\nlabels = [['姓名', '姓名'], ['联系方式', '手机'], ['备注', '主要需求']]";
        let layouts = Layouts::load("layouts.toml", text, &fields()).unwrap();
        let labels: FxHashSet<String> = ["姓名", "联系方式", "备注"].map(str::to_string).into_iter().collect();
        let settled = layouts.fields_of_form(&labels).unwrap();
        assert_eq!(settled.claims("联系方式"), fields().claims("联系方式"));
        assert_eq!(settled.claims("备注").0.iter().map(|claim| claim.field).collect::<Vec<_>>(), [Field::MAIN_NEED]);
    }

    #[test]
    fn slips_are_told() {
        let told = |text| Layouts::load("layouts.toml", text, &fields()).unwrap_err().what;
        assert_eq!(
            told("[[layout]]\nkind='客户'\ncolumns=[]"),
            "不认识 kind = \"客户\"，可以写的有：保单清单、应收清单、客户清单、服务卡登记表、拜访记录、家庭对照表、团队架构"
        );
        assert_eq!(
            told("[[layout]]\nkind='客户清单'\ncolumns=[['号码','身份证号']]"),
            "“号码”右边的“身份证号”不认识，是不是“证件号码”"
        );
    }
}
