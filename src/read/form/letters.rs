//! Letters that the company's system prints to clients: 续期缴费通知书, 红利通知书, 批单. They are forms like cards,
//! but more people speak in them: the company has an address and a telephone there, the agent has one, and so has the
//! client. Whose a telephone is says the name before it.

use super::card::{Card, Entry};
use super::grid::{Inked, Line};
use super::labels::Label;
use super::sentences;
use crate::model::text::is_space;
use crate::templates::Templates;
use crate::templates::fields::{Claim, Field, Record, Role};

/// What the titles of letters end with.
const TITLES: [&str; 12] = [
    "通知书",
    "通知单",
    "通知函",
    "催缴单",
    "催缴函",
    "催收单",
    "催收函",
    "提醒函",
    "提示函",
    "批单",
    "续保通知",
    "领取通知",
];

/// What the names of companies and their offices end with.
const OFFICES: [&str; 8] = ["公司", "营业部", "营业区", "客户服务部", "客服中心", "服务中心", "续收部", "保全部"];

/// The title of a letter is among so many lines at its top: above it stand at most the addressee and the company.
const TOP: usize = 12;

/// Whether these are the lines of a letter: there is a greeting, or at the top a title alone in its line.
pub fn is_letter(lines: &[Line]) -> bool {
    let greets = |line: &Line| line.cells.iter().any(|cell| sentences::is_greeting(&cell.text()));
    let titled = |line: &Line| matches!(&line.cells[..], [only] if is_title(&only.text()));
    lines.iter().take(TOP).any(titled) || lines.iter().any(greets)
}

/// 续 期 缴 费 通 知 书, 批单（副本）.
pub fn is_title(text: &str) -> bool {
    let bare = bare(text);
    let title = bare.split(['（', '(', '－', '—']).next().unwrap_or(&bare);
    bare.chars().count() <= 24 && !bare.contains([':', '：', '。', '《']) && TITLES.iter().any(|end| title.ends_with(end))
}

/// 某某人寿保险股份有限公司杭州中心支公司（盖章）.
pub fn is_office(text: &str) -> bool {
    let bare = bare(text);
    let name = bare.split(['（', '(']).next().unwrap_or(&bare);
    bare.chars().count() <= 40 && !bare.contains([':', '：', '。']) && OFFICES.iter().any(|end| name.ends_with(end))
}

/// A line across the page, with or without scissors.
pub fn is_rule(text: &str) -> bool {
    let bare = bare(text);
    bare.chars().count() >= 4 && !bare.chars().any(char::is_alphanumeric)
}

fn bare(text: &str) -> String {
    text.chars().filter(|c| !is_space(*c)).collect()
}

/// Of whom a letter speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// The client.
    Client,
    /// The agent who serves the client.
    Agent,
    /// The company, somebody there, or nobody in particular.
    Other,
}

/// Where a letter begins to speak of somebody.
pub struct Speech {
    /// Row and column, which entry there it comes before, and of whom, in reading order.
    turns: Vec<((u32, u32), usize, Whose)>,
}

impl Speech {
    /// Of a letter taken apart.
    pub fn of(card: &Card, templates: &Templates) -> Speech {
        let entries = || card.entries.iter().enumerate();
        let by_label = entries().filter_map(|(index, entry)| Some((entry.label_at, index + 1, turns_to(entry, templates)?)));
        let by_lead = entries().filter(|(_, entry)| entry.groups.last().is_some_and(|group| is_office(group)));
        let by_lead = by_lead.map(|(index, entry)| (entry.label_at, index, Whose::Other));
        // A name at the head of a page says nothing of the telephone at its foot: there are sentences between them.
        let divides = |inked: &&Inked| is_office(&inked.text()) || !Label::looks_like_one(&inked.text());
        let texts = card.titles.iter().filter(|inked| is_office(&inked.text())).chain(card.unread.iter().filter(divides));
        let texts = texts.chain(card.said.iter().filter(|said| !said.greets).map(|said| &said.inked));
        let by_text = texts.map(|inked| ((inked.row, inked.column), 0, Whose::Other));
        let mut turns: Vec<_> = by_label.chain(by_lead).chain(by_text).collect();
        turns.sort_by_key(|(at, index, _)| (*at, *index));
        Speech { turns }
    }

    /// Of whom the entry at this index speaks: whoever was named last to its left, or above it where several are
    /// named beside each other.
    pub fn whose(&self, index: usize, entry: &Entry) -> Whose {
        let (row, column) = entry.label_at;
        if names_client(entry) {
            return Whose::Client;
        }
        if is_somebody(&entry.label.key) {
            return Whose::Other;
        }
        let mut before = self.turns.iter().filter(|(at, turn, _)| (*at, *turn) <= (entry.label_at, index));
        let Some((at, _, whose)) = before.next_back() else { return Whose::Other };
        let beside: Vec<_> = self.turns.iter().filter(|((other, _), ..)| *other == at.0).collect();
        if at.0 == row || beside.iter().all(|(_, _, other)| other == whose) {
            return *whose;
        }
        let above = beside.iter().rfind(|((_, left), ..)| *left <= column);
        above.filter(|(at, ..)| at.1 == column || *at != beside[0].0).map_or(Whose::Other, |(_, _, whose)| *whose)
    }
}

