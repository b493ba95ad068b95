//! `fields.toml`: every field there is, declared once.

use std::fmt;

use rustc_hash::FxHashMap;
use serde::Deserialize;

use super::TemplateError;
use super::heading::Heading;
use crate::model::relation::Relation;

/// A field: an index into the catalogue. Those the program itself works with have constants; an office's own
/// come after them and work the same way everywhere else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Field(pub u16);

macro_rules! known {
    ($($name:ident = $key:literal,)*) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
        enum Position { $($name,)* }

        #[allow(missing_docs)] // the key says it, and fields.toml explains it
        impl Field {
            $(pub const $name: Field = Field(Position::$name as u16);)*
        }

        /// Keys of the fields above, in the order of their indices.
        const KNOWN: &[&str] = &[$($key,)*];
    };
}

known! {
    NAME = "name", GENDER = "gender", BIRTH = "birth", AGE = "age", CERT_KIND = "cert_kind", CERT_NO = "cert_no",
    PHONE = "phone", HOME_PHONE = "home_phone", ADDRESS = "address", MARITAL = "marital", CORE_CLIENT_NO = "core_client_no", PERSON_REMARK = "person_remark",
    HOUSEHOLD_NO = "household_no", CLIENT_TYPE = "client_type", SEGMENT = "segment", DEMAND = "demand",
    HAND_TIER = "hand_tier", STANDING = "standing", FOREIGN_SCALE = "foreign_scale", MAIN_NEED = "main_need",
    ANNUAL_INCOME = "annual_income", FAMILY_MEMBERS = "family_members", REMARK = "remark", NO_SERVICE = "no_service", SERVICE_PREFERENCE = "service_preference",
    ASSIGNED_DATE = "assigned_date", LAST_CONTACT = "last_contact", AGREED_VISIT = "agreed_visit",
    INSURER = "insurer", POLICY_NO = "policy_no", PRODUCT = "product", PRODUCT_CODE = "product_code",
    MAIN_OR_RIDER = "main_or_rider", RELATION_TO_APPLICANT = "relation_to_applicant",
    RELATION_TO_INSURED = "relation_to_insured", BENEFICIARY = "beneficiary", SUM_ASSURED = "sum_assured",
    PREMIUM = "premium", ANNUAL_PREMIUM = "annual_premium", TOTAL_PREMIUM = "total_premium", FIRST_PREMIUM = "first_premium", RIDER_PRODUCT = "rider_product", RIDER_PREMIUM = "rider_premium", PAY_MODE = "pay_mode",
    PAY_TERM = "pay_term", PAY_CHANNEL = "pay_channel", EFFECTIVE_DATE = "effective_date", DUE_DATE = "due_date",
    RENEWAL_PROMPT = "renewal_prompt", LAPSE_DATE = "lapse_date", STATUS = "status",
    VISIT_TIME = "visit_time", RECORDED_TIME = "recorded_time", VISIT_PLACE = "visit_place", VISIT_WAY = "visit_way",
    VISIT_TOPIC = "visit_topic", VISIT_CONTENT = "visit_content", VISIT_FEEDBACK = "visit_feedback",
    VISIT_NEED = "visit_need", NEXT_VISIT = "next_visit", VISITOR = "visitor",
    NEED_TEXT = "need_text", NEED_DATE = "need_date", NEED_CLASS = "need_class",
    NEED_SOURCE = "need_source", NEED_DETAIL = "need_detail", NEED_STATE = "need_state",
    FRIEND_NAME = "friend_name", FRIEND_PHONE = "friend_phone", REFERRAL_DATE = "referral_date",
    RELATION_TO_HEAD = "relation_to_head", FAMILY_RULING = "family_ruling", FIRST_NO = "first_no",
    FIRST_NAME = "first_name", SECOND_NO = "second_no", SECOND_NAME = "second_name",
    AGENT = "agent", SELLER = "seller", PREVIOUS_AGENT = "previous_agent", AGENT_CODE = "agent_code",
    SELLER_CODE = "seller_code", AGENT_PHONE = "agent_phone", TEAM = "team", SUPERVISOR = "supervisor",
    AGENT_STATUS = "agent_status", ORG_CODE = "org_code", ORG_NAME = "org_name",
}

