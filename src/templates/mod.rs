//! The templates as types: loaded, checked, with what is built in as the default. An office's file of the same
//! name is laid over it: entries with the same key replace, others are added.

// fields.toml
pub mod fields;
pub mod heading;

// values.toml
pub mod codes;
pub mod values;
mod values_file;
pub mod word_table;

// rules.toml
pub mod rules;

use std::path::Path;

use serde::de::DeserializeOwned;

use crate::model::surname::Surnames;
use fields::Fields;
use rules::Rules;
use values::Values;

/// The built-in `fields.toml`.
pub const FIELDS: &str = include_str!("../../templates/fields.toml");
/// The built-in `rules.toml`.
pub const RULES: &str = include_str!("../../templates/rules.toml");

/// Everything the office may decide.
#[derive(Clone, Debug)]
pub struct Templates {
    /// Every field there is.
    pub fields: Fields,
    /// Words for values.
    pub values: Values,
    /// Letters of surnames.
    pub surnames: Surnames,
    /// Tiers, intervals, thresholds.
    pub rules: Rules,
}

/// A template that cannot be used; nothing has been written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}：{what}")]
pub struct TemplateError {
    /// Which file.
    pub file: String,
    /// What is wrong, with its line where one is known.
    pub what: String,
}

impl Templates {
    /// What is built in, with the files of an office folder laid over it.
    pub fn load(office: Option<&Path>) -> Result<Templates, TemplateError> {
        let own = |name: &str| own_file(office, name);
        let fields = own("fields.toml")?;
        let rules = own("rules.toml")?;
        let mut values = Values::builtin();
        if let Some((name, text)) = own("values.toml")? {
            values
                .extend_with(&text)
                .map_err(|fault| TemplateError { file: name, what: format!("{fault}。{}", fault.advice()) })?;
        }
        let mut surnames = Surnames::built_in();
        if let Some((name, text)) = own("surnames.toml")? {
            let office =
                Surnames::from_toml(&text).map_err(|error| TemplateError { file: name, what: unreadable(&text, &error) })?;
            surnames.merge(office);
        }
        Ok(Templates {
            fields: Fields::load(FIELDS, borrowed(&fields))?,
            values,
            surnames,
            rules: Rules::load(RULES, borrowed(&rules))?,
        })
    }

    /// What is built in.
    pub fn builtin() -> Templates {
        Templates::load(None).expect("the built-in templates are checked by tests")
    }
}

fn borrowed(file: &Option<(String, String)>) -> Option<(&str, &str)> {
    file.as_ref().map(|(name, text)| (name.as_str(), text.as_str()))
}

/// An office's own file and its name for messages, if there is one.
fn own_file(office: Option<&Path>, name: &str) -> Result<Option<(String, String)>, TemplateError> {
    let Some(folder) = office else { return Ok(None) };
    let path = folder.join(name);
    if !path.exists() {
        return Ok(None);
    }
    let shown = path.display().to_string();
    match std::fs::read_to_string(&path) {
        Ok(text) => Ok(Some((shown, text.trim_start_matches('\u{feff}').to_string()))),
        Err(error) if error.kind() == std::io::ErrorKind::InvalidData => Err(TemplateError {
            file: shown,
            what: "不是 UTF-8 编码：用记事本另存，编码选 UTF-8".to_string(),
        }),
        Err(error) => Err(TemplateError { file: shown, what: format!("读不出来：{error}") }),
    }
}

/// Parses TOML, and says in Chinese where it is wrong.
fn parse_toml<T: DeserializeOwned>(file: &str, text: &str) -> Result<T, TemplateError> {
    toml::from_str(text).map_err(|error| TemplateError { file: file.to_string(), what: unreadable(text, &error) })
}

/// What a TOML file says that cannot be understood, and on which line.
pub fn unreadable(text: &str, error: &toml::de::Error) -> String {
    let line = error.span().map(|span| text[..span.start.min(text.len())].matches('\n').count() + 1);
    let place = line.map(|line| format!("第 {line} 行")).unwrap_or_default();
    // The reader's own words are English; a misspelt name is the one thing they tell that the line does not.
    let misspelt = error.message().strip_prefix("unknown field `").and_then(|rest| rest.split_once('`'));
    match misspelt {
        Some((name, rest)) => {
            let known: Vec<&str> = rest.split('`').skip(1).step_by(2).collect();
            format!("{place}没有“{name}”这一项，可以写：{}", known.join("、"))
        }
        None => format!("{place}读不懂：中文都要加英文双引号（等号左边的也要），逗号、括号、引号要成对，该写的项要写全"),
    }
}
