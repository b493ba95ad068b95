//! How one value is read, from the command line, by the very functions that the import uses; and what the 卡库
//! says ([`stored`]).

pub mod stored;

use clap::ValueEnum;
use serde::Serialize;

use crate::model::address::Address;
use crate::model::cell::Cell;
use crate::model::certificate::Certificate;
use crate::model::client_no::ClientNo;
use crate::model::client_type::ClientType;
use crate::model::coverage::CoverageTerm;
use crate::model::date::{Moment, PartialDate};
use crate::model::family_cell::FamilyCell;
use crate::model::id_card::IdCard;
use crate::model::marital::Marital;
use crate::model::money::{Amount, Unit};
use crate::model::name::PersonName;
use crate::model::pay::Pay;
use crate::model::phone::Phones;
use crate::model::policy_status::PolicyStatus;
use crate::model::product::{ClassBasis, ProductReading};
use crate::model::reading::Reading;
use crate::model::relation::{RelationReading, RelationWord};
use crate::model::text;
use crate::model::visit_way::VisitWay;
use crate::model::yes_no::YesNo;
use crate::templates::Templates;

/// Kinds of value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "lower")]
pub enum Kind {
    /// 姓名
    Name,
    /// 电话
    Phone,
    /// 身份证号
    Idcard,
    /// 证件号码（身份证以外的也认）
    Certificate,
    /// 日期
    Date,
    /// 日期和时间
    Moment,
    /// 金额
    Money,
    /// 姓氏的编号字母
    Letter,
    /// 保单状态
    Status,
    /// 关系
    Relation,
    /// 险种
    Product,
    /// 住址
    Address,
    /// 证件类型
    Certkind,
    /// 性别
    Gender,
    /// 是否
    Yesno,
    /// 缴费方式（频率、年期、渠道）
    Pay,
    /// 缴费期
    Payterm,
    /// 保障期限
    Coverage,
    /// 婚姻状况
    Marital,
    /// 拜访方式
    Visitway,
    /// 客户类型（等级、群体、险种需求）
    Clienttype,
    /// 客户编号
    Clientno,
    /// 家庭成员（一格里写几个人）
    Family,
    /// 一户里有谁、为什么（查卡库；写客户编号或姓名）
    Household,
    /// 两个人是不是一个人、是不是一户，凭什么（查卡库；写两个人）
    Link,
}

impl Kind {
    /// Whether it is asked of the 卡库 rather than read as a value.
    pub fn is_stored(self) -> bool {
        matches!(self, Kind::Household | Kind::Link)
    }
}

/// How a value was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// The value as given.
    pub input: String,
    /// `ok`, `blank` or `bad`.
    pub verdict: &'static str,
    /// Normal form; empty unless ok.
    pub normal: String,
    /// What else there is to say, in Chinese.
    pub remark: String,
}

impl Explanation {
    /// One line: input, verdict, normal form, remark, tabs between.
    pub fn to_tsv(&self) -> String {
        let flat = |text: &str| text.replace(['\t', '\n', '\r'], " ");
        format!("{}\t{}\t{}\t{}", flat(&self.input), self.verdict, flat(&self.normal), flat(&self.remark))
    }
}

/// A line from a pipe as text: UTF-8, else GBK, which a Chinese Windows console writes.
pub fn line(bytes: &[u8]) -> String {
    let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_string(),
        Err(_) => encoding_rs::GBK.decode_without_bom_handling(bytes).0.into_owned(),
    }
}

