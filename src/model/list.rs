//! A sheet as read: typed columns of one kind of record, each row still knowing where it came from.

use chrono::NaiveDate;
use rustc_hash::{FxHashMap, FxHashSet};

use super::columns::{Data, Texts};
use crate::problem::{Place, SourceId};
use crate::templates::fields::{Field, Record, Role};

/// What a sheet is a list of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// 保单清单.
    Policies,
    /// 应收清单: policies whose premium falls due.
    Renewals,
    /// 客户清单.
    Clients,
    /// An existing card register, one row a client or a family.
    Register,
    /// Policies as cards name them.
    CardPolicies,
    /// Relatives as cards name them, one row a relative of a client.
    Relatives,
    /// 拜访记录.
    Visits,
    /// 需求, as agents keep them on their cards.
    Needs,
    /// 转介绍: whom clients named.
    Referrals,
    /// 家庭对照表, kept by hand.
    Family,
    /// 家庭核对, written by this program and filled in.
    FamilyCheck,
    /// Agent, team, supervisor.
    Organisation,
}

impl Kind {
    /// As users see it.
    pub fn title(self) -> &'static str {
        match self {
            Kind::Policies => "保单清单",
            Kind::Renewals => "应收清单",
            Kind::Clients => "客户清单",
            Kind::Register => "服务卡登记表",
            Kind::CardPolicies => "卡上的保单",
            Kind::Relatives => "卡上的家庭成员",
            Kind::Visits => "拜访记录",
            Kind::Needs => "需求记录",
            Kind::Referrals => "转介绍名单",
            Kind::Family => "家庭对照表",
            Kind::FamilyCheck => "家庭核对",
            Kind::Organisation => "团队架构",
        }
    }

    /// The kinds a table can be.
    pub fn of_tables() -> [Kind; 7] {
        use Kind::{Clients, Family, Organisation, Policies, Register, Renewals, Visits};
        [Policies, Renewals, Clients, Register, Visits, Family, Organisation]
    }

    /// Whose words a heading such as 状态 or 电话 is taken for, first choice first.
    pub fn records(self) -> [Record; 6] {
        use Record::{Family, Household, Need, Org, Person, Policy, Referral, Visit};
        match self {
            Kind::Policies | Kind::Renewals | Kind::CardPolicies => [Policy, Person, Org, Household, Visit, Family],
            Kind::Clients => [Person, Household, Org, Policy, Visit, Family],
            Kind::Register => [Household, Person, Org, Policy, Visit, Family],
            Kind::Visits => [Visit, Household, Person, Org, Policy, Family],
            Kind::Needs => [Need, Household, Person, Org, Policy, Visit],
            Kind::Referrals => [Referral, Household, Person, Org, Policy, Visit],
            Kind::Family | Kind::Relatives | Kind::FamilyCheck => [Family, Person, Household, Org, Policy, Visit],
            Kind::Organisation => [Org, Household, Person, Policy, Visit, Family],
        }
    }

    /// Whether rows are policies.
    pub fn has_policies(self) -> bool {
        matches!(self, Kind::Policies | Kind::Renewals | Kind::CardPolicies)
    }

    /// Whether rows tell what passed between an agent and a client.
    pub fn is_about_dealings(self) -> bool {
        matches!(self, Kind::Visits | Kind::Needs | Kind::Referrals)
    }

    /// Whether rows are members of families.
    pub fn is_about_relatives(self) -> bool {
        matches!(self, Kind::Family | Kind::Relatives)
    }

    /// Whether rows say something about the household itself.
    pub fn is_about_clients(self) -> bool {
        matches!(self, Kind::Policies | Kind::Renewals | Kind::Clients | Kind::Register | Kind::CardPolicies)
    }

    /// Whether the company means it to name every client, so that who is missing is gone.
    pub fn names_every_client(self) -> bool {
        matches!(self, Kind::Policies | Kind::Clients)
    }

    /// Whether the company issues it, rather than the office or an agent.
    pub fn from_company(self) -> bool {
        matches!(self, Kind::Policies | Kind::Renewals | Kind::Clients | Kind::Organisation)
    }
}

/// Which field of whom a column holds; `nth` tells repeated columns apart (附险险种2, a second 手机).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Slot {
    /// Whose.
    pub role: Role,
    /// What.
    pub field: Field,
    /// 0 for the only or first one.
    pub nth: u8,
}

