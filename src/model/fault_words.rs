//! What we say about words we do not know: every Chinese sentence about them in one place, to be read and
//! corrected as a page.

use std::fmt;

use super::word::Vocabulary;

/// A word that is not in `values.toml`, or that says two things at once.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct UnknownWord {
    /// What the cell should have said.
    pub of: Vocabulary,
    /// What it says, tidied.
    pub text: String,
    /// What is wrong with it.
    pub doubt: Doubt,
}

/// Why a word could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Doubt {
    /// It is in no table.
    NotListed,
    /// A number or a code letter, and no code table fits the whole column.
    BareNumber,
    /// Two parts that cannot both be true: `有效（失效）`, `20年交/10年交`.
    Contradiction,
    /// More than one box is ticked.
    SeveralTicked,
}

impl UnknownWord {
    /// A word in no table; a number or single letter is taken for a code.
    pub fn not_listed(of: Vocabulary, text: &str) -> Self {
        let is_code = text.parse::<f64>().is_ok() || (text.len() == 1 && text.is_ascii());
        let doubt = if is_code { Doubt::BareNumber } else { Doubt::NotListed };
        UnknownWord { of, text: text.to_string(), doubt }
    }

    /// A word that says two things at once.
    pub fn contradiction(of: Vocabulary, text: &str) -> Self {
        UnknownWord { of, text: text.to_string(), doubt: Doubt::Contradiction }
    }

    /// What the clerk should do.
    pub fn advice(&self) -> String {
        let (text, table) = (&self.text, self.of.table());
        match self.doubt {
            Doubt::NotListed => {
                format!("改成常用的写法；若是公司的正式叫法，在 values.toml 的 [{table}] 里，把“{text}”加到它所属的那一项")
            }
            Doubt::BareNumber => match self.of {
                Vocabulary::PayMode | Vocabulary::PayTerm | Vocabulary::Coverage => {
                    "写明单位，例如 年交、20年、至60岁；若是系统代码，在 values.toml 里加一段 [[codes]]".to_string()
                }
                _ => format!("把代码换成文字；若是系统代码，在 values.toml 里加一段 [[codes]]，of 写 \"{table}\""),
            },
            Doubt::Contradiction => "对照系统，只留下正确的一种说法".to_string(),
            Doubt::SeveralTicked => "只勾一项".to_string(),
        }
    }
}

impl fmt::Display for UnknownWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (of, text) = (self.of.title(), &self.text);
        match self.doubt {
            Doubt::NotListed => write!(f, "{of}“{text}”不认识"),
            Doubt::BareNumber => write!(f, "{of}“{text}”只是个代码，看不出意思"),
            Doubt::Contradiction => write!(f, "{of}“{text}”前后矛盾"),
            Doubt::SeveralTicked => write!(f, "{of}“{text}”勾了不止一项"),
        }
    }
}

/// What is wrong with a `values.toml`: we cannot go on before it is put right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValuesFault {
    /// Line in the file, from 1, where it can be told.
    pub line: Option<usize>,
    /// What is wrong.
    pub kind: ValuesFaultKind,
}

/// Kinds of [`ValuesFault`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ValuesFaultKind {
    /// Not TOML, or a table or key that does not exist. Holds the text of the line, and what the TOML
    /// reader said (English, for `--verbose`).
    Unreadable {
        /// The line as written.
        line_text: String,
        /// What the TOML reader said.
        detail: String,
    },
    /// A value nobody knows.
    UnknownTitle {
        /// The table.
        table: String,
        /// What was written.
        title: String,
    },
    /// One spelling, two values.
    ClaimedTwice {
        /// The table, or the tables, joined by `、`.
        table: String,
        /// What was written.
        spelling: String,
        /// The two values that claim it.
        claimed_by: [String; 2],
    },
    /// A spelling with nothing in it.
    EmptySpelling {
        /// The table.
        table: String,
        /// The value it is listed under.
        title: String,
    },
    /// `of` names no vocabulary.
    UnknownVocabulary {
        /// What was written.
        of: String,
    },
    /// A code or typo leads to a word that is in no table.
    UnknownTarget {
        /// Which code table or typo list.
        table: String,
        /// The code or typo.
        from: String,
        /// The word it should lead to.
        to: String,
    },
}

impl ValuesFault {
    /// What the office should do.
    pub fn advice(&self) -> String {
        match &self.kind {
            ValuesFaultKind::Unreadable { .. } => {
                "对照程序自带的 values.toml，检查这一行：中文要加英文双引号（等号左边的也要），逗号、括号要成对，名称要写对"
                    .to_string()
            }
            ValuesFaultKind::UnknownTitle { table, .. } => format!("[{table}] 里只能用程序自带 values.toml 列出的那些项"),
            ValuesFaultKind::ClaimedTwice { .. } => "只保留在其中一项里".to_string(),
            ValuesFaultKind::EmptySpelling { .. } => "删掉这个空的写法".to_string(),
            ValuesFaultKind::UnknownVocabulary { .. } => {
                let known: Vec<_> = Vocabulary::ALL.iter().map(|vocabulary| vocabulary.table()).collect();
                format!("可以写：{}", known.join("、"))
            }
            ValuesFaultKind::UnknownTarget { .. } => "等号右边要写 values.toml 里已有的词".to_string(),
        }
    }
}

impl fmt::Display for ValuesFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "values.toml 第 {line} 行：")?,
            None => write!(f, "values.toml：")?,
        }
        match &self.kind {
            ValuesFaultKind::Unreadable { line_text, .. } => write!(f, "看不懂“{}”", line_text.trim()),
            ValuesFaultKind::UnknownTitle { table, title } => write!(f, "[{table}] 里没有“{title}”这一项"),
            ValuesFaultKind::ClaimedTwice { table, spelling, claimed_by: [one, other] } => {
                write!(f, "[{table}] 的“{spelling}”既属于“{one}”，又属于“{other}”")
            }
            ValuesFaultKind::EmptySpelling { table, title } => write!(f, "[{table}] 的“{title}”里有一个空的写法"),
            ValuesFaultKind::UnknownVocabulary { of } => write!(f, "没有“{of}”这一类词"),
            ValuesFaultKind::UnknownTarget { table, from, to } => {
                write!(f, "{table} 里“{from}”指向“{to}”，而“{to}”不是已知的词")
            }
        }
    }
}

impl std::error::Error for ValuesFault {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentences() {
        let unknown = UnknownWord::not_listed(Vocabulary::PolicyStatus, "冻结");
        assert_eq!(unknown.to_string(), "保单状态“冻结”不认识");
        assert_eq!(
            unknown.advice(),
            "改成常用的写法；若是公司的正式叫法，在 values.toml 的 [policy_status] 里，把“冻结”加到它所属的那一项"
        );
        assert_eq!(UnknownWord::not_listed(Vocabulary::Gender, "3").to_string(), "性别“3”只是个代码，看不出意思");
        assert_eq!(
            UnknownWord::contradiction(Vocabulary::PolicyStatus, "有效(失效)").to_string(),
            "保单状态“有效(失效)”前后矛盾"
        );
        let twice = ValuesFault {
            line: Some(12),
            kind: ValuesFaultKind::ClaimedTwice {
                table: "policy_status".into(),
                spelling: "停效".into(),
                claimed_by: ["中止".into(), "终止".into()],
            },
        };
        assert_eq!(twice.to_string(), "values.toml 第 12 行：[policy_status] 的“停效”既属于“中止”，又属于“终止”");
    }
}
