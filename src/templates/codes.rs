//! Code tables: `0` 男, `1` 女 in one core system, `1` 男, `2` 女 in another. A code means something only where the
//! whole column fits one table.

use rustc_hash::FxHashMap;

use crate::model::text;
use crate::model::word::Vocabulary;

use super::values::Values;

/// The codes of one system for one kind of word.
#[derive(Clone, Debug)]
pub struct CodeTable {
    /// What the codes stand for.
    pub of: Vocabulary,
    /// Which system writes them.
    pub system: String,
    words: FxHashMap<String, String>,
}

/// What a column's codes turned out to be.
#[derive(Clone, Debug)]
pub enum CodeChoice<'a> {
    /// No table knows them all, or there are none: no codes, or foreign ones.
    None,
    /// One table fits.
    One(&'a CodeTable),
    /// Several fit and disagree; nobody can tell.
    Ambiguous(Vec<&'a CodeTable>),
}

impl<'a> CodeChoice<'a> {
    /// The table, if it is clear.
    pub fn one(self) -> Option<&'a CodeTable> {
        match self {
            CodeChoice::One(table) => Some(table),
            CodeChoice::None | CodeChoice::Ambiguous(_) => None,
        }
    }
}

/// `05`, `5` and `5.0` are one code: leading zeros are lost wherever a code was stored as a number.
fn code_key(code: &str) -> String {
    let key = text::key(code);
    let key = key.strip_suffix(".0").unwrap_or(&key);
    match key.trim_start_matches('0') {
        "" if !key.is_empty() => "0".to_string(),
        trimmed => trimmed.to_string(),
    }
}

impl CodeTable {
    /// A table from its codes and words.
    pub fn new<'a>(of: Vocabulary, system: &str, map: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let words = map.into_iter().map(|(code, word)| (code_key(code), word.to_string())).collect();
        CodeTable { of, system: system.to_string(), words }
    }

    /// The canonical word for a code.
    pub fn word(&self, code: &str) -> Option<&str> {
        self.words.get(&code_key(code)).map(String::as_str)
    }
}

impl Values {
    /// Which code table a column uses, from all the different values in it. Blanks do not count; one value that
    /// is no code, and the column has no table.
    pub fn code_table(&self, of: Vocabulary, distinct_values: &[&str]) -> CodeChoice<'_> {
        let codes: Vec<&str> = distinct_values.iter().copied().filter(|value| !text::is_placeholder(value)).collect();
        let fits = |table: &&CodeTable| table.of == of && codes.iter().all(|code| table.word(code).is_some());
        let fitting: Vec<&CodeTable> = self.code_tables.iter().filter(fits).collect();
        match fitting[..] {
            _ if codes.is_empty() => CodeChoice::None,
            [] => CodeChoice::None,
            [first, ref others @ ..] => {
                let agree = others.iter().all(|other| codes.iter().all(|code| other.word(code) == first.word(code)));
                if agree { CodeChoice::One(first) } else { CodeChoice::Ambiguous(fitting) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::model::word::Vocabulary;
    use crate::templates::codes::CodeChoice;
    use crate::templates::values::builtin_values;

    #[track_caller]
    fn case(of: Vocabulary, column: &[&str], want: Result<&str, &str>) {
        let got = match builtin_values().code_table(of, column) {
            CodeChoice::One(table) => Ok(table.system.as_str()),
            CodeChoice::None => Err("none"),
            CodeChoice::Ambiguous(_) => Err("ambiguous"),
        };
        assert_eq!(got, want, "{column:?}");
    }

    #[test]
    fn the_whole_column_decides() {
        case(Vocabulary::Gender, &["0", "1"], Ok("LIS"));
        case(Vocabulary::Gender, &["1", "2"], Ok("国标"));
        case(Vocabulary::Gender, &["2"], Ok("国标"));
        case(Vocabulary::Gender, &["1"], Err("ambiguous"));
        case(Vocabulary::Gender, &["0", "1", "2"], Err("none"));
        case(Vocabulary::Gender, &["0", "1", ""], Ok("LIS"));
        case(Vocabulary::Gender, &["0", "1", "男"], Err("none"));
        case(Vocabulary::Gender, &["", "不详"], Err("none"));
        case(Vocabulary::Gender, &[], Err("none"));
    }

    #[test]
    fn the_codes_of_the_core_system() {
        let word = |of, column: &[&str], code: &str| {
            let table = builtin_values().code_table(of, column).one().expect("the column fits");
            table.word(code).map(str::to_string)
        };
        let relation = ["00", "05", "33"];
        assert_eq!(word(Vocabulary::Relation, &relation, "05").as_deref(), Some("儿子"));
        assert_eq!(word(Vocabulary::Relation, &relation, "5").as_deref(), Some("儿子"));
        assert_eq!(word(Vocabulary::Relation, &relation, "0").as_deref(), Some("本人"));
        assert_eq!(word(Vocabulary::Certificate, &["0", "b"], "B").as_deref(), Some("港澳居民来往内地通行证"));
        assert_eq!(word(Vocabulary::PolicyStatus, &["0", "1", "2"], "1").as_deref(), Some("中止"));
        assert_eq!(word(Vocabulary::PayMode, &["-1", "12"], "-1").as_deref(), Some("不定期交"));
        case(Vocabulary::PayMode, &["10", "20"], Err("none"));
        case(Vocabulary::Relation, &["34"], Err("none"));
    }
}