/// Which record a field belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Record {
    /// A human being.
    Person,
    /// A family: one card.
    Household,
    /// A policy.
    Policy,
    /// One visit.
    Visit,
    /// Something the client wants or lacks.
    Need,
    /// Somebody the client named as a possible client.
    Referral,
    /// One line of the hand-kept 家庭对照表.
    Family,
    /// Who works where.
    Org,
}

/// How a field's cells are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldType {
    /// Kept as written, without space around it.
    Text,
    /// As text, and the same few words again and again.
    Word,
    /// A code whose leading zeros count.
    Code,
    /// Policy number: as text; a number that lost digits is reported.
    PolicyNo,
    /// A person's name.
    Name,
    /// An agent's name: as a name, without `(离职)`.
    AgentName,
    /// 男, 女.
    Gender,
    /// A day; of births also a month or a year.
    Date,
    /// A day, with the time if there is one.
    Moment,
    /// 元.
    Money,
    /// A whole number.
    Count,
    /// ID card or another certificate.
    Certificate,
    /// 身份证, 护照, …
    CertKind,
    /// One or several telephone numbers.
    Phones,
    /// An address.
    Address,
    /// 未婚, 已婚, …
    Marital,
    /// W0001.
    ClientNo,
    /// Tier, segment, demand or standing, told apart by value (T1).
    ClientType,
    /// Several family members in one cell.
    Family,
    /// Frequency, term or channel, told apart by value (T4).
    Pay,
    /// How long premiums are paid.
    PayTerm,
    /// How long cover lasts.
    Coverage,
    /// 有效, 失效, …
    PolicyStatus,
    /// What somebody is to somebody.
    Relation,
    /// 面访, 电话, …
    VisitWay,
    /// 是, 否.
    YesNo,
}

impl FieldType {
    /// Whether it is by this that somebody is known.
    pub fn tells_people_apart(self) -> bool {
        use FieldType::*;
        matches!(self, Name | AgentName | Certificate | Phones | Address)
    }

    /// Whether what a cell says is found in a list of words, once the whole column is known.
    pub fn is_vocabulary(self) -> bool {
        use FieldType::*;
        matches!(
            self,
            Gender | CertKind | Marital | ClientType | Pay | PayTerm | Coverage | PolicyStatus | Relation | VisitWay | YesNo
        )
    }
}

/// Who has the last word on a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Owner {
    /// The company's lists.
    Company,
    /// The agent's card.
    Agent,
}

/// How freely a field may be passed around.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Privacy {
    /// Nothing personal.
    Plain,
    /// Personal information.
    Personal,
    /// Sensitive personal information in the sense of the law (PIPL 28).
    Sensitive,
}

/// How a value is masked for other eyes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mask {
    /// 王*
    Name,
    /// 138****1234
    Phone,
    /// 110105********002X
    Idcard,
    /// Down to the district.
    Address,
    /// Nothing shown.
    All,
}

/// Whose data a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The client of the row; what a heading without a prefix means.
    #[serde(skip)]
    Client,
    /// 投保人.
    Applicant,
    /// 被保险人.
    Insured,
    /// 配偶.
    Spouse,
    /// 子女.
    Child,
    /// 父亲.
    Father,
    /// 母亲.
    Mother,
    /// 户主, in a 家庭对照表.
    Head,
    /// 成员, in a 家庭对照表.
    Member,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RoleEntry {
    key: Role,
    title: String,
    prefixes: Vec<String>,
    relation: Option<String>,
}

