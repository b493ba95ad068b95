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

// layouts.toml
pub mod layouts;

pub mod workbooks;

use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

use crate::model::surname::Surnames;
use crate::problem::system_words;
use fields::Fields;
use layouts::Layouts;
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
    /// Headings somebody has settled.
    pub layouts: Layouts,
    /// The office folder they come from, which may have template workbooks too.
    pub office: Option<PathBuf>,
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
            values.extend_with(&text).map_err(|fault| {
                // It says its name itself; here the office's own file is meant, which stands before it.
                let said = fault.to_string();
                let said = said.strip_prefix("values.toml").unwrap_or(&said).trim_start_matches([' ', '：']);
                TemplateError { file: name, what: format!("{said}。{}", fault.advice()) }
            })?;
        }
        let mut surnames = Surnames::built_in();
        if let Some((name, text)) = own("surnames.toml")? {
            let office =
                Surnames::from_toml(&text).map_err(|error| TemplateError { file: name, what: unreadable(&text, &error) })?;
            surnames.merge(office);
        }
        let fields = Fields::load(FIELDS, borrowed(&fields))?;
        let layouts = match own(layouts::FILE)? {
            Some((name, text)) => Layouts::load(&name, &text, &fields)?,
            None => Layouts::default(),
        };
        Ok(Templates {
            fields,
            layouts,
            values,
            surnames,
            rules: Rules::load(RULES, borrowed(&rules))?,
            office: office.map(Path::to_path_buf),
        })
    }

    /// The same with other fields: those of a form whose labels are settled.
    pub fn with_fields(&self, fields: Fields) -> Templates {
        Templates { fields, layouts: Layouts::default(), ..self.clone() }
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
pub fn own_file(office: Option<&Path>, name: &str) -> Result<Option<(String, String)>, TemplateError> {
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
        Err(error) => Err(TemplateError { file: shown, what: format!("读不出来：{}", system_words(&error)) }),
    }
}

/// Parses TOML, and says in Chinese where it is wrong.
pub fn parse_toml<T: DeserializeOwned>(file: &str, text: &str) -> Result<T, TemplateError> {
    toml::from_str(text).map_err(|error| TemplateError { file: file.to_string(), what: unreadable(text, &error) })
}

/// What a TOML file says that cannot be understood, and on which line.
pub fn unreadable(text: &str, error: &toml::de::Error) -> String {
    let line = error.span().map(|span| text[..span.start.min(text.len())].matches('\n').count() + 1);
    let place = line.map(|line| format!("第 {line} 行")).unwrap_or_default();
    format!("{place}{}", slip(error.message()))
}

/// What the parser complains of, in Chinese; its own words are English.
fn slip(message: &str) -> String {
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    let among = |known: &[&str]| {
        let near = fields::nearest(quoted[0], known.iter().copied());
        match (near.first(), known) {
            (Some(near), _) => format!("，是不是“{near}”"),
            (None, []) => String::new(),
            (None, known) => format!("，可以写的有：{}", known.join("、")),
        }
    };
    let told = |start: &str| message.starts_with(start) && !quoted.is_empty();
    if told("unknown field") {
        format!("的“{}”不认识{}", quoted[0], among(&quoted[1..]))
    } else if told("unknown variant") {
        format!("的值“{}”不认识{}", quoted[0], among(&quoted[1..]))
    } else if told("missing field") {
        format!("这一节少了“{}”", quoted[0])
    } else if message.starts_with("duplicate key") {
        "同一个名字写了两次".to_string()
    } else if message.starts_with("invalid type") || message.starts_with("invalid value") {
        "的值种类不对：文字要加引号，数字和 true/false 不加，几项一起写成 [\"甲\", \"乙\"]".to_string()
    } else {
        "的写法不对：看看引号、方括号和等号是不是成对、是不是半角，等号左边的中文要加引号".to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(text: &str, want: &str) {
        let error = rules::Rules::load(RULES, Some(("rules.toml", text))).unwrap_err();
        assert_eq!(error.what, want, "{text}");
    }

    #[test]
    fn slips_in_a_template_are_told_in_chinese_with_their_line() {
        case("\n[[tier]]\nlevle='A'\n", "第 3 行的“levle”不认识，是不是“level”");
        case("[limit]\n", "第 1 行的“limit”不认识，是不是“limits”");
        case("['宠物']\n", "第 1 行的“宠物”不认识，可以写的有：tier、visits、overdue_band、limits");
        case("[[tier]]\nlevel='E'\nwhen='1=1'\nreason=''\n", "第 2 行的值“E”不认识，可以写的有：A、B、C、D");
        case("[[tier]]\nlevel='A'\nreason=''\n", "第 1 行这一节少了“when”");
        case(
            "[limits]\nshared_phone_names='五'\n",
            "第 2 行的值种类不对：文字要加引号，数字和 true/false 不加，几项一起写成 [\"甲\", \"乙\"]",
        );
        case("[[tier]\n", "第 1 行的写法不对：看看引号、方括号和等号是不是成对、是不是半角，等号左边的中文要加引号");
        case(
            "[[tier]]\nlevel=“A”\n",
            "第 2 行的写法不对：看看引号、方括号和等号是不是成对、是不是半角，等号左边的中文要加引号",
        );
        case("[limits]\nreinstate_years=1\nreinstate_years=2\n", "第 3 行同一个名字写了两次");
    }
}
