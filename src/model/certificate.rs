//! Certificates of identity: mostly ID cards, and the others insurance lists know.

use super::cell::Cell;
use super::id_card::{self, BadIdCard, IdCard};
use super::reading::Reading;
use super::text;
use std::fmt;

/// What kind of certificate a number is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CertificateKind {
    /// 身份证
    IdCard,
    /// 临时身份证: carries the citizen number.
    TemporaryIdCard,
    /// 户口簿: carries the citizen number, or the number of the book.
    HouseholdRegister,
    /// 出生医学证明
    BirthCertificate,
    /// 护照
    Passport,
    /// 军官证
    OfficerCard,
    /// 士兵证
    SoldierCard,
    /// 警官证
    PoliceCard,
    /// 港澳居民来往内地通行证 (回乡证)
    HongKongMacaoPermit,
    /// 台湾居民来往大陆通行证 (台胞证)
    TaiwanPermit,
    /// 港澳台居民居住证: carries an 18-digit number that begins with 81, 82 or 83.
    HongKongMacaoTaiwanResidence,
    /// 外国人永久居留身份证: 18 digits since 2023, three letters and 12 digits before.
    ForeignResidence,
    /// 驾驶证: carries the citizen number, or the number of the file.
    DrivingLicence,
    /// 其他
    Other,
}

impl CertificateKind {
    /// Every kind, the usual ones first.
    pub const ALL: [CertificateKind; 14] = [
        CertificateKind::IdCard,
        CertificateKind::TemporaryIdCard,
        CertificateKind::HouseholdRegister,
        CertificateKind::BirthCertificate,
        CertificateKind::Passport,
        CertificateKind::OfficerCard,
        CertificateKind::SoldierCard,
        CertificateKind::PoliceCard,
        CertificateKind::HongKongMacaoPermit,
        CertificateKind::TaiwanPermit,
        CertificateKind::HongKongMacaoTaiwanResidence,
        CertificateKind::ForeignResidence,
        CertificateKind::DrivingLicence,
        CertificateKind::Other,
    ];

    /// The official name.
    pub fn title(self) -> &'static str {
        match self {
            CertificateKind::IdCard => "身份证",
            CertificateKind::TemporaryIdCard => "临时身份证",
            CertificateKind::HouseholdRegister => "户口簿",
            CertificateKind::BirthCertificate => "出生医学证明",
            CertificateKind::Passport => "护照",
            CertificateKind::OfficerCard => "军官证",
            CertificateKind::SoldierCard => "士兵证",
            CertificateKind::PoliceCard => "警官证",
            CertificateKind::HongKongMacaoPermit => "港澳居民来往内地通行证",
            CertificateKind::TaiwanPermit => "台湾居民来往大陆通行证",
            CertificateKind::HongKongMacaoTaiwanResidence => "港澳台居民居住证",
            CertificateKind::ForeignResidence => "外国人永久居留身份证",
            CertificateKind::DrivingLicence => "驾驶证",
            CertificateKind::Other => "其他",
        }
    }

    /// The kind with this official name; other spellings are the office's, in its table of values.
    pub fn titled(title: &str) -> Option<CertificateKind> {
        CertificateKind::ALL.into_iter().find(|kind| kind.title() == title)
    }

    /// Whether a citizen number is what belongs on it, of 15 digits too.
    fn carries_citizen_number(self) -> bool {
        matches!(
            self,
            CertificateKind::IdCard
                | CertificateKind::TemporaryIdCard
                | CertificateKind::HouseholdRegister
                | CertificateKind::HongKongMacaoTaiwanResidence
                | CertificateKind::DrivingLicence
        )
    }

    /// Whether nothing but a citizen number belongs on it.
    fn carries_only_citizen_number(self) -> bool {
        matches!(
            self,
            CertificateKind::IdCard | CertificateKind::TemporaryIdCard | CertificateKind::HongKongMacaoTaiwanResidence
        )
    }

    /// Whether a number looks like one of this kind. Loose: there is no check digit to go by.
    fn fits(self, number: &str) -> bool {
        let shape = Shape::of(number);
        match self {
            CertificateKind::IdCard | CertificateKind::TemporaryIdCard | CertificateKind::HongKongMacaoTaiwanResidence => {
                false
            }
            CertificateKind::HouseholdRegister => shape.is_alphanumeric && (6..=12).contains(&shape.length),
            CertificateKind::BirthCertificate => shape.is(1, 9),
            CertificateKind::Passport => shape.is_alphanumeric && (6..=12).contains(&shape.length) && shape.digits >= 4,
            CertificateKind::HongKongMacaoPermit => number.starts_with(['H', 'M']) && (shape.is(1, 8) || shape.is(1, 10)),
            CertificateKind::TaiwanPermit => {
                // Older ones end in the issue, `12345678(A)`.
                let number = number.trim_end_matches(|c: char| matches!(c, '(' | ')') || c.is_ascii_uppercase());
                let shape = Shape::of(number);
                shape.is(0, 8) || shape.is(0, 10) || shape.is(1, 8)
            }
            CertificateKind::ForeignResidence => shape.is(3, 12),
            CertificateKind::DrivingLicence => shape.is(0, 12),
            CertificateKind::OfficerCard | CertificateKind::SoldierCard | CertificateKind::PoliceCard => {
                (4..=20).contains(&shape.length) && shape.digits >= 4 && number.chars().all(char::is_alphanumeric)
            }
            CertificateKind::Other => {
                (3..=30).contains(&shape.length)
                    && shape.digits >= 1
                    && number.chars().all(|c| c.is_alphanumeric() || matches!(c, '(' | ')' | '/'))
            }
        }
    }

    /// The kind a number can only be of, if its shape says so much.
    fn of_shape(number: &str) -> Option<CertificateKind> {
        let shape = Shape::of(number);
        let candidates: &[CertificateKind] = match (shape.letters, shape.digits) {
            (3, 12) => &[CertificateKind::ForeignResidence],
            (1, 8 | 10) if number.starts_with(['H', 'M']) => &[CertificateKind::HongKongMacaoPermit],
            (1, 9) => &[CertificateKind::BirthCertificate],
            (1..=2, 6..=8) => &[CertificateKind::Passport],
            _ if number.contains("字第") && number.starts_with('士') => &[CertificateKind::SoldierCard],
            _ if number.contains("字第") => &[CertificateKind::OfficerCard],
            _ => &[],
        };
        candidates.iter().copied().find(|kind| kind.fits(number))
    }
}