/// One field as the file declares it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldEntry {
    /// Column name in the store.
    pub key: String,
    /// Chinese name, in sheets and rules.
    pub title: String,
    /// Which record it belongs to.
    pub of: Record,
    /// How its cells are read.
    #[serde(rename = "type")]
    pub kind: FieldType,
    /// Spellings of its heading.
    #[serde(default)]
    pub spellings: Vec<String>,
    /// Who has the last word.
    pub owner: Owner,
    /// How freely it may be passed around.
    pub privacy: Privacy,
    /// How it is masked.
    pub mask: Option<Mask>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FieldsFile {
    #[serde(default)]
    unneeded: Vec<String>,
    #[serde(default)]
    role: Vec<RoleEntry>,
    #[serde(default)]
    field: Vec<FieldEntry>,
}

/// What a heading may mean: a field, and whose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The field.
    pub field: Field,
    /// Whose data, if the heading says so.
    pub role: Option<Role>,
}

/// The catalogue.
#[derive(Clone, Debug)]
pub struct Fields {
    entries: Vec<FieldEntry>,
    by_heading: FxHashMap<String, Vec<Field>>,
    /// Longest first, so that 主被保人 is not taken for 主 + 被保人.
    prefixes: Vec<(String, Role)>,
    relations: Vec<(Role, Relation)>,
    unneeded: Vec<String>,
    role_titles: Vec<(Role, String)>,
    /// What the office has settled for the labels of one form; nothing else is meant by them there.
    settled: FxHashMap<String, Claim>,
}

impl Fields {
    /// Reads the built-in file and, over it, the office's own.
    pub fn load(builtin: &str, office: Option<(&str, &str)>) -> Result<Fields, TemplateError> {
        let mut file: FieldsFile = super::parse_toml("fields.toml", builtin)?;
        let mut name = "fields.toml";
        if let Some((office_name, text)) = office {
            name = office_name;
            let own: FieldsFile = super::parse_toml(office_name, text)?;
            for entry in own.field {
                match file.field.iter_mut().find(|known| known.key == entry.key) {
                    Some(known) => *known = entry,
                    None => file.field.push(entry),
                }
            }
            file.unneeded.extend(own.unneeded);
            for role in own.role {
                match file.role.iter_mut().find(|known| known.key == role.key) {
                    Some(known) => *known = role,
                    None => file.role.push(role),
                }
            }
        }
        Fields::arrange(name, file)
    }

    fn arrange(name: &str, file: FieldsFile) -> Result<Fields, TemplateError> {
        let wrong = |what: String| TemplateError { file: name.to_string(), what };
        let mut rest = file.field;
        let mut entries = Vec::with_capacity(rest.len());
        for key in KNOWN {
            let Some(at) = rest.iter().position(|entry| entry.key == *key) else {
                return Err(wrong(format!("少了程序要用到的一项：key = \"{key}\"")));
            };
            entries.push(rest.remove(at));
        }
        entries.append(&mut rest);

        let mut by_heading: FxHashMap<String, Vec<Field>> = FxHashMap::default();
        let mut titles: FxHashMap<&str, &str> = FxHashMap::default();
        for (index, entry) in entries.iter().enumerate() {
            if let Some(other) = titles.insert(&entry.title, &entry.key) {
                return Err(wrong(format!("{other} 和 {} 的中文名都是“{}”", entry.key, entry.title)));
            }
            check_name(entry, index < KNOWN.len()).map_err(wrong)?;
            for spelling in entry.spellings.iter().chain([&entry.title]) {
                let claims = by_heading.entry(Heading::of(spelling).key).or_default();
                let field = Field(index as u16);
                if claims.contains(&field) {
                    continue;
                }
                if let Some(other) = claims.iter().find(|other| entries[other.0 as usize].of == entry.of) {
                    let other = &entries[other.0 as usize].key;
                    return Err(wrong(format!("标题“{spelling}”同时属于 {other} 和 {}，只能归一项", entry.key)));
                }
                claims.push(field);
            }
        }

        let mut prefixes = Vec::new();
        let mut role_titles = Vec::new();
        let mut relations = Vec::new();
        for role in file.role {
            prefixes.extend(role.prefixes.iter().map(|prefix| (Heading::of(prefix).key, role.key)));
            role_titles.push((role.key, role.title));
            if let Some(word) = role.relation {
                let relation = Relation::from_title(&word).ok_or_else(|| wrong(format!("不认识的关系“{word}”")))?;
                relations.push((role.key, relation));
            }
        }
        prefixes.sort_by(|a, b| (b.0.len(), &a.0).cmp(&(a.0.len(), &b.0)));
        let unneeded = file.unneeded.iter().map(|heading| Heading::of(heading).key).collect();
        Ok(Fields { entries, by_heading, prefixes, relations, unneeded, role_titles, settled: FxHashMap::default() })
    }