/// Reads a value as the import does.
pub fn explain(kind: Kind, input: &str, templates: &Templates) -> Explanation {
    let values = &templates.values;
    let cell = Cell::from(input);
    let title = |title: &str| (title.to_string(), String::new());
    match kind {
        Kind::Name => said(input, PersonName::read(cell), |name| {
            let organisation = name.is_organisation().then_some("像是单位名称");
            (
                name.as_str().to_string(),
                remarks([
                    organisation.map(str::to_string),
                    (!name.is_full()).then(|| "姓名不全，不单凭它认人".to_string()),
                    name.note().map(|note| format!("另注：{note}")),
                ]),
            )
        }),
        Kind::Phone => said(input, Phones::read(cell), |phones| {
            let notes = phones.iter().filter_map(|noted| noted.note().map(|note| format!("{}：{note}", noted.phone())));
            let local =
                phones.iter().filter(|noted| noted.phone().is_local()).map(|noted| format!("{} 缺区号", noted.phone()));
            let unread = (!phones.unread().is_empty()).then(|| format!("没看懂：{}", phones.unread().join("、")));
            (phones.to_string(), notes.chain(local).chain(unread).collect::<Vec<_>>().join("；"))
        }),
        Kind::Idcard => said(input, IdCard::read(cell), |card| {
            let upgraded =
                (text::key(input).chars().filter(char::is_ascii_digit).count() == 15).then(|| "15 位升为 18 位".to_string());
            (
                card.to_string(),
                remarks([Some(format!("出生 {}", card.birth_date())), Some(card.sex().title().to_string()), upgraded]),
            )
        }),
        Kind::Certificate => said(input, Certificate::read(cell, None), |certificate| {
            (certificate.to_string(), certificate.kind().title().to_string())
        }),
        Kind::Date => said(input, PartialDate::read(cell), |date| {
            let part = match (date.month(), date.day()) {
                (None, _) => "只有年份",
                (_, None) => "只有年月",
                _ => "",
            };
            (date.to_iso(), part.to_string())
        }),
        Kind::Moment => said(input, Moment::read(cell), |moment| {
            (moment.to_iso(), if moment.time().is_none() { "没有时间".to_string() } else { String::new() })
        }),
        Kind::Money => said(input, Amount::read(cell, Unit::Yuan), |amount| {
            (amount.money().to_string(), amount.note().map(|note| format!("另注：{note}")).unwrap_or_default())
        }),
        Kind::Letter => said(input, PersonName::read(cell), |name| {
            let surname = templates.surnames.surname(name.as_str());
            let remark = surname.map_or("读不出姓氏".to_string(), |surname| format!("姓{surname}"));
            (templates.surnames.letter(name.as_str()).to_string(), remark)
        }),
        Kind::Status => said(input, PolicyStatus::read(cell, values), |status| {
            let effect = match (status.in_force(), status.can_reinstate(), status.is_final()) {
                (true, ..) => "在保",
                (_, true, _) => "不在保，可复效",
                (_, _, true) => "不在保，已终止",
                _ => "不算在保",
            };
            (status.title().to_string(), effect.to_string())
        }),
        Kind::Relation => said(input, RelationReading::read(cell, values), |reading| match reading.word {
            RelationWord::One(relation) => {
                let counted = reading.reference.map(|reference| format!("是{}的", reference.title()));
                (relation.title().to_string(), remarks([counted, reading.note.clone()]))
            }
            RelationWord::Pair(one, other) => {
                (format!("{}、{}", one.title(), other.title()), "两头的关系都说了".to_string())
            }
        }),
        Kind::Product => product(input, templates),
        Kind::Address => match Address::read(cell) {
            Reading::Good(address) => {
                let key = address.home_key();
                let remark = if key.is_some() { "精确到户" } else { "没有精确到户，不用来认同一个家" };
                explained(input, "ok", key.unwrap_or_else(|| address.region()), remark.to_string())
            }
            reading => said(input, reading, |_| unreachable!("good addresses are above")),
        },
        Kind::Certkind => match values.certificate_title(input) {
            Some(word) => explained(input, "ok", word.to_string(), String::new()),
            None if text::is_placeholder(input) => explained(input, "blank", String::new(), String::new()),
            None => explained(input, "bad", String::new(), "不认识的证件类型".to_string()),
        },
        Kind::Gender => said(input, values.gender.read(cell), |gender| title(gender.title())),
        Kind::Yesno => said(input, YesNo::read(cell, values), |answer| title(answer.title())),
        Kind::Pay => said(input, Pay::read(cell, values), pay),
        Kind::Payterm => said(input, Pay::read_term(cell, values), pay),
        Kind::Coverage => said(input, CoverageTerm::read(cell, values), |term| (term.to_string(), String::new())),
        Kind::Marital => said(input, Marital::read(cell, values), |reading| title(reading.marital.title())),
        Kind::Visitway => said(input, VisitWay::read(cell, values), |way| title(way.title())),
        Kind::Clienttype => said(input, ClientType::read(cell, values), client_type),
        Kind::Clientno => said(input, ClientNo::read(cell), |number| (number.to_string(), String::new())),
        Kind::Family => family(input, templates),
        Kind::Household | Kind::Link => explained(input, "bad", String::new(), "要到卡库里查，不是一个值".to_string()),
    }
}

