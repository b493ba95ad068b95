//! What this run changed.

use polars::prelude::*;

use crate::model::report::ChangeLine;

/// Kinds of record whose changes are written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Changed {
    /// 户.
    Household,
    /// 人.
    Person,
    /// 保单.
    Policy,
    /// 拜访.
    Visit,
    /// 需求.
    Need,
    /// 转介绍.
    Referral,
}

impl Changed {
    fn title(self) -> &'static str {
        match self {
            Changed::Household => "户",
            Changed::Person => "人",
            Changed::Policy => "保单",
            Changed::Visit => "拜访",
            Changed::Need => "需求",
            Changed::Referral => "转介绍",
        }
    }
}

/// One difference. A new record is one difference, not one a field.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// What kind of record.
    pub of: Changed,
    /// Which one: 客户编号, 保单号.
    pub key: String,
    /// Title of the field; 新增 for a new record.
    pub field: String,
    /// Value before.
    pub before: String,
    /// Value now.
    pub after: String,
}

/// All differences of a run. Without an earlier run there is nothing to differ from.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    list: Vec<Change>,
}

impl Changes {
    /// Notes a value that is different now.
    pub fn value(&mut self, of: Changed, key: String, field: &str, before: String, after: String) {
        self.list.push(Change { of, key, field: field.to_string(), before, after });
    }

    /// Notes a record that was not there before.
    pub fn new_record(&mut self, of: Changed, key: String) {
        self.value(of, key, ChangeLine::NEW, String::new(), String::new());
    }

    /// Adds those of another part of the merge.
    pub fn append(&mut self, mut others: Changes) {
        self.list.append(&mut others.list);
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether nothing changed.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// For reading, in the order of [`Changes::frame`]. Of a person only the name is told: the number behind it is
    /// ours alone.
    pub fn lines(&self) -> Vec<ChangeLine> {
        let mut sorted: Vec<&Change> = self.list.iter().collect();
        sorted.sort();
        sorted
            .into_iter()
            .map(|change| ChangeLine {
                record: change.of.title(),
                key: match (change.of, change.key.rsplit_once(' ')) {
                    (Changed::Person, Some((name, _))) => name.into(),
                    _ => change.key.as_str().into(),
                },
                field: change.field.as_str().into(),
                before: change.before.as_str().into(),
                after: change.after.as_str().into(),
            })
            .collect()
    }

    /// As a table of the store, in order.
    pub fn frame(&mut self) -> PolarsResult<DataFrame> {
        self.list.sort();
        let text = |name: &str, value: fn(&Change) -> &str| {
            StringChunked::from_iter_values(name.into(), self.list.iter().map(value)).into_column()
        };
        DataFrame::new(
            self.list.len(),
            vec![
                text("record", |change| change.of.title()),
                text("key", |change| &change.key),
                text("field", |change| &change.field),
                text("before", |change| &change.before),
                text("after", |change| &change.after),
            ],
        )
    }
}
