//! What headings say that stand over each other: 客户信息 over 姓名, 服务人员 over 电话, 第二次拜访 over 日期.

use super::form::sections::{about, is_group_word};
use crate::model::relation::Relation;
use crate::templates::fields::{Claim, Fields, Record, Role};
use crate::templates::heading::Heading;

/// What a column may mean.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Meaning {
    /// Fields, with whose they are.
    pub claims: Vec<Claim>,
    /// The number that tells repeated columns apart, 0 without one.
    pub number: u8,
    /// Whether it is told of somebody who is not the client, and of whom no field tells this.
    pub is_of_somebody: bool,
}

/// What a column may mean, from its headings, the highest first.
pub fn meaning(parts: &[impl AsRef<str>], fields: &Fields) -> Meaning {
    let Some((leaf, parents)) = parts.split_last() else { return Meaning::default() };
    let leaf = Heading::of(leaf.as_ref()).key;
    let subjects: Vec<Subject> = parents.iter().map(|parent| Subject::of(parent.as_ref())).collect();
    let of_parents = subjects.iter().rev().map(|subject| subject.number).find(|number| *number > 0).unwrap_or(0);
    let told = |(claims, own): (Vec<Claim>, u8)| {
        let number = if own > 0 { own } else { of_parents };
        Meaning { claims, number, is_of_somebody: false }
    };
    let known = |key: &str| Some(fields.claims(key)).filter(|(claims, _)| !claims.is_empty());
    // 客户信息 over 姓名 reads as one heading first: 服务人员 over 电话 is the agent's telephone, not the client's.
    for from in (0..parents.len()).rev() {
        let whole: String = parts[from..].iter().map(AsRef::as_ref).collect();
        let subject: String = subjects[from..].iter().map(|subject| subject.key.as_str()).collect();
        if let Some(claims) = known(&Heading::of(&whole).key).or_else(|| known(&format!("{subject}{leaf}"))) {
            return told(claims);
        }
    }
    let mut own = told(known(&leaf).or_else(|| without_ordinal(&leaf, fields)).unwrap_or_default());
    if let Some(somebody) = subjects.iter().find(|subject| subject.is_somebody) {
        // 关系 of a member is what they are to the head; nothing else of somebody for whom there is no field is anybody's.
        let is_member = fields.claims(&somebody.key).0.iter().any(|claim| claim.role == Some(Role::Member));
        let before = own.claims.len();
        own.claims.retain(|claim| match fields.entry(claim.field).of {
            Record::Family => is_member,
            Record::Person | Record::Household => false,
            _ => true,
        });
        own.is_of_somebody = own.claims.is_empty() && before > 0;
    } else if own.claims.is_empty() {
        // 保费 over 期交, 日期 over 应缴.
        let turned = subjects.iter().rev().find_map(|subject| known(&format!("{leaf}{}", subject.key)));
        return told(turned.unwrap_or_default());
    }
    own
}

/// Whether a title over headings says whom they are about: 配偶, 被保险人信息, 紧急联系人, 投保人.
pub fn is_about_somebody(title: &str, fields: &Fields) -> bool {
    let subject = Subject::of(title);
    subject.is_somebody || fields.claims(&subject.key).0.iter().any(|claim| claim.role.is_some()) || subject.key == "本人"
}

/// What a column may mean whose headings are written as one, with `_` between them.
pub fn claims_of(heading: &str, fields: &Fields) -> Vec<Claim> {
    meaning(&heading.split('_').collect::<Vec<_>>(), fields).claims
}

/// 第一次拜访日期 is 拜访日期, the first time.
fn without_ordinal(key: &str, fields: &Fields) -> Option<(Vec<Claim>, u8)> {
    let (rest, number) = ordinal(key)?;
    let (claims, _) = fields.claims(&rest);
    (!claims.is_empty()).then_some((claims, number))
}

/// What a heading over others speaks of.
struct Subject {
    /// Without such words as 信息, and without its number.
    key: String,
    /// Which of several, 0 when it does not say.
    number: u8,
    /// Whether it is somebody of whom one may tell name and telephone, and not the client.
    is_somebody: bool,
}

impl Subject {
    fn of(parent: &str) -> Subject {
        let mut key = about(parent);
        if let Some(whose) = key.strip_suffix("基本").filter(|whose| !whose.is_empty()) {
            key = whose.to_string();
        }
        let (key, number) = ordinal(&key).or_else(|| Heading::without_number(&key)).unwrap_or((key, 0));
        let is_somebody = is_somebody(&key);
        Subject { key, number, is_somebody }
    }
}