impl Slot {
    /// The first column of a field of the row's client.
    pub fn of(field: Field) -> Slot {
        Slot { role: Role::Client, field, nth: 0 }
    }

    /// The first column of a field of somebody in the row.
    pub fn whose(role: Role, field: Field) -> Slot {
        Slot { role, field, nth: 0 }
    }
}

/// A column that was understood.
#[derive(Clone, Debug)]
pub struct Column {
    /// What it holds.
    pub slot: Slot,
    /// Its heading as written.
    pub heading: Box<str>,
    /// Column of the sheet, from 0.
    pub at: u32,
    /// Its values.
    pub data: Data,
    /// Of words that were put into our own: the words as written.
    pub spelled: Option<Data>,
}

/// A column that was not understood: kept as written.
#[derive(Clone, Debug)]
pub struct Leftover {
    /// Its heading as written; empty when it has none.
    pub heading: Box<str>,
    /// Column of the sheet, from 0.
    pub at: u32,
    /// Its cells.
    pub texts: Texts,
}

/// A column whose cells are in the rows of another: 拜访日期2 beside 拜访日期1, where each is a visit of its own.
#[derive(Clone, Debug)]
pub struct Repeat {
    /// Its heading as written.
    pub heading: Box<str>,
    /// Column of the sheet, from 0.
    pub at: u32,
    /// The column that has its cells.
    pub of: u32,
}

/// What a cell held, where that is more than its value says.
#[derive(Clone, Debug, Default)]
pub struct Originals {
    /// Row of the list and column of the sheet, from 0.
    pub at: Vec<(u32, u16)>,
    /// The text as it stood there.
    pub texts: Texts,
}

impl Originals {
    /// The texts kept of some columns of the sheet, by row of the list and column. They are not kept in order:
    /// some are found only when the whole column is known.
    pub fn in_columns(&self, columns: &[u32]) -> FxHashMap<(u32, u16), &str> {
        let kept = self.at.iter().copied().zip(self.texts.iter());
        kept.filter(|((_, column), _)| columns.contains(&u32::from(*column))).collect()
    }

    /// Keeps texts of a column, by row, where nothing of the cell is kept yet.
    pub fn keep_missing<'t>(&mut self, column: u32, texts: impl Iterator<Item = (usize, &'t str)>) {
        let here = self.at.iter().filter(|(_, other)| u32::from(*other) == column);
        let known: FxHashSet<u32> = here.map(|(row, _)| *row).collect();
        for (row, text) in texts.filter(|(row, _)| !known.contains(&(*row as u32))) {
            self.keep(row, column, text);
        }
    }

    /// Keeps a text.
    pub fn keep(&mut self, row: usize, column: u32, text: &str) {
        self.at.push((row as u32, column as u16));
        self.texts.push(text);
    }
}

/// Columns that stand nowhere on the sheet are numbered from here on; a sheet of Excel has 16,384.
pub const OUTSIDE: u32 = 0xC000;

/// Something that is said once of a list, outside of its rows: 服务专员：何伟, 单位：万元, 制表日期：2026-11-18.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// Label and value as written, without spaces around them.
    pub text: Box<str>,
    /// Where it was found.
    pub whence: Whence,
    /// Row as Excel shows it and column from 0 of the value; `None` for a name of a sheet or a file.
    pub at: Option<(u32, u32)>,
    /// What it was used for.
    pub used: Used,
}

/// Where something that is said of a whole list stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whence {
    /// Above the heading.
    Above,
    /// In the row of the heading, or beside the rows.
    Beside,
    /// Among the rows, in a row of its own.
    Among,
    /// Below the rows.
    Below,
    /// In the name of the sheet.
    SheetName,
    /// In the name of the file.
    FileName,
}

impl Whence {
    /// As users see it.
    pub fn title(self) -> &'static str {
        match self {
            Whence::Above => "标题上方",
            Whence::Beside => "表的旁边",
            Whence::Among => "各行之间",
            Whence::Below => "表的下方",
            Whence::SheetName => "工作表名",
            Whence::FileName => "文件名",
        }
    }
}

/// What something that is said of a whole list was used for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Used {
    /// A value of rows that had none of their own.
    Rows {
        /// The field.
        slot: Slot,
        /// The value in normal form.
        value: Box<str>,
        /// How many rows took it.
        rows: usize,
        /// How many it stood for that have their own.
        own: usize,
    },
    /// The unit of sums.
    Unit {
        /// 万元.
        value: &'static str,
        /// Headings of the columns that took it; those with a unit in their heading do not.
        columns: Vec<Box<str>>,
    },
    /// The day the list stands for.
    Date(NaiveDate),
    /// Nothing.
    Not {
        /// Which field was meant.
        slot: Slot,
        /// Why not.
        why: &'static str,
    },
}