/// Of whom a letter speaks from this entry on, if it names somebody.
fn turns_to(entry: &Entry, templates: &Templates) -> Option<Whose> {
    let label = &entry.label;
    let claims = |wanted: &dyn Fn(&Claim) -> bool| label.claims.iter().any(wanted);
    let of_org = |claim: &Claim| templates.fields.entry(claim.field).of == Record::Org && claim.field != Field::AGENT_PHONE;
    let agents = [Field::AGENT, Field::SELLER, Field::PREVIOUS_AGENT, Field::AGENT_CODE, Field::SELLER_CODE];
    if claims(&|claim| agents.contains(&claim.field)) {
        Some(Whose::Agent)
    } else if claims(&|claim| claim.field == Field::NAME && is_clients(claim)) {
        entry.value.is_some().then_some(Whose::Client)
    } else if claims(&|claim| of_org(claim) || [Field::NAME, Field::VISITOR].contains(&claim.field))
        || is_somebody(&label.key)
    {
        Some(Whose::Other)
    } else {
        None
    }
}

fn is_clients(claim: &Claim) -> bool {
    matches!(claim.role, None | Some(Role::Applicant | Role::Head))
}

/// 公司地址, 客户服务热线, 经办人: the company, somebody there, or somebody nobody knows.
fn is_somebody(key: &str) -> bool {
    ["公司", "机构", "热线", "专线", "客服", "网址", "柜面", "咨询"].iter().any(|word| key.contains(word))
        || ["人", "员", "者", "姓名"].iter().any(|end| key.ends_with(end))
}

/// Whether a label says itself that it is about the client: 客户电话, 投保人地址, 收件地址.
fn names_client(entry: &Entry) -> bool {
    let key = &entry.label.key;
    key.starts_with("收件")
        || key.starts_with("客户") && !key.starts_with("客户服务")
        || entry.label.claims.iter().any(|claim| claim.role == Some(Role::Applicant))
}

/// What counts of the meanings of a label on a letter. A letter tells of people, policies and offices; what it has a
/// place for otherwise (日期, 编号, 说明) is the letter's own.
pub fn meant(claims: &[Claim], templates: &Templates) -> Vec<Claim> {
    let of = |claim: &&Claim| templates.fields.entry(claim.field).of;
    let is_told = |claim: &&Claim| matches!(of(claim), Record::Person | Record::Policy | Record::Org);
    claims.iter().filter(is_told).copied().collect()
}

/// Whether a value is the heading of a column beside that of its label: 险种名称 | 应付金额.
pub fn is_heading(text: &str) -> bool {
    const ENDS: [&str; 14] =
        ["金额", "日期", "时间", "号码", "名称", "保费", "保险费", "类型", "类别", "项目", "利息", "合计", "原因", "账户"];
    Label::looks_like_one(text) && ENDS.iter().any(|end| bare(text).trim_end_matches("（元）").ends_with(end))
}

/// 95500, 400-123-4567: nobody's own telephone.
pub fn is_hotline(text: &str) -> bool {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let is_short = (5..=6).contains(&digits.len()) && (digits.starts_with("95") || digits.starts_with("123"));
    is_short || digits.len() == 10 && (digits.starts_with("400") || digits.starts_with("800"))
}

/// Whether a field is one by which somebody is reached: of several people a letter has one.
pub fn is_contact(field: Field, templates: &Templates) -> bool {
    let others = ["postcode", "email", "wechat", "employer"];
    [Field::PHONE, Field::HOME_PHONE, Field::ADDRESS].contains(&field)
        || others.contains(&templates.fields.entry(field).key.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_of_letters() {
        for title in ["续 期 缴 费 通 知 书", "批单－合同处理批注", "红利通知书（副本）", "余额领取通知"]
        {
            assert!(is_title(title), "{title}");
        }
        for other in ["客户服务卡", "送红利通知书给客户，客户说好的。", "审核通知书号码", "通知书：", "《保全审核通知书》"]
        {
            assert!(!is_title(other), "{other}");
        }
        assert!(is_office("安澜人寿保险股份有限公司 杭州中心支公司（签章）") && is_office("滨江营业部"));
        assert!(!is_office("开户行：某银行股份有限公司") && !is_office("王伟"));
        assert!(is_hotline("95500") && is_hotline("400-123-4567") && !is_hotline("0571-80000000"));
        assert!(is_heading("应付金额") && !is_heading("平安康终身寿险") && !is_heading("100,000.00"));
        assert!(is_rule("- - - ✂ - - -") && is_rule("＿＿＿＿＿＿") && !is_rule("--1--"));
    }
}
