//! Units of money that a template's own labels name: 年收入(万). Its cells are filled and read in them; everything else
//! is in 元.

use std::collections::BTreeMap;

use super::titles::{Block, Fact, Source, resolve};
use crate::model::cell::Cell;
use crate::model::money::{Amount, Money, Unit};
use crate::stamp::{Reading, Record, Template, Value};
use crate::templates::fields::{FieldType, Fields};

/// By list, if any, and title: the unit, where it is not 元.
#[derive(Clone, Debug, Default)]
pub struct Units(BTreeMap<(Option<String>, String), Unit>);

/// 一亿元: a bare number of so many 万元 was hardly meant in 万元.
const DOUBTFUL: f64 = 1e8;

impl Units {
    /// What the labels of a template say.
    pub fn of(template: &Template, fields: &Fields) -> Units {
        let is_money = |source: Source| match source {
            Source::Field(field) => fields.entry(field).kind == FieldType::Money,
            Source::Fact(fact) => {
                let sums = [Fact::LifeSum, Fact::IllnessSum, Fact::AccidentSum, Fact::YearlyPremium, Fact::AnnualPremium];
                sums.contains(&fact)
            }
        };
        let units = template.labels().filter_map(|(placeholder, labels)| {
            let source = resolve(Block::named(placeholder.list())?, placeholder.title(), fields).ok()?;
            let unit = labels.into_iter().find_map(Unit::in_heading).filter(|unit| *unit != Unit::Yuan)?;
            is_money(source).then(|| ((placeholder.list().map(str::to_string), placeholder.title().to_string()), unit))
        });
        Units(units.collect())
    }

    fn apply(&self, record: &mut Record, change: impl Fn(&mut Value, Unit)) {
        for ((list, title), unit) in &self.0 {
            match list {
                None => record.fields.get_mut(title).into_iter().for_each(|value| change(value, *unit)),
                Some(list) => {
                    let rows = record.lists.get_mut(list).into_iter().flatten();
                    rows.filter_map(|row| row.fields.get_mut(title)).for_each(|value| change(value, *unit));
                }
            }
        }
    }

    /// A record in 元 as the template shows it.
    pub fn show(&self, mut record: Record) -> Record {
        self.apply(&mut record, |value, unit| {
            if let Value::Number(yuan) = value {
                *yuan /= unit.yuan();
            }
        });
        record
    }

    /// What was read, in 元. What names its own unit says itself what it is.
    pub fn understand(&self, mut reading: Reading) -> Reading {
        for sheet in &mut reading.sheets {
            self.apply(&mut sheet.record, |value, unit| {
                let amount = match &*value {
                    Value::Number(number) => Amount::read(Cell::Number(*number), unit),
                    Value::Text(text) => Amount::read(Cell::from(text.as_str()), unit),
                    _ => return,
                };
                let Some(amount) = amount.good().filter(|amount| amount.unit().is_none() && amount.note().is_none()) else {
                    return;
                };
                let yuan = Money::to_yuan(amount.money());
                // Not understood by those who read on, and so told.
                *value =
                    if yuan.abs() < DOUBTFUL { Value::Number(yuan) } else { Value::Text(format!("{}？", value.text())) };
            });
        }
        reading
    }
}
