//! 关系: what one person is to another.
//!
//! A relation says **what the person is TO the reference person**: `儿子` beside an insured person in a column
//! 与投保人关系 means the insured is the applicant's son. Which person is meant by the column is the reader's
//! matter; a phrase such as `投保人的儿子` says it itself ([`RelationReading::reference`]).
//!
//! The words are as fine as the code table of the core systems (00 本人 … 33 配偶), because a word such as 岳母
//! also tells the sex; what households are made of is [`Relation::group`].

use super::cell::Cell;
use super::fault_words::UnknownWord;
use super::gender::Gender;
use super::reading::Reading;
use super::text;
use super::word::{Vocabulary, words};
use crate::templates::values::Values;
use crate::templates::word_table::{is_masked, spelling_key};

words! {
    /// What a person is to the reference person.
    pub enum Relation of Relation {
        /// The same person.
        Oneself = "本人",
        /// Husband.
        Husband = "丈夫",
        /// Wife.
        Wife = "妻子",
        /// Husband or wife.
        Spouse = "配偶",
        /// Father.
        Father = "父亲",
        /// Mother.
        Mother = "母亲",
        /// Father or mother.
        Parent = "父母",
        /// Son; adopted ones too.
        Son = "儿子",
        /// Daughter; adopted ones too.
        Daughter = "女儿",
        /// Son or daughter.
        Child = "子女",
        /// Stepfather.
        StepFather = "继父",
        /// Stepmother.
        StepMother = "继母",
        /// Step-parent.
        StepParent = "继父母",
        /// Stepson.
        StepSon = "继子",
        /// Stepdaughter.
        StepDaughter = "继女",
        /// Stepchild.
        StepChild = "继子女",
        /// Father's father.
        Grandfather = "祖父",
        /// Father's mother.
        Grandmother = "祖母",
        /// Father's parent.
        Grandparent = "祖父母",
        /// Mother's father.
        MaternalGrandfather = "外祖父",
        /// Mother's mother.
        MaternalGrandmother = "外祖母",
        /// Mother's parent.
        MaternalGrandparent = "外祖父母",
        /// Son's son.
        Grandson = "孙子",
        /// Son's daughter.
        Granddaughter = "孙女",
        /// Son's child.
        Grandchild = "孙子女",
        /// Daughter's son.
        DaughtersSon = "外孙",
        /// Daughter's daughter.
        DaughtersDaughter = "外孙女",
        /// Daughter's child.
        DaughtersChild = "外孙子女",
        /// Husband's father.
        HusbandsFather = "公公",
        /// Husband's mother.
        HusbandsMother = "婆婆",
        /// Husband's parent.
        HusbandsParent = "公婆",
        /// Wife's father.
        WifesFather = "岳父",
        /// Wife's mother.
        WifesMother = "岳母",
        /// Wife's parent.
        WifesParent = "岳父母",
        /// Son's wife.
        DaughterInLaw = "儿媳",
        /// Daughter's husband.
        SonInLaw = "女婿",
        /// Elder brother.
        ElderBrother = "哥哥",
        /// Younger brother.
        YoungerBrother = "弟弟",
        /// Brother.
        Brother = "兄弟",
        /// Elder sister.
        ElderSister = "姐姐",
        /// Younger sister.
        YoungerSister = "妹妹",
        /// Sister.
        Sister = "姐妹",
        /// Brother or sister.
        Sibling = "兄弟姐妹",
        /// Somebody of the family, and which is not said: may be anybody above.
        FamilyMember = "家人",
        /// A relative who is none of the above.
        OtherKin = "其他亲属",
        /// Colleague.
        Colleague = "同事",
        /// Friend.
        Friend = "朋友",
        /// Employer.
        Employer = "雇主",
        /// Employee.
        Employee = "雇员",
        /// None of these.
        Other = "其他",
        /// Whoever the law says; of a beneficiary only, no person at all.
        Statutory = "法定",
    }
}

