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
    FileUnreadable = "F101", Urgent, "文件打不开", "用 Excel 或 WPS 打开，另存为 .xlsx 再放进“导入”；也打不开的，请发件人重新导出";
    FileEncrypted = "F102", Urgent, "文件有密码", "把密码写进一个文本文件，一行一个，运行时加 --password-file 密码.txt；或者另存一份不带密码的放进“导入”";
    FileEmpty = "F103", Check, "文件是空的", "删掉它；本该有内容的，请发件人重新导出";
    FileNotSpreadsheet = "F104", Check, "不是表格文件", "把表格另存为 .xlsx 或 .csv 再放进来；图片、PDF、Word 请移出“导入”";
    FileTooLarge = "F105", Urgent, "文件大得不正常", "打开后只把有内容的部分复制到新表，另存后放进“导入”；太长的分成几个文件";
    FileDuplicate = "F106", Note, "同一个文件放了两份", "不用处理，只读了一份；多余的可以删掉";
    FileInUse = "F107", Urgent, "文件正被别的程序占用", "关闭正在打开它的 Excel 或 WPS，再运行一次";
    FileChanged = "F108", Note, "这个月读过的文件改过了", "只是添了内容的不用管；改掉的是错值，就用 fuwuka run --redo 重算本月，旧的错值不再算数，编号不变";
    FileWithdrawn = "F109", Check, "这个月读过的内容不在了", "它说过的这次不算了；要算上，把原来的文件放回“导入”，再用 fuwuka run --redo 运行一次";
    OwnResult = "F112", Check, "程序自己写的结果", "移出“导入”；要改客户资料，改原来的清单，或写在服务卡上交回来";
    CardBookTouched = "F111", Check, "写好的服务卡上有人写了字", "要算数，就把留下的那一本放进“导入”再运行；不要的可以删掉";
    TemplateGone = "F110", Urgent, "写这本卡的模板找不到了", "把当时的模板放回“模板”文件夹再运行；没有了的，把专员写的内容抄到新打印的卡上交回来";
    SheetUnknown = "S201", Urgent, "没看懂这张表", "检查标题行是否完整、写法是否常用；标题不常见的，用 fuwuka inspect --save 记下来，再照着填";
    SheetSkipped = "S202", Note, "不是数据的表，已跳过", "不用处理；若其中有客户资料，请把它改成一行标题、一行一户的表";
    SheetEmpty = "S203", Note, "空表", "不用处理";
    ColumnUnknown = "S204", Check, "没认出的列", "不需要这一列就不用管，内容已原样保留；需要的话，在 fields.toml 里登记它";
    ColumnAmbiguous = "S205", Check, "两列像是同一项", "核对用的是不是该用的那一列；不是的话，改掉其中一个标题";
    ColumnMissing = "S206", Urgent, "缺少要紧的列", "补上这一列；有这一列的，核对它的标题";
    CodesAmbiguous = "S207", Check, "代码看不出是哪一套", "把代码换成文字（如 男/女），或在表里附上代码说明";
    ScaleForeign = "S208", Check, "不是服务卡的 A/B/C/D 等级", "要手工定级，就填 A、B、C、D 之一；不填，按 rules.toml 评级";
    HiddenSheet = "S209", Note, "隐藏的工作表也读了", "不用处理；不想让它参加统计，就把这张工作表删掉再运行";
    HiddenPart = "S211", Note, "隐藏的行或列也读了", "不用处理；不想让它们参加统计，就删掉再运行";
    FormUnread = "S220", Check, "卡片上没认出的内容", "不需要就不用管，内容已原样保留；需要的话，在 fields.toml 里登记它的标题";
    ColumnByValues = "S221", Note, "按内容认出的列", "不用处理；认错了的话，把标题改成常用写法，或用 fuwuka inspect --save 记住正确的认法";
    LayoutChanged = "S222", Note, "标题与上次不同", "不用处理；有不该少的列，请核对是不是导出时漏了";
    SaidOnce = "S223", Note, "表外写的用在了各行上", "不用处理；哪一行不是这样，就在那一行自己的格子里写明";
    SaidUnclear = "S224", Check, "表外写的没有用上", "写成“服务专员：何伟”这样，一格一项；不同的行不一样的，在表里加一列";
    PrintMarks = "S225", Note, "打印模板留下的记号", "不用处理";
    SheetGoesOn = "S227", Check, "接着上一张工作表读", "核对是不是接着上一张的；不是的话，补上标题行，或在表上写明客户编号和姓名";
    CardCellUnread = "S231", Check, "服务卡上多出来的内容", "这一格模板里没有字段：写到有标题的格子里，或写进备注；常写的，请在模板里加一格";
    CardCellIgnored = "S232", Note, "改了算出来的内容", "不用处理：保费合计、应访日期这些由程序算；要定下拜访日期，写在“约定拜访”";
    CardDeleted = "S233", Note, "服务卡上清空或删掉的内容", "不用处理：卡库里不会因此删掉；写错的，把正确的写上去";
    CardRowChanged = "S235", Check, "服务卡上改了一条记录的名目", "改后的已按新的一条记下，旧的也留着；两条其实是一件事的，在其中一条的内容里注明";
    CardCopied = "S234", Note, "一户有两张服务卡", "不用处理，两张都读了；多出来的那张可以删掉";
    ColumnUnused = "S226", Note, "这种表里用不上的列", "内容已原样保留；要记进卡里，把这一项放进客户清单、登记表或服务卡；不需要就不用管";
    CardNotOurs = "S236", Check, "服务卡上改了公司说了算的内容", "改了不算：公司系统里确实要变更的走保全，等清单里变了再读；卡上抄错的不用管";
    CardLate = "S237", Note, "服务卡上的改动已被取代", "不用处理；取代它的才是错的，就在新的一本卡上再改一次";
    CardPhoneKept = "S238", Note, "服务卡上换了电话", "不用处理：两个号码都记着；公司系统里登记的号码已经不用的，走保全变更";
    CardIndexIgnored = "S239", Check, "写在索引卡或填写说明上的内容", "这两张工作表不读：写到客户自己的卡上";
    CardComment = "S240", Note, "服务卡上的批注", "要记进卡里，写到有标题的格子或备注里；只是提醒自己的，不用管";
    CellUnreadable = "S210", Check, "个别单元格读不出来", "用 Excel 打开，看公式是否出错，存盘后重新运行";
    RowTotal = "R301", Note, "合计、小计行", "不用处理";
    RowFooter = "R302", Note, "表尾说明行", "不用处理";
    RowExample = "R303", Note, "示例行", "不用处理；是真客户的，去掉“示例”字样";
    RowErrorText = "R304", Urgent, "系统导出时留下的出错行", "这张保单没有导出来，请到核心系统里单独查";
    RowNoKey = "R305", Urgent, "这一行认不出是谁", "补上姓名、证件号或保单号";
    RowRepeated = "R306", Note, "完全重复的行", "不用处理，只算一次";
    RowConflict = "R307", Check, "同一张保单有两种说法", "对照系统，删掉错的那一行";
    RowContinued = "R308", Check, "客户一栏空着，按上一行的客户处理", "核对是不是同一位客户；不是的话补上姓名";
    RowNoNumber = "R309", Urgent, "没有保单号", "补上保单号";
    RowHeadingAgain = "R310", Note, "重复的标题行", "不用处理";
    RowInstalment = "R311", Note, "同一张保单的另一期应收", "不用处理";
    PoliciesVanished = "R312", Check, "在保的保单，本月清单里没有了", "到系统里查这些保单：已终止的，等清单里有了终止状态再读；清单只是一部分的，不用处理";
    ValueNotTaken = "R314", Note, "与专员或公司写的不同，没有采用", "不用处理；这里写的才对的话：职业、收入、等级这些请专员改在服务卡上，保单资料请到公司系统里改";
    PolicyListsDisagree = "R313", Check, "两份清单对同一张保单说法不同", "到系统里查这张保单，把写错的那份清单改正";
    NameBad = "V401", Check, "姓名读不出来", "对照证件改正";
    IdCardBad = "V402", Check, "证件号码有误", "对照证件原件改正";
    IdCardDamaged = "V403", Urgent, "证件号码被 Excel 改坏了", "这里恢复不了：从系统重新导出，这一列用文本格式；手工表对照原件重填";
    PhoneBad = "V404", Check, "电话读不出来", "向客户或专员核对；座机写区号，没有号码就留空。系统里登记错的，走保全变更";
    DateBad = "V405", Check, "日期读不出来", "对照原件改成 2026-11-30 这样的写法；没有确切日期就留空";
    MoneyBad = "V406", Check, "金额读不出来", "改成一个确定的数，如 800000 或 80万；说不准的留空，写进备注";
    WordUnknown = "V407", Check, "不认识的写法", "改成常用写法；是公司正式叫法或系统代码的，加进 values.toml";
    NumberBad = "V408", Check, "客户编号写法不对", "写成一个字母加四位数字，如 W0001；还没有编号的留空，由程序编";
    PolicyNoDamaged = "V414", Urgent, "保单号被 Excel 改坏了", "这里恢复不了：从系统重新导出，这一列用文本格式；手工表对照保单重填";
    TierDisagrees = "V415", Check, "等级的字母和文字对不上", "以字母为准；核对后把另一个改掉";
    ValueMasked = "V409", Note, "打了星号的内容", "不用处理；看不全的号码和姓名不用来认人，需要时取完整的清单";
    MoneyRange = "V416", Note, "金额是一个范围", "不用处理；问到准数后改成一个数，如 800000 或 80万";
    DateFuture = "V410", Check, "拜访日期在将来", "核对年份；是约好还没去的，填到“下次拜访日期”";
    AddressElsewhere = "V420", Check, "地址写的是“同上”一类的话", "写上完整的地址";
    PersonDied = "V419", Check, "姓名旁边写着已故", "仍按客户列着，没有替您改；核实后，家人还服务的，在家庭核对或卡上把编号和姓名换成家人的，不再服务的，“免打扰”一栏写“是”";
    PayModeDisagrees = "V418", Check, "交费频次有两种说法", "对照保单，改掉写错的那一处；改好之前以缴费方式一栏为准";
    BirthFuture = "V417", Check, "出生日期在将来", "核对年份，写成 1948-10-01 这样的四位年份";
    SexContradicts = "V411", Check, "性别与身份证不符", "对照原件改正；改好之前以身份证为准";
    BirthContradicts = "V412", Check, "出生日期与身份证不符", "对照原件改正；改好之前以身份证为准";
    FamilyCellUnread = "V413", Check, "家庭成员没全看懂", "按“配偶 李娜；长子 王小明”这样写，用分号隔开";
    NamePartial = "V424", Note, "姓名不全", "问清全名后改上；问清以前照写的记着、照姓编号，不单凭它认人";
    PersonConflict = "P501", Check, "分不清是不是同一个人", "补上证件号码或出生日期；补好之前按不同的人处理";
    PhoneShared = "P502", Note, "很多人共用的电话", "多半是业务员或公司的号码，没有用来认人；有客户自己的号码就换上";
    VisitUnmatched = "P503", Urgent, "拜访记录对不上客户", "在拜访记录里补上客户编号，或姓名加手机；新客户请先登记";
    VisitAmbiguous = "P504", Urgent, "拜访记录的客户不止一位同名", "在拜访记录里补上客户编号或手机";
    FamilyRowUnmatched = "P505", Check, "家庭对照表里的人找不到", "写上客户编号，或核对姓名、手机和证件号码";
    VisitUndated = "P506", Urgent, "拜访记录没有日期", "补上拜访日期";
    NoteUnmatched = "P509", Urgent, "需求或转介绍对不上客户", "补上客户编号，或姓名加手机；新客户请先登记";
    NoteBlank = "P510", Check, "需求或转介绍没有写内容", "补上需求内容或亲友姓名；写错行的清掉";
    HomeShared = "P507", Note, "住址相同，可能是一家", "在“家庭核对.xlsx”里选 合并、拆开 或 不变，存盘后放进“导入”，以后都照它办";
    CertificateTwice = "P508", Check, "一个证件号码写在两个姓名上", "对照证件，把写错的那个姓名或号码改正";
    RulingUnread = "P511", Check, "家庭核对没有看懂", "编号和姓名照原样留着，处理改成 合并、拆开 或 不变；拿不准就空着";
    FamilyRulingUnread = "P512", Check, "家庭对照表没有看懂", "处理写 同户 或 分户；还拿不准，就先删掉这一行";
    RulingOutdated = "P513", Note, "同户分户另有更新的决定", "不用处理；要改主意，在家庭对照表或家庭核对里改掉处理，存盘后再运行";
    PersonBySlip = "P514", Check, "只凭姓名和差一位的电话认作一人", "核对电话，写错的那一位改正；确是两个人的，补上证件号码或出生日期";
    NumberTwice = "N601", Check, "一个编号用在两户", "不用改也行：先登记的那户保留原号，另一户已给新号；请把新号抄到卡上";
    NumberSeveral = "N602", Check, "一户有几个编号", "核对是不是一家人；是的话把卡上的编号改成保留的那个，不是就在家庭对照表里分开";
    NumberLetter = "N603", Note, "编号字母与姓氏不符", "不用处理，编号一经给出就不再改";
    NumberHash = "N604", Check, "姓氏读不出字母", "补上能认的姓名；生僻姓在 surnames.toml 里写上读音";
    AgentMissing = "O701", Check, "没有服务专员", "在清单里补上服务专员；是哪些户，看索引卡的“无服务专员”";
    AgentGone = "O702", Check, "服务专员已离职", "安排移交，并在清单里换上新的服务专员";
    TeamMissing = "O703", Check, "不知道属于哪个团队", "在团队架构表里补上这位服务专员";
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
