//! Surnames and the letter they give a card number: read as surnames, which is often not how the character is
//! read elsewhere (曾 Zeng, 单 Shan, 尉迟 Yuchi).

use super::name::is_han;
use pinyin::ToPinyin;
use rustc_hash::{FxHashMap, FxHashSet};
use serde::Deserialize;
use unicode_normalization::UnicodeNormalization;

/// The office's table of surnames.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "File")]
pub struct Surnames {
    /// Of one character.
    single: FxHashSet<char>,
    /// Of more than one character.
    compound: FxHashSet<Box<str>>,
    letters: FxHashMap<Box<str>, char>,
    persons: FxHashMap<Box<str>, char>,
}

/// `surnames.toml` as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    /// Any number of them in each text.
    #[serde(default)]
    single: Vec<Box<str>>,
    #[serde(default)]
    compound: Vec<Box<str>>,
    #[serde(default)]
    letters: FxHashMap<Box<str>, Letter>,
    #[serde(default)]
    persons: FxHashMap<Box<str>, Letter>,
}

/// `A` to `Z`, or `#` for what has no reading.
#[derive(Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
struct Letter(char);

impl TryFrom<String> for Letter {
    type Error = String;

    fn try_from(written: String) -> Result<Letter, String> {
        match written.as_bytes() {
            [letter @ (b'A'..=b'Z' | b'#')] => Ok(Letter(char::from(*letter))),
            _ => Err(format!("「{written}」不是一个大写字母（A 到 Z，或 #）")),
        }
    }
}

impl TryFrom<File> for Surnames {
    type Error = String;

    fn try_from(file: File) -> Result<Surnames, String> {
        if let Some(word) = file.compound.iter().find(|word| word.chars().count() < 2 || !word.chars().all(is_han)) {
            return Err(format!("复姓「{word}」应当是两个以上的汉字"));
        }
        let letters = |table: FxHashMap<Box<str>, Letter>| table.into_iter().map(|(name, Letter(letter))| (name, letter));
        Ok(Surnames {
            single: file.single.iter().flat_map(|some| some.chars()).collect(),
            compound: file.compound.into_iter().collect(),
            letters: letters(file.letters).collect(),
            persons: letters(file.persons).collect(),
        })
    }
}

/// The table the program brings along.
const BUILT_IN: &str = include_str!("../../templates/surnames.toml");

impl Surnames {
    /// The table the program brings along.
    pub fn built_in() -> Surnames {
        Surnames::from_toml(BUILT_IN).expect("a test loads it")
    }

    /// A table as an office writes it; an error names the line.
    pub fn from_toml(written: &str) -> Result<Surnames, toml::de::Error> {
        toml::from_str(written)
    }

    /// Adds an office's own table; where both say something, the office is right.
    pub fn merge(&mut self, office: Surnames) {
        self.single.extend(office.single);
        self.compound.extend(office.compound);
        self.letters.extend(office.letters);
        self.persons.extend(office.persons);
    }

    /// The surname a name begins with. None for names that have none: of minorities (with a dot), in Latin letters.
    /// A name that is nothing but a compound surname counts as one: its given name is missing more often than
    /// anyone is called 尉 迟.
    pub fn surname<'a>(&self, name: &'a str) -> Option<&'a str> {
        let first = name.chars().next().filter(|c| is_han(*c))?;
        if name.contains('·') {
            return None;
        }
        // The longest compound surname has four characters; most names end before.
        let mut ends: Vec<usize> = name.char_indices().skip(2).map(|(place, _)| place).take(3).collect();
        ends.push(name.len());
        let compound = ends.iter().rev().map(|end| &name[..*end]).find(|start| self.compound.contains(*start));
        Some(compound.unwrap_or(&name[..first.len_utf8()]))
    }

    /// Whether a text begins with a surname and has a given name behind it, as far as we know them all.
    pub fn begins_with_one(&self, name: &str) -> bool {
        let given = |surname: &str| name.len() > surname.len();
        let single = name.chars().next().filter(|first| self.single.contains(first));
        single.is_some_and(|first| name.len() > first.len_utf8())
            || self.surname(name).is_some_and(|surname| self.compound.contains(surname) && given(surname))
    }

    /// The letter of a card number, `A` to `Z`; `#` if there is no reading.
    pub fn letter(&self, name: &str) -> char {
        if let Some(letter) = self.persons.get(name) {
            return *letter;
        }
        if let Some(letter) = self.surname(name).and_then(|surname| self.letters.get(surname)) {
            return *letter;
        }
        name.chars().next().and_then(dictionary_letter).unwrap_or('#')
    }
}