/// Relations that count alike when households are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RelationGroup {
    /// 本人.
    Oneself,
    /// 配偶.
    Spouse,
    /// 子女, step and adopted ones too.
    Child,
    /// 父母, step and adoptive ones too.
    Parent,
    /// 公婆, 岳父母.
    SpousesParent,
    /// 儿媳, 女婿.
    ChildsSpouse,
    /// (外)祖父母.
    Grandparent,
    /// (外)孙子女.
    Grandchild,
    /// 兄弟姐妹.
    Sibling,
    /// 家人, 其他亲属.
    OtherFamily,
    /// 同事, 朋友, 雇主, 雇员, 其他.
    Outsider,
    /// 法定.
    Statutory,
}

impl Relation {
    /// The group it counts with.
    pub fn group(self) -> RelationGroup {
        use Relation::*;
        match self {
            Oneself => RelationGroup::Oneself,
            Husband | Wife | Spouse => RelationGroup::Spouse,
            Son | Daughter | Child | StepSon | StepDaughter | StepChild => RelationGroup::Child,
            Father | Mother | Parent | StepFather | StepMother | StepParent => RelationGroup::Parent,
            HusbandsFather | HusbandsMother | HusbandsParent | WifesFather | WifesMother | WifesParent => {
                RelationGroup::SpousesParent
            }
            DaughterInLaw | SonInLaw => RelationGroup::ChildsSpouse,
            Grandfather | Grandmother | Grandparent | MaternalGrandfather | MaternalGrandmother | MaternalGrandparent => {
                RelationGroup::Grandparent
            }
            Grandson | Granddaughter | Grandchild | DaughtersSon | DaughtersDaughter | DaughtersChild => {
                RelationGroup::Grandchild
            }
            ElderBrother | YoungerBrother | Brother | ElderSister | YoungerSister | Sister | Sibling => {
                RelationGroup::Sibling
            }
            FamilyMember | OtherKin => RelationGroup::OtherFamily,
            Colleague | Friend | Employer | Employee | Other => RelationGroup::Outsider,
            Statutory => RelationGroup::Statutory,
        }
    }

    /// What the reference person is to this one, as far as the word tells: to a 儿子 they are one of the 父母,
    /// to a 岳父 the 女婿. [`Relation::of_sex`] makes it exact where the reference person's sex is known.
    pub fn inverse(self) -> Relation {
        use Relation::*;
        match self {
            Husband => Wife,
            Wife => Husband,
            Spouse => Spouse,
            Father | Mother | Parent => Child,
            Son | Daughter | Child => Parent,
            StepFather | StepMother | StepParent => StepChild,
            StepSon | StepDaughter | StepChild => StepParent,
            Grandfather | Grandmother | Grandparent => Grandchild,
            MaternalGrandfather | MaternalGrandmother | MaternalGrandparent => DaughtersChild,
            Grandson | Granddaughter | Grandchild => Grandparent,
            DaughtersSon | DaughtersDaughter | DaughtersChild => MaternalGrandparent,
            HusbandsFather | HusbandsMother | HusbandsParent => DaughterInLaw,
            WifesFather | WifesMother | WifesParent => SonInLaw,
            DaughterInLaw => HusbandsParent,
            SonInLaw => WifesParent,
            ElderBrother | YoungerBrother | Brother | ElderSister | YoungerSister | Sister | Sibling => Sibling,
            Employer => Employee,
            Employee => Employer,
            Oneself | FamilyMember | OtherKin | Colleague | Friend | Other | Statutory => self,
        }
    }

    /// The word for a person of this sex: 子女 who is male is 儿子. Words that already tell the sex, and words
    /// with no such pair, stay as they are.
    pub fn of_sex(self, sex: Gender) -> Relation {
        use Relation::*;
        let (male, female) = match self {
            Spouse => (Husband, Wife),
            Parent => (Father, Mother),
            Child => (Son, Daughter),
            StepParent => (StepFather, StepMother),
            StepChild => (StepSon, StepDaughter),
            Grandparent => (Grandfather, Grandmother),
            MaternalGrandparent => (MaternalGrandfather, MaternalGrandmother),
            Grandchild => (Grandson, Granddaughter),
            DaughtersChild => (DaughtersSon, DaughtersDaughter),
            HusbandsParent => (HusbandsFather, HusbandsMother),
            WifesParent => (WifesFather, WifesMother),
            Sibling => (Brother, Sister),
            _ => (self, self),
        };
        match sex {
            Gender::Male => male,
            Gender::Female => female,
        }
    }

