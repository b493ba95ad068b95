//! Every kind of trouble, with its number, title and advice. The numbers are what a clerk reads out on the
//! telephone, so a number once given is never used for something else.

/// How soon somebody should look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// Data is missing from this month's figures because of it.
    Urgent,
    /// A value is missing or doubtful.
    Check,
    /// Said for the record; nothing to do.
    Note,
}

impl Severity {
    /// As the problem list says it.
    pub fn title(self) -> &'static str {
        match self {
            Severity::Urgent => "要紧",
            Severity::Check => "请核对",
            Severity::Note => "仅供知晓",
        }
    }
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $number:literal, $severity:ident, $title:literal, $advice:literal;)*) => {
        /// A kind of trouble.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code { $($(#[$doc])* #[doc = $title] $name,)* }

        impl Code {
            /// All of them, by number.
            pub const ALL: &[Code] = &[$(Code::$name,)*];

            /// The number to look it up by: letter for the area, three digits.
            pub fn number(self) -> &'static str {
                match self { $(Code::$name => $number,)* }
            }

            /// What the problem list calls it.
            pub fn title(self) -> &'static str {
                match self { $(Code::$name => $title,)* }
            }

            /// What the clerk should do.
            pub fn advice(self) -> &'static str {
                match self { $(Code::$name => $advice,)* }
            }

            /// How soon somebody should look.
            pub fn severity(self) -> Severity {
                match self { $(Code::$name => Severity::$severity,)* }
            }
        }
    };
}