/// 配偶, 紧急联系人, 受益人; not 客户, 投保人, 个人.
fn is_somebody(key: &str) -> bool {
    const CLIENT: [&str; 11] =
        ["客户", "个人", "本人", "客户本人", "投保人", "投保客户", "要保人", "持有人", "户主", "家庭户主", "主要客户"];
    const RELATIVES: [&str; 16] = [
        "配偶",
        "爱人",
        "丈夫",
        "妻子",
        "子女",
        "孩子",
        "儿子",
        "女儿",
        "父亲",
        "母亲",
        "父母",
        "家属",
        "亲属",
        "紧急",
        "亲友",
        "家庭成员",
    ];
    !CLIENT.contains(&key)
        && (is_group_word(key)
            || Relation::from_title(key).is_some()
            || key.ends_with(['人', '员', '者', '友'])
            || RELATIVES.iter().any(|word| key.contains(word)))
}

/// The rest of a heading that counts, and its number: 第二次拜访 is 拜访 and 2, 拜访二 too.
fn ordinal(key: &str) -> Option<(String, u8)> {
    const NUMERALS: &str = "一二三四五六七八九十";
    const COUNTED: [char; 10] = ['次', '张', '份', '位', '个', '笔', '件', '户', '名', '回'];
    let number = |text: &str| -> Option<u8> {
        let numeral = |c: char| NUMERALS.chars().position(|known| known == c).map(|at| at as u8 + 1);
        let mut letters = text.chars();
        match (letters.next(), letters.next()) {
            (Some(only), None) if numeral(only).is_some() => numeral(only),
            _ => text.parse().ok().filter(|number| (1..=20).contains(number)),
        }
    };
    if let Some((before, after)) = key.split_once('第')
        && let Some(end) = after.find(COUNTED)
        && let Some(number) = number(&after[..end])
    {
        let counted = after[end..].chars().next().map_or(0, char::len_utf8);
        let rest = format!("{before}{}", &after[end + counted..]);
        return (!rest.is_empty()).then_some((rest, number));
    }
    let last = key.chars().next_back()?;
    let rest = &key[..key.len() - last.len_utf8()];
    (rest.chars().count() >= 2)
        .then(|| number(&last.to_string()).filter(|_| NUMERALS.contains(last)))
        .flatten()
        .map(|number| (rest.to_string(), number))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::templates::FIELDS;

    /// Headings with `|` between them; the field with whose it is, and the number.
    #[track_caller]
    fn case(headings: &str, want: &str) {
        let fields = Fields::load(FIELDS, None).unwrap();
        let parts: Vec<&str> = headings.split('|').collect();
        let Meaning { claims, number, .. } = meaning(&parts, &fields);
        let said = claims.first().map(|claim| {
            let whose = claim.role.and_then(|role| fields.role_title(role)).map(|whose| format!("{whose}的"));
            let number = if number > 0 { number.to_string() } else { String::new() };
            format!("{}{}{number}", whose.unwrap_or_default(), fields.entry(claim.field).title)
        });
        assert_eq!(said.unwrap_or_default(), want, "{headings}");
    }

    #[test]
    fn a_parent_says_whose_and_what() {
        case("客户信息|姓名", "姓名");
        case("服务人员|电话", "专员电话");
        case("业务员信息|姓名", "业务员");
        case("被保险人信息|姓名", "被保险人的姓名");
        case("被保人资料|证件号码", "被保险人的证件号码");
        case("投保人基本情况|联系电话", "投保人的手机");
        case("配偶情况|出生日期", "配偶的出生日期");
        case("客户信息|投保人|姓名", "投保人的姓名");
        case("家庭成员1|姓名", "家庭成员的姓名1");
        case("基本信息|手机", "手机");
        case("联系方式|手机", "手机");
        case("应收情况|保费|期交", "期交保费");
        case("日期|应缴", "应缴日");
        case("日期|生效", "生效日");
        case("险种|名称", "险种");
    }

    #[test]
    fn what_is_told_of_somebody_else_is_not_the_clients() {
        for leaf in ["姓名", "电话", "关系", "备注", "家庭地址"] {
            case(&format!("紧急联系人|{leaf}"), "");
        }
        case("受益人|姓名", "受益人");
        case("受益人|证件号码", "");
        case("介绍人信息|电话", "");
        case("配偶|年收入", "");
        case("紧急联系|电话", "");
        case("业务员信息|工号", "业务员代码");
        case("个人信息|电话", "手机");
    }

    #[test]
    fn which_time_it_is() {
        case("第一次拜访|日期", "拜访时间1");
        case("第二次拜访|内容", "拜访内容2");
        case("第2次拜访|方式", "拜访方式2");
        case("拜访记录3|内容", "拜访内容3");
        case("保单二|险种", "险种2");
        case("第二次拜访日期", "拜访时间2");
        case("第二张保单号", "保单号2");
    }
}