    /// The person's sex, where the word tells it.
    pub fn sex(self) -> Option<Gender> {
        use Relation::*;
        match self {
            Husband | Father | Son | StepFather | StepSon | Grandfather | MaternalGrandfather | Grandson | DaughtersSon
            | HusbandsFather | WifesFather | SonInLaw | ElderBrother | YoungerBrother | Brother => Some(Gender::Male),
            Wife | Mother | Daughter | StepMother | StepDaughter | Grandmother | MaternalGrandmother | Granddaughter
            | DaughtersDaughter | HusbandsMother | WifesMother | DaughterInLaw | ElderSister | YoungerSister | Sister => {
                Some(Gender::Female)
            }
            _ => None,
        }
    }

    /// Whether it is family at all; 本人 is.
    pub fn is_family(self) -> bool {
        !matches!(self.group(), RelationGroup::Outsider | RelationGroup::Statutory)
    }

    /// Husband or wife, child, parent: those who make up a home, if they live in one.
    pub fn same_home_core(self) -> bool {
        matches!(self.group(), RelationGroup::Spouse | RelationGroup::Child | RelationGroup::Parent)
    }

    /// Whether it came by a parent's later marriage.
    pub fn is_step(self) -> bool {
        use Relation::*;
        matches!(self, StepFather | StepMother | StepParent | StepSon | StepDaughter | StepChild)
    }

    /// Of two words for one relation the one that tells more (子女 and 儿子: 儿子); `None` if they disagree.
    fn more_exact(self, other: Relation) -> Option<Relation> {
        let widens = |exact: Relation, wide: Relation| exact.sex().is_some_and(|sex| wide.of_sex(sex) == exact);
        if self == other || widens(self, other) {
            Some(self)
        } else if widens(other, self) {
            Some(other)
        } else {
            None
        }
    }
}

words! {
    /// The person a relation is counted from, where the cell itself says it.
    pub enum Reference of Reference {
        /// Who pays.
        Applicant = "投保人",
        /// Who is insured.
        Insured = "被保险人",
    }
}

/// What one word says: one end, or both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RelationWord {
    /// What the person is to the reference person.
    One(Relation),
    /// Both ends at once (`父子`, `夫妻`); which person is which end must come from sex, age or the order of
    /// columns. The elder end, or the one named first, comes first.
    Pair(Relation, Relation),
}

/// A cell that holds a relation.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RelationReading {
    /// The relation, or both ends of one.
    pub word: RelationWord,
    /// From whom it is counted, where the cell says it; else the column's heading decides. Never with a pair.
    pub reference: Option<Reference>,
    /// A remark in brackets that is no relation: `儿子（已成家）`.
    pub note: Option<String>,
}

impl RelationReading {
    /// Reads one cell: a word, a pair word, a phrase (`投保人的儿子`, `被保险人之父`), or a word with a remark
    /// (`儿子（独子）`, `父亲（被保险人的父亲）`).
    pub fn read(cell: Cell, values: &Values) -> Reading<RelationReading, UnknownWord> {
        let text = cell.to_text();
        let word = text::tidy(&text);
        if let Some(reading) = phrase(&spelling_key(&word), values) {
            return Reading::Good(reading);
        }
        if is_masked(&word) {
            return Reading::Masked;
        }
        if text::is_placeholder(&word) {
            return Reading::Blank;
        }
        with_remark(&word, values).into()
    }
}