fn explained(input: &str, verdict: &'static str, normal: String, remark: String) -> Explanation {
    Explanation { input: input.to_string(), verdict, normal, remark }
}

fn said<T, E: std::fmt::Display>(input: &str, reading: Reading<T, E>, say: impl Fn(&T) -> (String, String)) -> Explanation {
    match reading {
        Reading::Blank => explained(input, "blank", String::new(), String::new()),
        Reading::Masked => explained(input, "bad", String::new(), "打了星号，不能用来认人".to_string()),
        Reading::Bad(fault) => explained(input, "bad", String::new(), fault.to_string()),
        Reading::Good(value) => {
            let (normal, remark) = say(&value);
            explained(input, "ok", normal, remark)
        }
    }
}

fn remarks<const N: usize>(parts: [Option<String>; N]) -> String {
    parts.into_iter().flatten().collect::<Vec<_>>().join("，")
}

fn product(input: &str, templates: &Templates) -> Explanation {
    if text::is_placeholder(input) {
        return explained(input, "blank", String::new(), String::new());
    }
    let reading = ProductReading::of(input, &templates.values);
    let basis = match &reading.basis {
        ClassBasis::Listed => "values.toml 里列明".to_string(),
        ClassBasis::Word(word) => format!("名称里有“{word}”"),
        ClassBasis::Nothing => "名称看不出类别，请在 values.toml 的 [product] 里写明".to_string(),
    };
    let side = reading.side().map(|side| side.title().to_string());
    let rider = reading.is_rider.then(|| "附加险".to_string());
    let design = reading.design.map(|design| format!("{}型", design.title()));
    explained(
        input,
        "ok",
        reading.class.title().to_string(),
        remarks([side, rider, design, reading.insurer.clone(), Some(basis)]),
    )
}

fn pay(pay: &Pay) -> (String, String) {
    let parts = [
        pay.mode.map(|mode| mode.title().to_string()),
        pay.term.as_ref().map(ToString::to_string),
        pay.channel.map(|channel| channel.title().to_string()),
    ];
    let names = [pay.mode.map(|_| "频率"), pay.term.as_ref().map(|_| "年期"), pay.channel.map(|_| "渠道")];
    (parts.into_iter().flatten().collect::<Vec<_>>().join("|"), names.into_iter().flatten().collect::<Vec<_>>().join("|"))
}

fn client_type(client: &ClientType) -> (String, String) {
    let demand: Vec<&str> = client.demand.iter().map(|demand| demand.title()).collect();
    let parts = [
        client.tier.map(|tier| tier.title().to_string()),
        client.segment.map(|segment| segment.title().to_string()),
        (!demand.is_empty()).then(|| demand.join("、")),
        client.standing.map(|standing| standing.title().to_string()),
    ];
    let foreign = client.foreign.as_ref().map(|foreign| format!("{foreign} 是另一套等级"));
    let disagreement = client.disagreement.then(|| "字母和文字不一致，以字母为准".to_string());
    (parts.into_iter().flatten().collect::<Vec<_>>().join("|"), remarks([foreign, disagreement]))
}

fn family(input: &str, templates: &Templates) -> Explanation {
    if text::is_placeholder(input) {
        return explained(input, "blank", String::new(), String::new());
    }
    let cell = FamilyCell::read(input, &templates.values, &templates.surnames);
    let person = |relative: &crate::model::family_cell::Relative| {
        let facts =
            [relative.name.clone(), relative.birth_text.clone(), relative.id_text.clone(), relative.phone_text.clone()];
        let age = relative.age.map(|age| format!("{age}岁"));
        let facts: Vec<String> = facts.into_iter().flatten().chain(age).collect();
        format!("{}:{}", relative.relation.title(), facts.join(","))
    };
    let people: Vec<String> = cell.relatives.iter().map(person).collect();
    let verdict = if people.is_empty() { "bad" } else { "ok" };
    explained(input, verdict, people.join("；"), cell.leftover.map(|rest| format!("没看懂：{rest}")).unwrap_or_default())
}