impl fmt::Display for CertificateKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.title())
    }
}

/// How a number is made: letters, then digits.
struct Shape {
    /// Letters before the first digit.
    letters: usize,
    digits: usize,
    length: usize,
    is_alphanumeric: bool,
}

impl Shape {
    fn of(number: &str) -> Shape {
        Shape {
            letters: number.chars().take_while(char::is_ascii_alphabetic).count(),
            digits: number.chars().filter(char::is_ascii_digit).count(),
            length: number.chars().count(),
            is_alphanumeric: number.chars().all(|c| c.is_ascii_alphanumeric()),
        }
    }

    fn is(&self, letters: usize, digits: usize) -> bool {
        self.letters == letters && self.digits == digits && self.length == letters + digits
    }
}

/// The number of a certificate. Every citizen number is an [`IdCard`], whatever paper carries it, so that the
/// child of the 户口簿 and the adult of the 身份证 are one person.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Certificate {
    /// A citizen number, checked.
    IdCard(IdCard),
    /// Any other; only its shape could be checked.
    Other {
        /// As the list says, or as its shape says.
        kind: CertificateKind,
        /// Capitals, without spaces and dashes.
        number: String,
    },
}

impl Certificate {
    /// Reads a cell. `said` is the kind the list gives beside it; without one, digits are an ID card, good or bad.
    pub fn read(cell: Cell<'_>, said: Option<CertificateKind>) -> Reading<Certificate, BadIdCard> {
        let fault = match IdCard::read(cell) {
            Reading::Blank => return Reading::Blank,
            Reading::Masked => return Reading::Masked,
            // Eighteen digits that fit are a citizen number whatever the list says; fifteen prove nothing.
            Reading::Good(card) if said.is_none_or(CertificateKind::carries_citizen_number) || compact(cell).len() == 18 => {
                return Reading::Good(Certificate::IdCard(card));
            }
            Reading::Good(_) => BadIdCard::Length(15),
            Reading::Bad(fault @ (BadIdCard::LostDigits | BadIdCard::FormulaError)) => {
                return Reading::Bad(fault);
            }
            Reading::Bad(fault) => fault,
        };
        let number = compact(cell);
        let kind = match said {
            None => CertificateKind::of_shape(&number),
            Some(kind) => Some(kind).filter(|kind| kind.fits(&number)),
        };
        match (kind, said) {
            (Some(kind), _) => Reading::Good(Certificate::Other { kind, number }),
            (None, Some(kind)) if !kind.carries_only_citizen_number() => Reading::Bad(match Shape::of(&number).length {
                18 => fault,
                _ => BadIdCard::NotOfKind(kind),
            }),
            (None, _) => Reading::Bad(fault),
        }
    }

    /// The citizen number, if that is what it is.
    pub fn id_card(&self) -> Option<IdCard> {
        match self {
            Certificate::IdCard(card) => Some(*card),
            Certificate::Other { .. } => None,
        }
    }

    /// The kind, as far as the number tells: a citizen number is of an ID card unless it begins with 8 or 9.
    pub fn kind(&self) -> CertificateKind {
        match self {
            Certificate::Other { kind, .. } => *kind,
            Certificate::IdCard(card) if card.is_foreign_resident() => CertificateKind::ForeignResidence,
            Certificate::IdCard(card) if card.region() >= 800_000 => CertificateKind::HongKongMacaoTaiwanResidence,
            Certificate::IdCard(_) => CertificateKind::IdCard,
        }
    }