/// `儿子（独子）`, `子女/儿子`: the word, and beside it the same again, more exactly, or in brackets a remark.
fn with_remark(word: &str, values: &Values) -> Result<RelationReading, UnknownWord> {
    let unknown = || UnknownWord::not_listed(Vocabulary::Relation, word);
    let disagree = || UnknownWord::contradiction(Vocabulary::Relation, word);
    let in_brackets = word.strip_suffix(')').and_then(|word| word.split_once('('));
    let (outside, inside) = in_brackets.or_else(|| word.split_once(['/', '-'])).ok_or_else(unknown)?;
    let outside = phrase(&spelling_key(outside), values).ok_or_else(unknown)?;
    let Some(inside_reading) = phrase(&spelling_key(inside), values) else {
        in_brackets.ok_or_else(unknown)?;
        return Ok(RelationReading { note: Some(inside.trim().to_string()), ..outside });
    };
    let reference = match (outside.reference, inside_reading.reference) {
        (Some(one), Some(other)) if one != other => return Err(disagree()),
        (one, other) => one.or(other),
    };
    let word = match (outside.word, inside_reading.word) {
        (RelationWord::One(one), RelationWord::One(other)) => one.more_exact(other).map(RelationWord::One),
        (pair @ RelationWord::Pair(..), other) if pair == other => Some(pair),
        (RelationWord::Pair(first, second), RelationWord::One(one))
        | (RelationWord::One(one), RelationWord::Pair(first, second)) => {
            (one == first || one == second).then_some(RelationWord::One(one))
        }
        _ => None,
    };
    Ok(RelationReading { word: word.ok_or_else(disagree)?, reference, note: None })
}

/// Words that join a relation to the person it is counted from.
const LINKS: [char; 10] = ['的', '之', '是', '为', '系', '与', '和', '跟', ':', '即'];

/// One word or phrase without brackets, as a key.
fn phrase(key: &str, values: &Values) -> Option<RelationReading> {
    let word_of = |key: &str| {
        let one = values.relation.get(key).map(|relation| RelationWord::One(*relation));
        one.or_else(|| values.relation_pair.get(key).map(|(first, second)| RelationWord::Pair(*first, *second)))
    };
    let bare = |key: &str| {
        let core = key.trim_start_matches(LINKS);
        word_of(key).or_else(|| word_of(core.strip_suffix("关系").unwrap_or(core)))
    };
    let reading = |word, reference| RelationReading { word, reference, note: None };
    if let Some(word) = bare(key) {
        return Some(reading(word, None));
    }
    let (before, reference, after) = split_at_reference(key, values)?;
    // What stands before is at most the other person: 投保人是被保险人的父亲.
    let before = before.trim_matches(LINKS);
    if !before.is_empty() && values.reference.get(before).is_none() {
        return None;
    }
    // 与投保人关系：父子
    let after = after.trim_start_matches(LINKS);
    let after = after.strip_prefix("关系").unwrap_or(after).trim_start_matches(LINKS);
    if after.is_empty() {
        // 投保人 alone: the very person. 是被保险人: too, but 与被保险人 says nothing.
        let names_one = before.is_empty() && !key.starts_with(['与', '和', '跟']);
        return names_one.then_some(reading(RelationWord::One(Relation::Oneself), Some(reference)));
    }
    match bare(after)? {
        word @ RelationWord::One(_) => Some(reading(word, Some(reference))),
        pair @ RelationWord::Pair(..) => Some(reading(pair, None)),
    }
}