codes! {
    FileUnreadable = "F101", Urgent, "文件打不开", "用 Excel 或 WPS 打开看看；能打开就另存为 .xlsx 再放回“导入”";
    FileEncrypted = "F102", Urgent, "文件有密码", "在 Excel 里打开，另存一份不带密码的放进“导入”";
    FileEmpty = "F103", Check, "文件是空的", "删掉它，或者换成有内容的文件";
    FileNotSpreadsheet = "F104", Check, "不是表格文件", "把表格另存为 .xlsx 或 .csv 再放进来；图片、PDF、Word 请移出“导入”";
    FileTooLarge = "F105", Urgent, "文件大得不正常", "在 Excel 里打开，只复制有内容的区域到新表，另存后再放进来";
    FileDuplicate = "F106", Note, "同一个文件放了两份", "内容完全相同，只读了一份；多余的可以删掉";
    FileInUse = "F107", Urgent, "文件正被别的程序占用", "关闭正在打开它的 Excel 或 WPS，再运行一次";
    SheetUnknown = "S201", Urgent, "没看懂这张表", "用 fuwuka inspect 看看它读到了什么；检查标题行是否完整";
    SheetSkipped = "S202", Note, "不是数据的表，已跳过", "不用处理；若其中有客户资料，请把它改成一行标题、一行一户的表";
    SheetEmpty = "S203", Note, "空表", "不用处理";
    ColumnUnknown = "S204", Check, "没认出的列", "内容已原样保留；想让它进卡片，在 fields.toml 里给这一列起个名字";
    ColumnAmbiguous = "S205", Check, "两列像是同一项", "保留了两列；如果用错了，请改其中一个标题";
    ColumnMissing = "S206", Urgent, "缺少要紧的列", "请补上这一列，或核对标题行";
    CodesAmbiguous = "S207", Check, "代码看不出是哪一套", "把代码换成文字（如 男/女），或在表里附上代码说明";
    ScaleForeign = "S208", Check, "不是服务卡的 A/B/C/D 等级", "请填 A、B、C、D 之一；原来的等级已原样保留";
    HiddenSheet = "S209", Note, "隐藏的工作表也读了", "不想要它，请在表里删掉";
    CellUnreadable = "S210", Check, "个别单元格读不出来", "在 Excel 里看看这些单元格的公式是否出错";
    RowTotal = "R301", Note, "合计、小计行", "不用处理";
    RowFooter = "R302", Note, "表尾说明行", "不用处理";
    RowExample = "R303", Note, "示例行", "不用处理；若是真客户，请去掉“示例”字样";
    RowErrorText = "R304", Urgent, "系统导出时留下的出错行", "这张保单系统没有导出来，请到核心系统里单独查";
    RowNoKey = "R305", Urgent, "这一行认不出是谁", "补上姓名、证件号或保单号";
    RowRepeated = "R306", Note, "完全重复的行", "不用处理，只算一次";
    RowConflict = "R307", Check, "同一张保单有两种说法", "对照系统，改掉其中一行";
    RowContinued = "R308", Check, "客户一栏空着，按上一行的客户处理", "核对是不是同一位客户；不是的话补上姓名";
    RowNoNumber = "R309", Urgent, "没有保单号", "补上保单号";
    RowHeadingAgain = "R310", Note, "重复的标题行", "不用处理";
    NameBad = "V401", Check, "姓名读不出来", "对照证件改正";
    IdCardBad = "V402", Check, "身份证号有误", "对照原件改正，存盘后重新运行";
    IdCardDamaged = "V403", Urgent, "证件号被 Excel 改坏了", "后几位已经丢失，无法恢复：请以文本格式重新导出";
    PhoneBad = "V404", Check, "电话有误", "对照投保书核对；公司系统里的号码须走保全变更";
    DateBad = "V405", Check, "日期读不出来", "改成 2026-11-30 这样的写法";
    MoneyBad = "V406", Check, "金额读不出来", "改成数字，单位写在标题里，例如 保额（元）";
    WordUnknown = "V407", Check, "不认识的写法", "改成常用写法；若是公司的正式叫法，加进 values.toml";
    NumberBad = "V408", Check, "客户编号写法不对", "写成一个字母加四位数字，例如 W0001";
    PolicyNoDamaged = "V414", Urgent, "保单号被 Excel 改坏了", "后几位已经丢失，无法恢复：请以文本格式重新导出";
    TierDisagrees = "V415", Check, "等级的字母和文字对不上", "以字母为准；核对后把另一个改掉";
    ValueMasked = "V409", Note, "打了星号的号码", "不能用来认人；需要时请取完整清单";
    DateFuture = "V410", Check, "拜访日期在将来", "核对年份；这一次不算作已拜访";
    SexContradicts = "V411", Check, "性别与身份证不符", "对照原件核对";
    BirthContradicts = "V412", Check, "出生日期与身份证不符", "对照原件核对；暂以身份证为准";
    FamilyCellUnread = "V413", Check, "家庭成员没全看懂", "按“配偶 李娜；长子 王小明”这样写，用分号隔开";
    PersonConflict = "P501", Check, "同名同日生，证件号却不同", "请核对是不是同一个人；暂按两个人处理";
    PhoneShared = "P502", Note, "很多户共用的电话", "多半是业务员或公司的号码，不用来认人；请补客户自己的号码";
    VisitUnmatched = "P503", Urgent, "拜访记录对不上客户", "补上客户编号，或姓名加手机";
    VisitAmbiguous = "P504", Urgent, "拜访记录的客户不止一位同名", "补上客户编号或手机";
    FamilyRowUnmatched = "P505", Check, "家庭对照表里的人找不到", "核对姓名和证件号";
    NumberTwice = "N601", Check, "一个编号用在两户", "先登记的那户保留；另一户已给新号";
    NumberSeveral = "N602", Check, "一户有几个编号", "保留最小的，其余的转到它名下";
    NumberLetter = "N603", Note, "编号字母与姓氏不符", "编号照旧；如确要改，请在家庭对照表里说明";
    NumberHash = "N604", Check, "姓氏读不出字母", "编号以 # 开头；可在 surnames.toml 里指定这个人的字母";
    AgentMissing = "O701", Check, "没有服务人员", "在名单里补上服务人员";
    AgentGone = "O702", Check, "服务人员已离职", "请安排移交";
    TeamMissing = "O703", Check, "不知道属于哪个团队", "在团队架构表里补上这位服务人员";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_given_once() {
        let mut numbers: Vec<_> = Code::ALL.iter().map(|code| code.number()).collect();
        numbers.sort();
        numbers.dedup();
        assert_eq!(numbers.len(), Code::ALL.len());
    }
}