    /// The same catalogue for a form whose labels somebody has settled, by their keys; those without a claim are not
    /// needed.
    pub fn with_settled(&self, labels: impl Iterator<Item = (String, Option<Claim>)>) -> Fields {
        let mut fields = self.clone();
        for (key, claim) in labels {
            match claim {
                Some(claim) => drop(fields.settled.insert(key, claim)),
                None => fields.unneeded.push(key),
            }
        }
        fields
    }

    /// What the file says of a field.
    pub fn entry(&self, field: Field) -> &FieldEntry {
        &self.entries[field.0 as usize]
    }

    /// All fields.
    pub fn iter(&self) -> impl Iterator<Item = (Field, &FieldEntry)> {
        self.entries.iter().enumerate().map(|(index, entry)| (Field(index as u16), entry))
    }

    /// The field with this key.
    pub fn by_key(&self, key: &str) -> Option<Field> {
        self.iter().find(|(_, entry)| entry.key == key).map(|(field, _)| field)
    }

    /// What a role is called; nothing for the client of the row.
    pub fn role_title(&self, role: Role) -> Option<&str> {
        self.role_titles.iter().find(|(known, _)| *known == role).map(|(_, title)| title.as_str())
    }

    /// The role that is called so.
    pub fn role_titled(&self, title: &str) -> Option<Role> {
        self.role_titles.iter().find(|(_, known)| known == title).map(|(role, _)| *role)
    }

    /// Whether nobody misses this column: 序号.
    pub fn is_unneeded(&self, key: &str) -> bool {
        self.unneeded.iter().any(|known| known == key)
    }

    /// What a role is to the client of the row: 配偶姓名 names a spouse.
    pub fn relation_of(&self, role: Role) -> Option<Relation> {
        self.relations.iter().find(|(known, _)| *known == role).map(|(_, relation)| *relation)
    }

    /// Everything a heading may mean, exact spellings first, and the number that tells repeated columns apart.
    pub fn claims(&self, key: &str) -> (Vec<Claim>, u8) {
        let claims = self.claims_as_written(key);
        if !claims.is_empty() {
            return (claims, 0);
        }
        match Heading::without_number(key) {
            Some((rest, number)) => (self.claims_as_written(&rest), number),
            None => (Vec::new(), 0),
        }
    }

    fn claims_as_written(&self, key: &str) -> Vec<Claim> {
        if let Some(claim) = self.settled.get(key) {
            return vec![*claim];
        }
        let mut claims: Vec<Claim> =
            self.by_heading.get(key).into_iter().flatten().map(|field| Claim { field: *field, role: None }).collect();
        for (prefix, role) in &self.prefixes {
            let Some(rest) = key.strip_prefix(prefix.as_str()) else { continue };
            let rest = rest.strip_prefix('的').unwrap_or(rest);
            let named = if rest.is_empty() { Some(Field::NAME) } else { self.person_field(rest) };
            let named = named.or_else(|| self.own_number(*role, rest));
            if let Some(field) = named {
                claims.push(Claim { field, role: Some(*role) });
                break;
            }
        }
        claims
    }

    fn person_field(&self, key: &str) -> Option<Field> {
        self.by_heading.get(key)?.iter().copied().find(|field| self.entry(*field).of == Record::Person)
    }