/// Why a list is of its kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// What it is.
    pub kind: Kind,
    /// The headings that made it so, in the order of the sheet.
    pub because: Vec<String>,
    /// Another kind that it nearly is, or would be without these headings.
    pub runner_up: Option<RunnerUp>,
}

/// What else a list might be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunnerUp {
    /// What.
    pub kind: Kind,
    /// Its headings speak for that.
    pub because: Vec<String>,
    /// One of these fields more, and it would be that; nothing where it has all, and the other rule came first.
    pub missing: Vec<Field>,
}

/// Where rows and cells stand that are not simply rows of one sheet: those gathered from forms, and what a title
/// says of every row below it.
#[derive(Clone, Debug, Default)]
pub struct Scattered {
    /// Of each row of the list the cell it begins with; empty where rows are rows of the sheet.
    pub rows: Vec<Place>,
    /// By row of the list and column.
    pub cells: FxHashMap<(u32, u16), Place>,
    /// Cells that count for every row, by column.
    pub columns: FxHashMap<u16, Place>,
    /// Of each row whose row it is by the marks of a card of ours; empty where there are no such cards.
    pub own: Vec<Option<OwnRow>>,
    /// Cells of such cards, by row of the list and column, that are as we wrote them: nobody says what they say.
    pub kept: FxHashSet<(u32, u16)>,
}

/// What a row of a card that this office wrote says by its marks, whatever was written over its values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OwnRow {
    /// 客户编号 of the household when the card was written.
    pub household: Box<str>,
    /// Id of the person it is the card of, if the card says it.
    pub client: Option<u32>,
    /// The name of that person, unless it was changed.
    pub name: Box<str>,
    /// Id of the relative whose row it is.
    pub member: Option<u32>,
    /// Whether it stood there when the card was written.
    pub was_there: bool,
}

/// One sheet, read; of forms all sheets of a file together.
#[derive(Clone, Debug)]
pub struct List {
    /// Which sheet, or file.
    pub source: SourceId,
    /// What it lists.
    pub kind: Kind,
    /// Why it was taken for that; nothing where the office has settled it, or its rows were taken from forms.
    pub verdict: Option<Verdict>,
    /// The day the list says it stands for, in its title rows or file name.
    pub date: Option<NaiveDate>,
    /// Last row of the heading, as Excel shows it; 0 where it is on the sheet before.
    pub heading_row: u32,
    /// Row of the sheet, as Excel shows it, of every row that is in.
    pub rows: Vec<u32>,
    /// Columns that were understood.
    pub columns: Vec<Column>,
    /// Columns of the sheet whose cells are in other columns, in rows of their own.
    pub repeats: Vec<Repeat>,
    /// Columns that were not.
    pub leftovers: Vec<Leftover>,
    /// Texts that say more than the values.
    pub originals: Originals,
    /// What stands above the heading: title, office, period, who made it. Row as Excel shows it, column from 0.
    pub above: Vec<(u32, u16, Box<str>)>,
    /// What is said of it outside of its rows, and what that was used for.
    pub said: Vec<Said>,
    /// Where everything stands, if not at its row and column of the sheet.
    pub scattered: Option<Box<Scattered>>,
}

impl List {
    /// Rows that are in.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether no row is in.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The column of a slot.
    pub fn column(&self, slot: Slot) -> Option<&Column> {
        self.columns.iter().find(|column| column.slot == slot)
    }

    /// The values of the first column of a field of the row's client.
    pub fn data(&self, field: Field) -> Option<&Data> {
        self.column(Slot::of(field)).map(|column| &column.data)
    }

    /// The text in a row of a field of the row's client; empty when blank or when there is no such column.
    pub fn text(&self, field: Field, row: usize) -> &str {
        self.data(field).map_or("", |data| data.text(row))
    }

    /// The text in a row of a field of somebody in it.
    pub fn text_of(&self, role: Role, field: Field, row: usize) -> &str {
        self.column(Slot::whose(role, field)).map_or("", |column| column.data.text(row))
    }

