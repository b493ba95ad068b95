//! What we say about values we could not read, to be read and corrected as a page.
//!
//! Each fault has two sentences: what is wrong (its `Display`, said behind the cell's address) and what the clerk
//! should do (`advice`). Neither names the value: whoever shows it decides how much of it may be seen.

use super::address::BadAddress;
use super::client_no::BadClientNo;
use super::date::BadDate;
use super::id_card::BadIdCard;
use super::money::BadMoney;
use super::name::BadName;
use super::phone::BadPhone;
use std::error::Error;
use std::fmt;

const FORMULA_ERROR: &str = "公式出错";
const FORMULA_ADVICE: &str = "在原表里改正公式，或把该列选择性粘贴为数值，存盘后重新运行";

impl fmt::Display for BadIdCard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BadIdCard::Length(length @ 0..18) => write!(f, "证件号码只有 {length} 位"),
            BadIdCard::Length(length) => write!(f, "证件号码有 {length} 位，多于 18 位"),
            BadIdCard::LookAlike(found) => write!(f, "证件号码里有与数字相像的字符「{found}」"),
            BadIdCard::Characters => f.write_str("证件号码里有不该有的字符"),
            BadIdCard::Region => f.write_str("证件号码开头不是有效的省级代码"),
            BadIdCard::BirthDate => f.write_str("证件号码里的出生日期不存在"),
            BadIdCard::CheckDigit => f.write_str("证件号码的校验位不符，至少有一位写错"),
            BadIdCard::LostDigits => f.write_str("证件号码曾按数字存放，末尾几位已丢失"),
            BadIdCard::NotOfKind(kind) => write!(f, "不像{kind}的号码"),
            BadIdCard::FormulaError => f.write_str(FORMULA_ERROR),
        }
    }
}

impl BadIdCard {
    /// What the clerk should do.
    pub fn advice(&self) -> &'static str {
        match self {
            BadIdCard::Length(_) => "对照证件原件核对位数，改正后存盘重新运行",
            BadIdCard::LookAlike(_) => "对照证件原件，把字母改成数字（只有最后一位可以是 X）",
            BadIdCard::Characters => "对照证件原件重新填写；如果是别的证件，请填写证件类型",
            BadIdCard::Region | BadIdCard::BirthDate | BadIdCard::CheckDigit => "对照证件原件逐位核对，不要自行推算",
            BadIdCard::LostDigits => "从系统重新导出，导出前把该列设为文本格式；丢失的位数无法还原",
            BadIdCard::NotOfKind(_) => "核对证件类型与证件号码是否对应",
            BadIdCard::FormulaError => FORMULA_ADVICE,
        }
    }
}

impl fmt::Display for BadPhone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BadPhone::Length(length) => write!(f, "电话号码有 {length} 位数字，位数不对"),
            BadPhone::Prefix => f.write_str("是 11 位数字，但不是手机号，也不是带区号的座机号"),
            BadPhone::Placeholder => f.write_str("是凑数的号码"),
            BadPhone::OutOfUse => f.write_str("只写了空号、停机一类的说明，没有号码"),
            BadPhone::IdCard => f.write_str("电话栏里像是身份证号"),
            BadPhone::LostDigits => f.write_str("电话号码成了科学计数，位数已丢失"),
            BadPhone::FloatText => f.write_str("电话号码带有小数点，曾按数字转存"),
            BadPhone::NotAPhone => f.write_str("不是电话号码"),
            BadPhone::FormulaError => f.write_str(FORMULA_ERROR),
        }
    }
}

impl BadPhone {
    /// What the clerk should do.
    pub fn advice(&self) -> &'static str {
        match self {
            BadPhone::Length(_) | BadPhone::Prefix => "向客户或专员核对号码；座机请写区号",
            BadPhone::Placeholder => "请专员补客户的真实号码；没有就留空",
            BadPhone::OutOfUse => "请专员联系客户取得新号码，并提醒客户办理变更",
            BadPhone::IdCard => "核对是否填错了列",
            BadPhone::LostDigits => "从系统重新导出，导出前把该列设为文本格式",
            BadPhone::FloatText => "核对号码后去掉小数点，并把该列设为文本格式",
            BadPhone::NotAPhone => "核对是否填错了列；没有号码就留空",
            BadPhone::FormulaError => FORMULA_ADVICE,
        }
    }
}