    /// 户主编号, 成员编号: of the roles of a 家庭对照表 the client number is told, too.
    fn own_number(&self, role: Role, key: &str) -> Option<Field> {
        let is_number =
            matches!(role, Role::Head | Role::Member) && self.by_heading.get(key)?.contains(&Field::HOUSEHOLD_NO);
        is_number.then_some(Field::HOUSEHOLD_NO)
    }

    /// The titles nearest to a word, for "did you mean".
    pub fn nearest_titles(&self, word: &str) -> Vec<&str> {
        nearest(word, self.entries.iter().map(|entry| entry.title.as_str()))
    }
}

/// Columns that the program works out itself: an office's own field of that name would be lost among them.
const WORKED_OUT: &[&str] = &[
    "agreed",
    "agreed_at_visit",
    "annual_fen",
    "applicant_person_id",
    "because",
    "birth_date",
    "by_hand",
    "client_name",
    "client_phone",
    "deaths",
    "days_since_visit",
    "first_seen",
    "former_no",
    "gaps",
    "has_accident",
    "has_annuity",
    "has_education",
    "has_illness",
    "has_life",
    "has_medical",
    "head",
    "head_age",
    "head_gender",
    "in_company_list",
    "in_force",
    "insured_person_id",
    "is_head",
    "last_in_company_list",
    "last_seen",
    "last_visit",
    "member_no",
    "members",
    "minors",
    "next_due",
    "overdue_band",
    "overdue_days",
    "person_id",
    "policies_in_force",
    "premium_fen",
    "premium_yuan",
    "product_class",
    "recorded_has_time",
    "reinstatable",
    "relation",
    "riders",
    "serviced_by",
    "tier",
    "tier_reason",
    "visit_date",
    "visit_has_time",
    "visit_state",
    "visited",
    "visits_this_month",
    "why",
    "youngest_age",
];

/// A key is a column of the store, a title is a name in conditions: both must be ones that can be written there.
fn check_name(entry: &FieldEntry, is_known: bool) -> Result<(), String> {
    let FieldEntry { key, title, .. } = entry;
    let starts_small = key.starts_with(|c: char| c.is_ascii_lowercase());
    if !starts_small || key.contains(|c: char| !(c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')) {
        return Err(format!("key = \"{key}\" 只能用小写英文字母、数字和下划线，以字母开头"));
    }
    if !is_known && (WORKED_OUT.contains(&key.as_str()) || key.ends_with("_text")) {
        return Err(format!("key = \"{key}\" 是程序自己要用的名字，请换一个"));
    }
    let is_name = title.chars().all(|c| c.is_alphanumeric() || c == '_') && !title.starts_with(char::is_numeric);
    if !is_name {
        return Err(format!("{key} 的中文名“{title}”只能用汉字、字母和数字，不以数字开头，不能有空格、括号和标点"));
    }
    if title.is_ascii() {
        return Err(format!("{key} 的中文名“{title}”里要有汉字"));
    }
    Ok(())
}

/// Up to three candidates that share most characters with a word, best first.
pub fn nearest<'a>(word: &str, candidates: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let letters: Vec<char> = word.chars().collect();
    let mut ranked: Vec<(usize, &str)> = candidates
        .map(|candidate| {
            let shared = candidate.chars().filter(|c| letters.contains(c)).count();
            (2 * shared * 100 / (letters.len() + candidate.chars().count()).max(1), candidate)
        })
        .filter(|(score, _)| *score >= 50)
        .collect();
    ranked.sort_by(|a, b| (b.0, a.1).cmp(&(a.0, b.1)));
    ranked.into_iter().take(3).map(|(_, candidate)| candidate).collect()
}

