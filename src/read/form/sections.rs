//! Titles of the parts of a card: 基本信息, 家庭成员, 保单信息, 服务记录.

use super::labels::without_numbering;
use crate::templates::heading::Heading;

/// What a part of a card is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// The client.
    Client,
    /// Relatives.
    Family,
    /// Policies.
    Policies,
    /// Visits.
    Visits,
    /// What the client needs.
    Needs,
    /// Whom the client named, and whether they would work for us.
    Referral,
}

/// The whole title, without numbering, brackets and such words as 信息.
const TITLES: [(&str, Section); 34] = [
    ("基本", Section::Client),
    ("客户", Section::Client),
    ("客户基本", Section::Client),
    ("个人", Section::Client),
    ("个人基本", Section::Client),
    ("投保人", Section::Client),
    ("分类", Section::Client),
    ("客户分类", Section::Client),
    ("家庭", Section::Family),
    ("家庭成员", Section::Family),
    ("家庭主要成员", Section::Family),
    ("主要家庭成员", Section::Family),
    ("关联人", Section::Family),
    ("家庭关联人", Section::Family),
    ("家属", Section::Family),
    ("亲属", Section::Family),
    ("保单", Section::Policies),
    ("家庭保单", Section::Policies),
    ("已有保单", Section::Policies),
    ("持有保单", Section::Policies),
    ("保障", Section::Policies),
    ("家庭保障", Section::Policies),
    ("投保", Section::Policies),
    ("服务", Section::Visits),
    ("拜访", Section::Visits),
    ("拜访服务", Section::Visits),
    ("服务拜访", Section::Visits),
    ("跟进", Section::Visits),
    ("回访", Section::Visits),
    ("客户跟进", Section::Visits),
    ("需求", Section::Needs),
    ("客户需求", Section::Needs),
    ("转介绍", Section::Referral),
    ("转介绍与增员", Section::Referral),
];

/// What is said in a title beside what it is about.
const PLAIN: [&str; 11] = ["信息", "情况", "资料", "记录", "一览", "明细", "清单", "档案", "表", "分析", "名单"];

impl Section {
    /// What a title is about; nothing when it is none of ours.
    pub fn of(text: &str) -> Option<Section> {
        let key = about(text);
        TITLES.iter().find(|(title, _)| *title == key).map(|(_, section)| *section)
    }
}

/// A title without numbering, brackets and plain words: 一、【家庭成员信息】 is 家庭成员.
pub fn about(text: &str) -> String {
    let bare = text.replace(['【', '】', '[', ']', '〖', '〗'], " ");
    let mut key = Heading::of(without_numbering(bare.trim())).key;
    while let Some(shorter) = PLAIN.iter().find_map(|word| key.strip_suffix(word)).filter(|rest| !rest.is_empty()) {
        key = shorter.to_string();
    }
    key
}

/// Whether a text is what a card is called.
pub fn is_card_title(text: &str) -> bool {
    const CARDS: [&str; 7] = ["服务卡", "客户卡", "档案", "登记卡", "登记表", "信息表", "管理卡"];
    CARDS.iter().any(|word| text.contains(word))
}

/// Whether a text is what a log of visits is called.
pub fn is_log_title(text: &str) -> bool {
    ["跟进表", "记录表"].iter().any(|word| text.contains(word))
}

/// Words that say whose the labels behind them are: 配偶 | 姓名 | 李娜.
pub fn is_group_word(text: &str) -> bool {
    const WORDS: [&str; 16] = [
        "配偶",
        "爱人",
        "子女",
        "孩子",
        "父亲",
        "母亲",
        "投保人",
        "被保人",
        "户主",
        "家庭成员",
        "家属",
        "丈夫",
        "妻子",
        "儿子",
        "女儿",
        "被保险人",
    ];
    let key = about(text);
    let key = Heading::without_number(&key).map_or(key, |(rest, _)| rest);
    WORDS.contains(&key.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_of_sections() {
        for (title, want) in [
            ("一、基本信息", Some(Section::Client)),
            ("【家庭成员】", Some(Section::Family)),
            ("（二）家庭主要成员情况：", Some(Section::Family)),
            ("3. 保单信息", Some(Section::Policies)),
            ("服务记录表", Some(Section::Visits)),
            ("关联人：", Some(Section::Family)),
            ("转介绍", Some(Section::Referral)),
            ("李娜", None),
            ("客户服务卡", None),
        ] {
            assert_eq!(Section::of(title), want, "{title}");
        }
        assert!(is_group_word("配偶信息") && is_group_word("子女2") && !is_group_word("姓名"));
    }
}