    /// For showing: the last two of a passport, and as usual for an ID card.
    pub fn masked(&self) -> String {
        match self {
            Certificate::IdCard(card) => card.masked(),
            Certificate::Other { number, .. } => {
                let length = number.chars().count();
                let shown = |place: usize| place == 0 || place + 2 >= length;
                number.chars().enumerate().map(|(place, c)| if shown(place) { c } else { '*' }).collect()
            }
        }
    }
}

impl fmt::Display for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Certificate::IdCard(card) => card.fmt(f),
            Certificate::Other { number, .. } => f.pad(number),
        }
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}({})", self.kind(), self.masked())
    }
}

fn compact(cell: Cell<'_>) -> String {
    id_card::compact(&text::tidy(&cell.to_text())).to_ascii_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn case(input: &str, said: Option<CertificateKind>, want: &str) {
        let found = match Certificate::read(Cell::from(input), said) {
            Reading::Good(certificate) => format!("{} {certificate}", certificate.kind()),
            other => format!("{other:?}"),
        };
        assert_eq!(found, want, "{input:?} {said:?}");
    }

    #[test]
    fn without_a_kind_digits_are_an_id_card() {
        case("329901700101001", None, "身份证 329901197001010017");
        case("32990119700101001", None, "Bad(Length(17))");
        case("12345678", None, "Bad(Length(8))");
        case("810000199001010019", None, "港澳台居民居住证 810000199001010019");
        case("932156199001010015", None, "外国人永久居留身份证 932156199001010015");
    }

    #[test]
    fn without_a_kind_letters_may_say_it() {
        case("usa329900010101", None, "外国人永久居留身份证 USA329900010101");
        case("h12345678", None, "港澳居民来往内地通行证 H12345678");
        case("M1234567801", None, "港澳居民来往内地通行证 M1234567801");
        case("E 1234 5678", None, "护照 E12345678");
        case("EA1234567", None, "护照 EA1234567");
        case("O320123456", None, "出生医学证明 O320123456");
        case("南字第1234567号", None, "军官证 南字第1234567号");
        case("3299O1197001010015", None, "Bad(LookAlike('O'))");
        case("王伟", None, "Bad(Characters)");
    }

    #[test]
    fn the_kind_the_list_says_is_believed_if_the_shape_allows() {
        use CertificateKind::*;
        case("12345678", Some(TaiwanPermit), "台湾居民来往大陆通行证 12345678");
        case("1234567890(B)", Some(TaiwanPermit), "台湾居民来往大陆通行证 1234567890(B)");
        case("123456789", Some(Passport), "护照 123456789");
        case("12345678", Some(HongKongMacaoPermit), "Bad(NotOfKind(HongKongMacaoPermit))");
        case("E12345678", Some(IdCard), "Bad(Characters)");
        case("329901197001010017", Some(Passport), "身份证 329901197001010017");
        case("329901197001010016", Some(Passport), "Bad(CheckDigit)");
        case("329901700101001", Some(Passport), "Bad(NotOfKind(Passport))");
        case("329901197001010017", Some(HouseholdRegister), "身份证 329901197001010017");
        case("329901197001010016", Some(HouseholdRegister), "Bad(CheckDigit)");
        case("012345678", Some(HouseholdRegister), "户口簿 012345678");
        case("320100123456", Some(DrivingLicence), "驾驶证 320100123456");
        case("武字第12345678号", Some(PoliceCard), "警官证 武字第12345678号");
        case("A-2021/33", Some(Other), "其他 A2021/33");
        case("无", Some(Passport), "Blank");
        case("E12****78", Some(Passport), "Masked");
    }

    #[test]
    fn numbers_lost_in_excel_are_lost_whatever_the_kind() {
        let cell = Cell::Number(329_901_197_001_010_000.0);
        let found = Certificate::read(cell, Some(CertificateKind::Passport));
        assert_eq!(found, Reading::Bad(BadIdCard::LostDigits));
    }

    #[test]
    fn debug_shows_little() {
        let passport = Certificate::read(Cell::Text("E12345678"), None).good().unwrap();
        assert_eq!(format!("{passport:?}"), "Passport(E******78)");
        assert_eq!(CertificateKind::titled("护照"), Some(CertificateKind::Passport));
    }

    proptest! {
        #[test]
        fn reading_twice_is_reading_once(typed in "[A-Za-z]{0,3}[0-9 -]{0,19}[0-9Xx()A-C]{0,3}", kind in prop::option::of(0..14_usize)) {
            let said = kind.map(|place| CertificateKind::ALL[place]);
            if let Reading::Good(once) = Certificate::read(Cell::Text(&typed), said) {
                let twice = Certificate::read(Cell::Text(&once.to_string()), said);
                prop_assert_eq!(twice, Reading::Good(once));
            }
        }

        #[test]
        fn anything_may_stand_in_a_cell(typed in any::<String>(), kind in prop::option::of(0..14_usize)) {
            Certificate::read(Cell::Text(&typed), kind.map(|place| CertificateKind::ALL[place]));
        }
    }
}