impl fmt::Display for BadDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BadDate::Ambiguous => f.write_str("日期有两种读法，分不清年月日"),
            BadDate::NoYear => f.write_str("日期没有写年份"),
            BadDate::NoDay => f.write_str("日期没有写到日"),
            BadDate::Lunar => f.write_str("是农历日期"),
            BadDate::Forever => f.write_str("写的是长期，不是日期"),
            BadDate::Sentinel => f.write_str("是系统里表示“没有”的日期"),
            BadDate::NoSuchDay => f.write_str("没有这一天"),
            BadDate::Year(year) => write!(f, "年份 {year} 不可能"),
            BadDate::Future => f.write_str("出生日期在将来"),
            BadDate::Time => f.write_str("日期后面的时间不对"),
            BadDate::NotADate => f.write_str("不是日期"),
            BadDate::FormulaError => f.write_str(FORMULA_ERROR),
        }
    }
}

impl BadDate {
    /// What the clerk should do.
    pub fn advice(&self) -> &'static str {
        match self {
            BadDate::Ambiguous => "改写成 2024-03-05 这样的形式",
            BadDate::NoYear | BadDate::NoDay => "补全年月日，例如 2024-03-05",
            BadDate::Lunar => "改填公历日期；农历生日可写在备注里",
            BadDate::Forever | BadDate::Sentinel => "有确切日期就填上，没有就留空",
            BadDate::NoSuchDay | BadDate::Year(_) | BadDate::Future => "对照原件核对日期",
            BadDate::Time => "把时间改写成 08:30 这样的形式，或只留日期",
            BadDate::NotADate => "核对是否填错了列；日期写成 2024-03-05 这样的形式",
            BadDate::FormulaError => FORMULA_ADVICE,
        }
    }
}

impl fmt::Display for BadMoney {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            BadMoney::Range => "是一个范围或约数，不是一个金额",
            BadMoney::Units => "是份数、档次、年数，或者每份、每天的金额，不是一个总额",
            BadMoney::Several => "写了不止一个金额",
            BadMoney::Percent => "是百分数，不是金额",
            BadMoney::Foreign => "是外币金额",
            BadMoney::LostDigits => "金额成了科学计数，末尾几位已丢失",
            BadMoney::TooLarge => "数字太大，不像金额",
            BadMoney::Date => "是日期，不是金额",
            BadMoney::NotMoney => "不是金额",
            BadMoney::FormulaError => FORMULA_ERROR,
        })
    }
}

impl BadMoney {
    /// What the clerk should do.
    pub fn advice(&self) -> &'static str {
        match self {
            BadMoney::Range => "改填一个确定的数；拿不准的留空，写在备注里",
            BadMoney::Units => "按份数和档次折算成金额再填",
            BadMoney::Several => "只留这一栏要的那个金额；两张保单的分两行写",
            BadMoney::Percent | BadMoney::NotMoney => "核对是否填错了列；金额只写数字和单位，例如 50万",
            BadMoney::Foreign => "折算成人民币再填，原币金额写在备注里",
            BadMoney::LostDigits => "从系统重新导出，导出前把该列设为数值格式",
            BadMoney::TooLarge => "核对是否把保单号或账号填到了这一列，单位是否多写了“万”",
            BadMoney::Date => "把该单元格的格式改回数值，再核对数字",
            BadMoney::FormulaError => FORMULA_ADVICE,
        }
    }
}