/// The last person named in the phrase, with what stands before and behind.
fn split_at_reference<'a>(key: &'a str, values: &Values) -> Option<(&'a str, Reference, &'a str)> {
    let found = values.reference.iter().filter_map(|(spelling, reference)| {
        let start = key.rfind(spelling)?;
        Some((start + spelling.len(), std::cmp::Reverse(start), *reference))
    });
    let (end, std::cmp::Reverse(start), reference) = found.max()?;
    Some((&key[..start], reference, &key[end..]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fault_words::Doubt;
    use crate::templates::values::builtin_values;
    use Relation::*;

    fn read(input: &str) -> Reading<RelationReading, UnknownWord> {
        RelationReading::read(Cell::from(input), builtin_values())
    }

    #[track_caller]
    fn case(input: &str, want: Relation) {
        phrase_case(input, want, None);
    }

    #[track_caller]
    fn phrase_case(input: &str, want: Relation, reference: Option<Reference>) {
        let want = RelationReading { word: RelationWord::One(want), reference, note: None };
        assert_eq!(read(input), Reading::Good(want), "{input:?}");
    }

    #[track_caller]
    fn pair_case(input: &str, first: Relation, second: Relation) {
        let want = RelationReading { word: RelationWord::Pair(first, second), reference: None, note: None };
        assert_eq!(read(input), Reading::Good(want), "{input:?}");
    }

    #[track_caller]
    fn bad(input: &str, want: Doubt) {
        match read(input) {
            Reading::Bad(fault) => assert_eq!(fault.doubt, want, "{input:?}"),
            other => panic!("{input:?}: {other:?}"),
        }
    }

    #[test]
    fn words_written_and_spoken() {
        case("本人", Oneself);
        case("自己", Oneself);
        case("老公", Husband);
        case("爱人", Spouse);
        case("夫", Husband);
        case("长子", Son);
        case("次女", Daughter);
        case("独女", Daughter);
        case("孩子", Child);
        case("子", Son);
        case("女", Daughter);
        case("爸爸", Father);
        case("妈妈", Mother);
        case("爷爷", Grandfather);
        case("姥姥", MaternalGrandmother);
        case("外公", MaternalGrandfather);
        case("岳母", WifesMother);
        case("继子", StepSon);
        case("其它", Other);
        case("法定", Statutory);
        case("家人", FamilyMember);
    }

    #[test]
    fn pair_words_give_both_ends() {
        pair_case("父子", Father, Son);
        pair_case("父女", Father, Daughter);
        pair_case("母子", Mother, Son);
        pair_case("母女关系", Mother, Daughter);
        pair_case("夫妻", Husband, Wife);
        pair_case("投保人与被保险人是父子", Father, Son);
        pair_case("雇佣", Employer, Employee);
    }

    #[test]
    fn phrases_say_their_own_direction() {
        phrase_case("投保人的儿子", Son, Some(Reference::Applicant));
        phrase_case("投保人之子", Son, Some(Reference::Applicant));
        phrase_case("被保险人之父", Father, Some(Reference::Insured));
        phrase_case("系被保人的妻子", Wife, Some(Reference::Insured));
        phrase_case("投保人是被保险人的父亲", Father, Some(Reference::Insured));
        phrase_case("被保险人为投保人之女", Daughter, Some(Reference::Applicant));
        phrase_case("投保人配偶", Spouse, Some(Reference::Applicant));
        phrase_case("投保人本人", Oneself, Some(Reference::Applicant));
        pair_case("与投保人关系：父子", Father, Son);
        phrase_case("投保人", Oneself, Some(Reference::Applicant));
        phrase_case("父亲（被保险人的父亲）", Father, Some(Reference::Insured));
    }

    #[test]
    fn brackets_repeat_refine_or_remark() {
        case("儿子(独子)", Son);
        case("子女（儿子）", Son);
        case("父子（父亲）", Father);
        case("子女-儿子", Son);
        case("妻子/配偶", Wife);
        assert_eq!(read("儿子（已成家）").good().and_then(|reading| reading.note), Some("已成家".to_string()));
        bad("儿子（女儿）", Doubt::Contradiction);
    }

    #[test]
    fn what_is_no_relation() {
        bad("儿子/女儿", Doubt::Contradiction);
        bad("儿子/已成家", Doubt::NotListed);
        bad("05", Doubt::BareNumber);
        bad("王伟是投保人的儿子", Doubt::NotListed);
        bad("与被保险人", Doubt::NotListed);
        assert_eq!(read("无"), Reading::Blank);
        assert_eq!(read("**"), Reading::Masked);
    }

    #[test]
    fn the_inverse_of_the_inverse_is_of_the_same_group() {
        for relation in Relation::ALL {
            let back = relation.inverse().inverse();
            assert_eq!(back.group(), relation.group(), "{relation:?}");
            if let Some(sex) = relation.sex() {
                assert_eq!(back.of_sex(sex).sex(), Some(sex), "{relation:?}");
            }
        }
        assert_eq!(Son.inverse().of_sex(Gender::Female), Mother);
        assert_eq!(WifesFather.inverse(), SonInLaw);
    }

    #[test]
    fn a_word_for_each_sex() {
        for relation in Relation::ALL {
            for sex in [Gender::Male, Gender::Female] {
                let exact = relation.of_sex(sex);
                assert_eq!(exact.group(), relation.group());
                assert_eq!(exact.is_step(), relation.is_step());
                assert!(exact.sex().is_none_or(|told| told == sex || Some(told) == relation.sex()));
            }
        }
    }
}
