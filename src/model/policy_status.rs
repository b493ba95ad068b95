//! 保单状态: the nine things a policy's state can mean for the office.
//!
//! The groups follow the core systems seen (有效 = 交费有效, 交清, 减额交清, 免交, 自垫有效; not 展期, not
//! 死亡有效) and 保险法 36/37: a policy that is 中止 can be reinstated for two years, one that is 终止 cannot.
//! 效力中止 and 效力终止 differ by one character, so words are matched exactly; typing errors are listed one by
//! one in `values.toml`.

use super::cell::Cell;
use super::fault_words::UnknownWord;
use super::reading::Reading;
use super::word::{Vocabulary, words};
use crate::templates::values::Values;
use crate::templates::word_table::spelling_key;

words! {
    /// What a policy's state means for the office.
    pub enum PolicyStatus of PolicyStatus {
        /// In force, premiums still due.
        PayingInForce = "有效-交费中",
        /// In force, nothing more to pay.
        PaidUp = "有效-交清",
        /// In force on a loan against its own cash value: at risk.
        PremiumLoan = "有效-垫交",
        /// Premium due and unpaid, still covered.
        Grace = "宽限",
        /// Covered for a limited time without premiums; not counted as in force.
        ExtendedTerm = "展期",
        /// Suspended; can be reinstated for two years.
        Suspended = "中止",
        /// Over for good.
        Terminated = "终止",
        /// Not yet, or never, in force.
        NotYet = "未生效",
        /// In force after a death: no birthday wishes, no visit reminder before a person has looked.
        InsuredDied = "死亡有效",
        /// The list itself says it does not know.
        Unknown = "未知",
    }
}

impl PolicyStatus {
    /// Whether the policy counts as 有效.
    pub fn in_force(self) -> bool {
        use PolicyStatus::*;
        matches!(self, PayingInForce | PaidUp | PremiumLoan | Grace)
    }

    /// Whether paying up brings it back.
    pub fn can_reinstate(self) -> bool {
        self == PolicyStatus::Suspended
    }

    /// Whether nothing can bring it back.
    pub fn is_final(self) -> bool {
        self == PolicyStatus::Terminated
    }

    /// Reads one cell. Beyond the spellings themselves: words around the status (`保单已失效`), and a second
    /// word that says it more exactly (`有效（自垫）`). Two words that disagree are a fault, and so is a remark
    /// nobody has listed: `有效（已退保）` must not become 有效.
    pub fn read(cell: Cell, values: &Values) -> Reading<PolicyStatus, UnknownWord> {
        values.policy_status.read_with(cell, |word| {
            let around = &values.status_around;
            let parts: Vec<String> = word
                .split(['(', ')', '[', ']', '【', '】', '/', ':', ',', '，', '、', ';', ' '])
                .filter(|part| !is_date(part))
                .flat_map(|part| part.split('-'))
                .map(spelling_key)
                .filter(|part| !part.is_empty())
                .filter(|part| !around.aside.contains(part) && !around.before.contains(part))
                .collect();
            let mut status = None;
            for part in &parts {
                let read =
                    undecorated(part, values).ok_or_else(|| UnknownWord::not_listed(Vocabulary::PolicyStatus, word))?;
                let merged = status.map_or(Some(read), |first| more_exact(first, read));
                status = Some(merged.ok_or_else(|| UnknownWord::contradiction(Vocabulary::PolicyStatus, word))?);
            }
            status.ok_or_else(|| UnknownWord::not_listed(Vocabulary::PolicyStatus, word))
        })
    }
}

/// The status in `保单已失效`: the word itself, else without one of the listed beginnings or endings. Always
/// the whole word first, because 保单迁出 is a spelling of its own.
fn undecorated(part: &str, values: &Values) -> Option<PolicyStatus> {
    if let Some(status) = values.policy_status.get(part) {
        return Some(*status);
    }
    let around = &values.status_around;
    let shorter_front = around.before.iter().filter_map(|word| part.strip_prefix(word.as_str()));
    let shorter_back = around.after.iter().filter_map(|word| part.strip_suffix(word.as_str()));
    let status = shorter_front.chain(shorter_back).find_map(|shorter| undecorated(shorter, values))?;
    // Who is about to give a policy up has not yet: 退保中, 理赔终止中.
    let is_under_way = part.ends_with('中') && status.is_final();
    (!is_under_way).then_some(status)
}