/// The first letter as the dictionary reads a character on its own, and as Latin letters are without accents.
fn dictionary_letter(c: char) -> Option<char> {
    let letter = match c.to_pinyin() {
        Some(pinyin) => pinyin.first_letter().chars().next()?,
        None => c,
    };
    let plain = letter.nfkd().next()?.to_ascii_uppercase();
    plain.is_ascii_uppercase().then_some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn case(name: &str, surname: Option<&str>, letter: char) {
        let surnames = Surnames::built_in();
        assert_eq!(surnames.surname(name), surname, "{name}");
        assert_eq!(surnames.letter(name), letter, "{name}");
    }

    #[test]
    fn plain_surnames() {
        case("王伟", Some("王"), 'W');
        case("李娜", Some("李"), 'L');
        case("吕伟", Some("吕"), 'L');
        case("欧伟", Some("欧"), 'O');
        case("安伟", Some("安"), 'A');
    }

    #[test]
    fn surnames_are_read_as_surnames() {
        // The 21 of the survey, and the others it names.
        let letters = "乐Y解X单S隗W仇Q翟Z阚K曾Z乜N查Z区O覃Q繁P句G折S召S员Y贲B秘B呙G郗X朴P盖G缪M那N黑H\
            沈S任R华H万W燕Y曲Q石S盛S葛G俞Y宁N尹Y应Y晁C褚C谌C逄P车C尉W尤Y冼X谭T柏B贾J薄B石S臧Z瞿Q郝H";
        let mut letters = letters.chars();
        while let (Some(surname), Some(letter)) = (letters.next(), letters.next()) {
            let name = format!("{surname}伟");
            case(&name, Some(&surname.to_string()), letter);
        }
    }

    /// 百家姓 and today's frequent ones, by letter: what the dictionary says must be what people are called.
    #[test]
    fn the_usual_surnames_have_the_usual_letters() {
        let usual = [
            ('A', "艾安敖"),
            ('B', "白毕卞边卜包鲍班贝薄暴柏步巴别"),
            ('C', "陈程崔曹蔡常车成岑柴陈储楚褚谌晁池迟丛巢昌苌苍种"),
            ('D', "邓丁董杜段戴窦刁邸狄都党代但杜东单"),
            ('E', "鄂"),
            ('F', "冯范方付傅樊费房符丰封扶凤伏"),
            ('G', "郭高顾龚关耿古管葛巩宫苟桂甘勾谷官盖戈过郜干弓公"),
            ('H', "黄胡何韩郝贺侯洪霍华花黑惠和衡怀扈呼宦海"),
            ('J', "贾江蒋金姜季纪焦靳冀简吉鞠景居暨经荆揭蹇"),
            ('K', "孔康柯寇匡况邝阚蒯夔"),
            ('L', "李刘林罗梁卢吕陆廖雷黎龙赖兰蓝柳路凌骆娄鲁厉郎栾隆冷连蔺练来劳楼"),
            ('M', "马孟毛莫苗梅麦米牟闵穆缪门茅明满蒙糜慕宓"),
            ('N', "牛倪聂宁农年南能那钮"),
            ('O', "欧区瓯"),
            ('P', "潘彭庞裴皮蒲朴平浦逄濮"),
            ('Q', "钱秦邱丘齐覃乔祁屈仇曲强戚瞿漆裘亓全权阙璩"),
            ('R', "任阮饶冉荣容芮茹汝融戎"),
            ('S', "孙宋沈苏石邵施史申单盛尚司舒桑宿束沙寿双水索佘商山"),
            ('T', "唐田谭汤陶童涂滕佟屠邰台"),
            ('W', "王吴魏汪武万韦温翁文闻邬伍巫乌卫危隗尉"),
            ('X', "徐许谢萧肖夏熊薛向邢徐项辛席解冼胥宣郤郗幸咸相"),
            ('Y', "杨叶于余袁严阎尹俞姚易颜喻殷尤游郁应岳燕虞晏阴雍鱼禹羊仰伊乐员鄢闫印"),
            ('Z', "张赵周朱郑曾钟邹祝庄卓翟詹左甄章查臧仲支宗褚诸竺訾占展湛昝祖"),
        ];
        let surnames = Surnames::built_in();
        let mut wrong = String::new();
        for (letter, characters) in usual {
            for character in characters.chars().filter(|c| !matches!((letter, c), ('D', '单') | ('Z', '褚'))) {
                let found = surnames.letter(&format!("{character}伟"));
                if found != letter {
                    wrong.push_str(&format!(" {character}{found}≠{letter}"));
                }
            }
        }
        assert_eq!(wrong, "");
    }

    /// 待业 is nobody, 上官雪 is somebody.
    #[test]
    fn names_begin_with_a_surname() {
        let surnames = Surnames::built_in();
        for (name, want) in [
            ("王伟", true),
            ("上官雪", true),
            ("万俟雪", true),
            ("欧阳", true),
            ("上官", false),
            ("待业", false),
            ("上初中", false),
            ("姓李", false),
            ("王", false),
            ("", false),
        ] {
            assert_eq!(surnames.begins_with_one(name), want, "{name}");
        }
    }

    #[test]
    fn compound_surnames() {
        case("欧阳娜娜", Some("欧阳"), 'O');
        case("司马伟", Some("司马"), 'S');
        case("诸葛伟", Some("诸葛"), 'Z');
        case("上官伟", Some("上官"), 'S');
        case("万俟伟", Some("万俟"), 'M');
        case("尉迟伟", Some("尉迟"), 'Y');
        case("澹台伟", Some("澹台"), 'T');
        case("乐正伟", Some("乐正"), 'Y');
        case("句龙伟", Some("句龙"), 'G');
        case("单于伟", Some("单于"), 'C');
        case("长孙伟", Some("长孙"), 'Z');
        case("令狐伟", Some("令狐"), 'L');
        case("夏侯伟", Some("夏侯"), 'X');
        case("爱新觉罗伟", Some("爱新觉罗"), 'A');
        case("欧阳", Some("欧阳"), 'O');
        case("尉迟", Some("尉迟"), 'Y');
        case("欧", Some("欧"), 'O');
    }

    #[test]
    fn names_without_surname() {
        case("阿依古丽·买买提", None, 'A');
        case("单增·卓玛", None, 'D');
        case("John Smith", None, 'J');
        case("Élodie", None, 'E');
        case("김철수", None, '#');
        case("〓伟", None, '#');
        case("", None, '#');
    }

    #[test]
    fn the_office_knows_better() {
        let mut surnames = Surnames::built_in();
        let office = "compound = [\"范姜\"]\n[letters]\n\"乐\" = \"L\"\n[persons]\n\"覃伟\" = \"T\"\n";
        surnames.merge(Surnames::from_toml(office).unwrap());
        assert_eq!(surnames.letter("乐伟"), 'L');
        assert_eq!(surnames.letter("覃伟"), 'T');
        assert_eq!(surnames.letter("覃娜"), 'Q');
        assert_eq!(surnames.surname("范姜伟"), Some("范姜"));
        assert_eq!(surnames.letter("曾伟"), 'Z');
    }

    #[test]
    fn a_slip_in_the_table_is_an_error() {
        for written in [
            "[letters]\n\"乐\" = \"y\"",
            "[letters]\n\"乐\" = \"YU\"",
            "[letter]\n",
            "compound = [\"欧\"]",
            "compound = [\"AB\"]",
        ] {
            assert!(Surnames::from_toml(written).is_err(), "{written}");
        }
        let error = Surnames::from_toml("[letters]\n\"乐\" = \"y\"").unwrap_err().to_string();
        assert!(error.contains("line 2") && error.contains("大写字母"), "{error}");
    }

    #[test]
    fn every_compound_surname_has_a_letter() {
        let surnames = Surnames::built_in();
        for compound in &surnames.compound {
            assert_ne!(surnames.letter(compound), '#', "{compound}");
        }
        for name in surnames.letters.keys() {
            assert_eq!(surnames.surname(name), Some(&**name), "{name} would never be looked up");
        }
    }

    proptest! {
        #[test]
        fn every_name_has_a_letter(name in any::<String>()) {
            let letter = Surnames::built_in().letter(&name);
            prop_assert!(letter.is_ascii_uppercase() || letter == '#');
        }
    }
}