impl fmt::Display for FieldEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.title)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn builtin() -> Fields {
        Fields::load(super::super::FIELDS, None).expect("the built-in fields.toml is right")
    }

    #[track_caller]
    fn case(heading: &str, want: &[(Field, Option<Role>)]) {
        let (claims, _) = builtin().claims(&Heading::of(heading).key);
        let got: Vec<_> = claims.iter().map(|claim| (claim.field, claim.role)).collect();
        assert_eq!(got, want, "{heading}");
    }

    #[test]
    fn a_heading_says_what_and_whose() {
        case("投保人姓名", &[(Field::NAME, Some(Role::Applicant))]);
        case("被保险人", &[(Field::NAME, Some(Role::Insured))]);
        case("被保人证件号码", &[(Field::CERT_NO, Some(Role::Insured))]);
        case("投保人身份证号", &[(Field::CERT_NO, Some(Role::Applicant))]);
        case("配偶出生日期", &[(Field::BIRTH, Some(Role::Spouse))]);
        case("客户姓名", &[(Field::NAME, None)]);
    }

    /// T7: three agents in a row, and an agent's telephone is never a client's.
    #[test]
    fn t7_agents_are_not_clients() {
        case("业务员姓名", &[(Field::SELLER, None)]);
        case("续收外勤姓名", &[(Field::AGENT, None)]);
        case("上期业务员姓名", &[(Field::PREVIOUS_AGENT, None)]);
        case("主管姓名", &[(Field::SUPERVISOR, None)]);
        case("代理人电话", &[(Field::AGENT_PHONE, None)]);
    }

    /// T10: sums that look alike are different fields, or none of ours.
    #[test]
    fn t10_sums_are_told_apart() {
        case("保额", &[(Field::SUM_ASSURED, None)]);
        case("期交保费", &[(Field::PREMIUM, None)]);
        case("现金价值", &[]);
        case("账户价值", &[]);
        case("标准保费", &[]);
        case("累计保费", &[]);
    }

    #[test]
    fn an_offices_own_field_is_known_from_then_on() {
        let own = "[[field]]\nkey='pet'\ntitle='宠物'\nof='household'\ntype='text'\nspellings=['宠物','猫狗']\nowner='agent'\nprivacy='plain'\n";
        let fields = Fields::load(super::super::FIELDS, Some(("营业部/fields.toml", own))).unwrap();
        let pet = fields.by_key("pet").unwrap();
        assert_eq!(fields.claims("猫狗").0, [Claim { field: pet, role: None }]);
    }

    #[track_caller]
    fn refused(key: &str, title: &str, want: &str) {
        let own = format!(
            "[[field]]\nkey='{key}'\ntitle='{title}'\nof='household'\ntype='text'\nowner='agent'\nprivacy='plain'\n"
        );
        let error = Fields::load(super::super::FIELDS, Some(("营业部/fields.toml", &own))).unwrap_err();
        assert_eq!(error.what, want);
    }

    /// Conditions are SQL over titles, and the store has a column for each key.
    #[test]
    fn names_that_cannot_be_written_in_a_condition_are_refused() {
        let titled =
            |title: &str| format!("pet 的中文名“{title}”只能用汉字、字母和数字，不以数字开头，不能有空格、括号和标点");
        for title in ["宠物(只)", "宠物/猫狗", "宠 物", "2号宠物", "宠物'", "家庭-宠物"] {
            refused("pet", &title.replace('\'', "’"), &titled(&title.replace('\'', "’")));
        }
        refused("pet", "AND", "pet 的中文名“AND”里要有汉字");
        refused("Pet", "宠物", "key = \"Pet\" 只能用小写英文字母、数字和下划线，以字母开头");
        refused("members", "宠物", "key = \"members\" 是程序自己要用的名字，请换一个");
        refused("status_text", "宠物", "key = \"status_text\" 是程序自己要用的名字，请换一个");
        refused("pet", "保额", "sum_assured 和 pet 的中文名都是“保额”");
    }

    #[test]
    fn a_spelling_claimed_twice_is_an_error() {
        let own = "[[field]]\nkey='pet'\ntitle='宠物'\nof='policy'\ntype='text'\nspellings=['险种']\nowner='agent'\nprivacy='plain'\n";
        let error = Fields::load(super::super::FIELDS, Some(("营业部/fields.toml", own))).unwrap_err();
        assert!(error.to_string().contains("险种"), "{error}");
    }
}