/// Of two words about one policy, the more exact one; `None` if they disagree.
fn more_exact(first: PolicyStatus, second: PolicyStatus) -> Option<PolicyStatus> {
    use PolicyStatus::*;
    match (first, second) {
        _ if first == second => Some(first),
        // 有效 alone is the least that can be said of a policy in force.
        (PayingInForce, exact @ (PaidUp | PremiumLoan | Grace)) => Some(exact),
        (exact @ (PaidUp | PremiumLoan | Grace), PayingInForce) => Some(exact),
        _ => None,
    }
}

/// `2026-01-01`, `至2026年1月1日`: a date beside the status changes nothing.
fn is_date(part: &str) -> bool {
    let digits = part.chars().filter(char::is_ascii_digit).count();
    digits >= 4
        && part.chars().all(|c| c.is_ascii_digit() || matches!(c, '-' | '.' | '年' | '月' | '日' | '至' | '起' | '止'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fault_words::Doubt;
    use crate::templates::values::builtin_values;
    use PolicyStatus::*;

    #[track_caller]
    fn case(input: &str, want: PolicyStatus) {
        assert_eq!(PolicyStatus::read(Cell::from(input), builtin_values()), Reading::Good(want), "{input:?}");
    }

    #[track_caller]
    fn bad(input: &str, want: Doubt) {
        match PolicyStatus::read(Cell::from(input), builtin_values()) {
            Reading::Bad(fault) => assert_eq!(fault.doubt, want, "{input:?}"),
            other => panic!("{input:?}: {other:?}"),
        }
    }

    #[test]
    fn one_character_decides() {
        case("效力中止", Suspended);
        case("效力终止", Terminated);
        case("中止", Suspended);
        case("终止", Terminated);
        case("效率中止", Suspended);
        case("效率终止", Terminated);
        bad("效力中正", Doubt::NotListed);
    }

    #[test]
    fn in_force_is_more_than_one_word() {
        case("有效", PayingInForce);
        case("缴费有效", PayingInForce);
        case("交费有效", PayingInForce);
        case("ACTIVE", PayingInForce);
        case("减额交清", PaidUp);
        case("减额缴清", PaidUp);
        case("减额交情", PaidUp);
        case("缴费期满", PaidUp);
        case("自垫有效", PremiumLoan);
        case("宽限期", Grace);
        case("展期", ExtendedTerm);
        case("死亡有效", InsuredDied);
        assert!(!ExtendedTerm.in_force() && !InsuredDied.in_force() && !Suspended.in_force());
        assert!(PayingInForce.in_force() && PaidUp.in_force() && PremiumLoan.in_force() && Grace.in_force());
    }

    #[test]
    fn the_end_of_paying_is_not_the_end_of_the_policy() {
        case("满期", Terminated);
        case("期满", Terminated);
        case("缴费期满", PaidUp);
        case("犹豫期退保", Terminated);
        case("失效", Suspended);
        case("预收", NotYet);
        case("未生效", NotYet);
    }

    #[test]
    fn what_is_under_way_is_not_over() {
        for typed in ["退保中", "解约中", "终止中", "保单退保中", "退保办理中", "申请退保", "有效（退保中）"]
        {
            bad(typed, Doubt::NotListed);
        }
        case("已退保", Terminated);
        case("失效中", Suspended);
        case("交费中", PayingInForce);
    }

    #[test]
    fn words_around_it() {
        case("保单有效", PayingInForce);
        case("保单状态：已失效", Suspended);
        case("保单迁出", Terminated);
        case("有效（缴费中）", PayingInForce);
        case("有效(交清)", PaidUp);
        case("有效-宽限期", Grace);
        case("失效（可复效）", Suspended);
        case("终止(退保)", Terminated);
        case("有效（至2045-06-30）", PayingInForce);
        case(" 有 效 ", PayingInForce);
    }

    #[test]
    fn a_remark_is_never_thrown_away() {
        bad("有效（失效）", Doubt::Contradiction);
        bad("有效(客户要退)", Doubt::NotListed);
        case("有效（有效）", PayingInForce);
        bad("3", Doubt::BareNumber);
        assert_eq!(PolicyStatus::read(Cell::from("--"), builtin_values()), Reading::Blank);
        assert_eq!(PolicyStatus::read(Cell::Blank, builtin_values()), Reading::Blank);
        case("未知", Unknown);
    }
}