impl fmt::Display for BadName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BadName::Damaged('?') => f.write_str("姓名里有字没有写出来（显示为问号）"),
            BadName::Damaged(_) => f.write_str("姓名里有字没有写出来（显示为空框或乱码）"),
            BadName::Mixed => f.write_str("姓名里夹着字母，像是用拼音代替了生僻字"),
            BadName::Digits => f.write_str("姓名里有数字"),
            BadName::HoldsNumber => f.write_str("姓名栏里有号码"),
            BadName::Several => f.write_str("一格里写了几个姓名"),
            BadName::OneCharacter => f.write_str("姓名只有一个字"),
            BadName::FormWord => f.write_str("是表头或合计一类的字样，不是姓名"),
            BadName::NotAName => f.write_str("不像姓名"),
            BadName::FormulaError => f.write_str(FORMULA_ERROR),
        }
    }
}

impl BadName {
    /// What the clerk should do.
    pub fn advice(&self) -> &'static str {
        match self {
            BadName::Damaged(_) | BadName::Mixed => "对照证件补上这个字；电脑里打不出来的，先用同音字并在备注里说明",
            BadName::Digits | BadName::HoldsNumber => "姓名栏只留姓名，号码移到相应的列；同名的人靠证件号码区分，不用加数字",
            BadName::Several => "每人写一行",
            BadName::OneCharacter => "补全姓名",
            BadName::FormWord => "不是客户就不用处理；是客户请改写姓名",
            BadName::NotAName => "核对是否填错了列",
            BadName::FormulaError => FORMULA_ADVICE,
        }
    }
}

impl fmt::Display for BadClientNo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            BadClientNo::CoreSystemNo => "像是核心系统的客户号，不是服务卡的客户编号",
            BadClientNo::NoSequence => "客户编号只有字母，没有序号",
            BadClientNo::Zero => "客户编号的序号是 0",
            BadClientNo::NoLetter => "客户编号不是以一个字母开头",
            BadClientNo::Shape => "客户编号的写法不对",
            BadClientNo::FormulaError => FORMULA_ERROR,
        })
    }
}

impl BadClientNo {
    /// What the clerk should do.
    pub fn advice(&self) -> &'static str {
        match self {
            BadClientNo::CoreSystemNo => "把列名改成“客户号”；服务卡编号写成 W0001 这样的形式",
            BadClientNo::NoSequence | BadClientNo::Zero | BadClientNo::NoLetter | BadClientNo::Shape => {
                "写成 W0001 这样的形式，家庭成员写成 W0001-1；新客户留空，由程序编号"
            }
            BadClientNo::FormulaError => FORMULA_ADVICE,
        }
    }
}

impl fmt::Display for BadAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            BadAddress::NotAnAddress => "不像地址",
            BadAddress::FormulaError => FORMULA_ERROR,
        })
    }
}

impl BadAddress {
    /// What the clerk should do.
    pub fn advice(&self) -> &'static str {
        match self {
            BadAddress::NotAnAddress => "核对是否填错了列；地址请写到门牌或室号",
            BadAddress::FormulaError => FORMULA_ADVICE,
        }
    }
}

impl Error for BadIdCard {}
impl Error for BadPhone {}
impl Error for BadDate {}
impl Error for BadMoney {}
impl Error for BadName {}
impl Error for BadClientNo {}
impl Error for BadAddress {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::certificate::CertificateKind;

    /// The page as the clerk would read it.
    #[track_caller]
    fn case(fault: impl fmt::Display, want: &str) {
        assert_eq!(fault.to_string(), want);
    }

    #[test]
    fn sentences_carry_the_facts() {
        case(BadIdCard::Length(17), "证件号码只有 17 位");
        case(BadIdCard::Length(19), "证件号码有 19 位，多于 18 位");
        case(BadIdCard::LookAlike('O'), "证件号码里有与数字相像的字符「O」");
        case(BadIdCard::NotOfKind(CertificateKind::Passport), "不像护照的号码");
        case(BadPhone::Length(10), "电话号码有 10 位数字，位数不对");
        case(BadDate::Year(1790), "年份 1790 不可能");
    }
}