    /// Columns of the sheet that were understood, each with its heading and where its values are, from left to right.
    pub fn understood(&self) -> Vec<(u32, &str, &Column)> {
        let of_sheet = self.columns.iter().filter(|column| !List::is_outside(column));
        let own = of_sheet.map(|column| (column.at, &*column.heading, column));
        let of = |repeat: &Repeat| self.columns.iter().filter(|column| column.at == repeat.of).collect::<Vec<_>>();
        let repeated = self.repeats.iter().map(|repeat| (repeat, of(repeat)));
        let repeated = repeated.flat_map(|(repeat, of)| of.into_iter().map(|column| (repeat.at, &*repeat.heading, column)));
        let mut all: Vec<_> = own.chain(repeated).collect();
        all.sort_by_key(|(at, ..)| *at);
        all
    }

    /// Rows that have a value of this column from that column of the sheet: every cell once.
    pub fn rows_from<'l>(&'l self, at: u32, column: &'l Column) -> impl Iterator<Item = usize> + Clone + 'l {
        (0..self.len()).filter(move |row| {
            let moved = self.scattered.as_ref().and_then(|all| all.cells.get(&(*row as u32, column.at as u16)));
            let stands_there = match moved.filter(|place| place.row == self.rows[*row]) {
                Some(place) => place.column == Some(at as u16),
                None => column.at == at && (self.repeats.is_empty() || *row == 0 || self.rows[row - 1] != self.rows[*row]),
            };
            stands_there && !column.data.is_blank(*row)
        })
    }

    /// Whether its rows were taken from forms.
    pub fn is_of_forms(&self) -> bool {
        self.scattered.as_ref().is_some_and(|scattered| !scattered.rows.is_empty())
    }

    /// Whether a column stands nowhere on the sheet: what is in it was said once of all rows.
    pub fn is_outside(column: &Column) -> bool {
        column.at >= OUTSIDE
    }

    /// Whether what a row has in a column was said once of many rows.
    pub fn is_said_once(&self, row: usize, column: u32) -> bool {
        let at = column as u16;
        !self.is_of_forms()
            && self.scattered.as_ref().is_some_and(|scattered| {
                let cell = scattered.cells.get(&(row as u32, at));
                scattered.columns.contains_key(&at) || cell.is_some_and(|place| place.row != self.rows[row])
            })
    }

    /// Whose a row is, if it stands on a card that we wrote.
    pub fn own(&self, row: usize) -> Option<&OwnRow> {
        self.scattered.as_ref()?.own.get(row)?.as_ref()
    }

    /// Whether it has cards that we wrote.
    pub fn is_of_own_cards(&self) -> bool {
        self.scattered.as_ref().is_some_and(|scattered| scattered.own.iter().any(Option::is_some))
    }

    /// Whether a cell is as we wrote it.
    pub fn is_kept(&self, row: usize, column: &Column) -> bool {
        let at = (row as u32, column.at as u16);
        self.scattered.as_ref().is_some_and(|scattered| scattered.kept.contains(&at))
    }

    /// Where a row stands.
    pub fn place(&self, row: usize) -> Place {
        let begins = self.scattered.as_ref().and_then(|scattered| scattered.rows.get(row));
        begins.copied().unwrap_or_else(|| Place::row(self.source, self.rows[row]))
    }

    /// Where a cell stands.
    pub fn cell(&self, row: usize, column: &Column) -> Place {
        self.place_of(row, column.at)
    }

    /// Where the cell of a row in this column stands.
    pub fn place_of(&self, row: usize, column: u32) -> Place {
        let Some(scattered) = &self.scattered else { return Place::cell(self.source, self.rows[row], column) };
        let at = column as u16;
        let own = scattered.cells.get(&(row as u32, at)).or_else(|| scattered.columns.get(&at));
        own.copied().unwrap_or_else(|| match scattered.rows.get(row) {
            Some(begins) => *begins,
            None => Place::cell(self.source, self.rows[row], column),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kept_texts_are_found_in_whatever_order_they_were_kept() {
        let mut originals = Originals::default();
        for (row, column, text) in [(0, 2, "尾号3587"), (3, 2, "尾号1234"), (1, 5, "不是电话"), (1, 2, "138****1234")]
        {
            originals.keep(row, column, text);
        }
        let kept = originals.in_columns(&[2]);
        assert_eq!(
            [(0, 2), (1, 2), (3, 2), (1, 5)].map(|at| kept.get(&at).copied()),
            [Some("尾号3587"), Some("138****1234"), Some("尾号1234"), None]
        );
    }
}
