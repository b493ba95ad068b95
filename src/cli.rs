//! What was typed, and what is said about it when it cannot be meant.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{ArgAction, Args, CommandFactory, Parser, Subcommand, ValueEnum};

use crate::explain::Kind;

const HELP: &str = "{about}\n\n用法：{usage}\n\n{all-args}{after-help}\n";

/// 服务卡：月末一次，读清单、编号、分层、查逾期、出报表
#[derive(Debug, Parser)]
#[command(
    name = "fuwuka",
    version,
    help_template = HELP,
    subcommand_help_heading = "命令",
    subcommand_value_name = "命令",
    override_usage = "fuwuka [命令] [选项]",
    disable_help_subcommand = true,
    disable_help_flag = true,
    disable_version_flag = true,
    next_help_heading = "选项"
)]
pub struct Cli {
    /// 做什么；不写就是 run
    #[command(subcommand)]
    pub command: Option<Command>,
    /// 结果以一个 JSON 文档输出，供别的程序读
    #[arg(long, global = true)]
    pub json: bool,
    /// 出错时多说一些，供技术人员看
    #[arg(long, global = true)]
    pub verbose: bool,
    /// 显示这份说明
    #[arg(short, long, global = true, action = ArgAction::HelpShort)]
    help: Option<bool>,
    /// 显示版本
    #[arg(short = 'V', long, action = ArgAction::Version)]
    version: Option<bool>,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// 月末批处理：读“导入”里的全部清单，写“输出”和“卡库”
    Run(Run),
    /// 一个文件是怎么读的：哪张表、哪一行是标题、哪一列是什么、哪里没看懂
    Inspect(Inspect),
    /// 一个值是怎么读的：与导入时完全一样
    Explain(Explain),
    /// 再打印一次客户服务卡：从卡库里取，不读“导入”
    Cards(Cards),
    /// 空白表：客户服务卡、拜访记录、家庭对照表，带下拉和填写说明
    Blank(Blank),
    /// 模板：检查自己改过的，或取一份程序自带的来改
    Template(Template),
    /// 各种旧表、旧卡片，转成一本标准的客户服务卡；不用营业部文件夹
    Convert(Convert),
}

/// The monthly batch.
#[derive(Debug, Default, Args)]
#[command(help_template = HELP, override_usage = "fuwuka run [文件或文件夹…] [选项]", next_help_heading = "选项")]
pub struct Run {
    /// 要读的文件或文件夹；不写就是营业部文件夹里的“导入”
    #[arg(value_name = "文件或文件夹", help_heading = "参数")]
    pub paths: Vec<PathBuf>,
    /// 营业部文件夹；不写就是当前文件夹，没有“导入”时是程序所在的文件夹
    #[arg(long, value_name = "文件夹")]
    pub office: Option<PathBuf>,
    /// 截止日期，如 2026-11-30；不写就是今天
    #[arg(long, value_name = "日期", value_parser = date)]
    pub as_of: Option<NaiveDate>,
    /// 写到哪里；不写就是“输出/年-月”
    #[arg(long, value_name = "文件夹")]
    pub out: Option<PathBuf>,
    /// 写哪些客户服务卡：all 全部，changed 只写有变化的户，none 不写
    #[arg(long, value_name = "哪些", value_enum, default_value_t = WhichCards::All, hide_possible_values = true, hide_default_value = true)]
    pub cards: WhichCards,
    /// 从本月开始时的状态重算：这个月前几次运行读到、后来改掉的错值不再算数，编号不变
    #[arg(long)]
    pub redo: bool,
    /// 只说会有什么变化，什么也不写
    #[arg(long)]
    pub dry_run: bool,
    /// 带密码的表用哪些密码打开：一个文本文件，一行一个
    #[arg(long, value_name = "文件")]
    pub password_file: Option<PathBuf>,
}

/// Which cards a run writes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum WhichCards {
    /// Of every household.
    #[default]
    All,
    /// Of households that are known otherwise than last time.
    Changed,
    /// Of none.
    None,
}

/// Cards again, from the store.
#[derive(Debug, Args)]
#[command(help_template = HELP, override_usage = "fuwuka cards [选项]", next_help_heading = "选项")]
pub struct Cards {
    /// 只要这几户，如 --no W0001 W0002
    #[arg(long, value_name = "客户编号", num_args = 1..)]
    pub no: Vec<String>,
    /// 只要这位服务专员的
    #[arg(long, value_name = "姓名")]
    pub agent: Option<String>,
    /// 只要这一级的，如 --tier A
    #[arg(long, value_name = "等级")]
    pub tier: Option<String>,
    /// 只要上次运行有变化的
    #[arg(long)]
    pub changed: bool,
    /// 营业部文件夹；不写就是当前文件夹，没有“导入”时是程序所在的文件夹
    #[arg(long, value_name = "文件夹")]
    pub office: Option<PathBuf>,
    /// 写到哪个文件夹；不写就是“输出/年-月/补打服务卡”
    #[arg(long, value_name = "文件夹")]
    pub out: Option<PathBuf>,
}

/// An empty form.
#[derive(Debug, Args)]
#[command(help_template = HELP, override_usage = "fuwuka blank [card|visits|family] [选项]", next_help_heading = "选项")]
pub struct Blank {
    /// card 客户服务卡，visits 拜访记录，family 家庭对照表；不写就是三种都要
    #[arg(value_name = "哪一种", help_heading = "参数", value_enum, hide_possible_values = true)]
    pub form: Option<Form>,
    /// 营业部文件夹：用它自己的模板
    #[arg(long, value_name = "文件夹")]
    pub office: Option<PathBuf>,
    /// 写到哪个文件夹；不写就是当前文件夹
    #[arg(long, value_name = "文件夹")]
    pub out: Option<PathBuf>,
}

/// A form that comes with a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Form {
    /// 客户服务卡.
    Card,
    /// 拜访记录.
    Visits,
    /// 家庭对照表.
    Family,
}

/// Templates.
#[derive(Debug, Args)]
#[command(help_template = HELP, override_usage = "fuwuka template <check|copy> [文件…] [选项]", next_help_heading = "选项")]
pub struct Template {
    /// check 检查模板；copy 把程序自带的模板放进营业部的“模板”文件夹
    #[arg(value_name = "做什么", help_heading = "参数", value_enum, hide_possible_values = true)]
    pub what: TemplateWhat,
    /// 要检查的模板；不写就是营业部用的那几个
    #[arg(value_name = "文件", help_heading = "参数")]
    pub files: Vec<PathBuf>,
    /// 营业部文件夹
    #[arg(long, value_name = "文件夹")]
    pub office: Option<PathBuf>,
}

/// What to do with templates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TemplateWhat {
    /// Say what is in them and what is wrong.
    Check,
    /// Put the built-in ones where the office can change them.
    Copy,
}

/// How files are read.
#[derive(Debug, Args)]
#[command(help_template = HELP, override_usage = "fuwuka inspect <文件…> [选项]", next_help_heading = "选项")]
pub struct Inspect {
    /// 要看的文件
    #[arg(required = true, value_name = "文件", help_heading = "参数")]
    pub files: Vec<PathBuf>,
    /// 按这个模板读：旧表的空白样子，格子里写好 {{客户姓名}} 这样的占位符
    #[arg(long, value_name = "模板.xlsx")]
    pub template: Option<PathBuf>,
    /// 营业部文件夹：用它自己的 fields.toml 和 values.toml
    #[arg(long, value_name = "文件夹")]
    pub office: Option<PathBuf>,
    /// 带密码的表用哪些密码打开：一个文本文件，一行一个
    #[arg(long, value_name = "文件")]
    pub password_file: Option<PathBuf>,
    /// 把认出来的标题记进营业部文件夹的 layouts.toml：改好以后，下次就按它认
    #[arg(long)]
    pub save: bool,
}

/// Old cards and lists into one standard card book.
#[derive(Debug, Args)]
#[command(help_template = HELP, override_usage = "fuwuka convert <文件或文件夹…> --out X.xlsx [选项]", next_help_heading = "选项")]
pub struct Convert {
    /// 要转的文件或文件夹
    #[arg(required = true, value_name = "文件或文件夹", help_heading = "参数")]
    pub files: Vec<PathBuf>,
    /// 写成哪个文件
    #[arg(long, value_name = "文件.xlsx")]
    pub out: PathBuf,
    /// 截止日期，如 2026-11-30；不写就是今天
    #[arg(long, value_name = "日期", value_parser = date)]
    pub as_of: Option<NaiveDate>,
    /// 营业部文件夹：用它自己的模板和词语表
    #[arg(long, value_name = "文件夹")]
    pub office: Option<PathBuf>,
    /// 带密码的表用哪些密码打开：一个文本文件，一行一个
    #[arg(long, value_name = "文件")]
    pub password_file: Option<PathBuf>,
}

/// How one value is read.
#[derive(Debug, Args)]
#[command(
    help_template = HELP,
    override_usage = "fuwuka explain <种类> [值…] [选项]",
    next_help_heading = "选项",
    after_help = kinds()
)]
pub struct Explain {
    /// 哪一种值，见下
    #[arg(value_name = "种类", help_heading = "参数", hide_possible_values = true)]
    pub kind: Kind,
    /// 值；不写就从标准输入读，一行一个
    #[arg(allow_negative_numbers = true, value_name = "值", help_heading = "参数")]
    pub values: Vec<String>,
    /// 营业部文件夹：用它自己的 values.toml 和 surnames.toml
    #[arg(long, value_name = "文件夹")]
    pub office: Option<PathBuf>,
}

fn date(text: &str) -> Result<NaiveDate, String> {
    use crate::model::date::PartialDate;
    let day = PartialDate::read(text.into()).good().and_then(PartialDate::day);
    day.ok_or_else(|| format!("“{text}”不是日期，写成 2026-11-30 这样"))
}

/// Kinds of value with what each is, a line each.
fn kinds() -> String {
    let mut text = "种类：\n".to_string();
    for value in Kind::value_variants().iter().filter_map(ValueEnum::to_possible_value) {
        let about = value.get_help().map(ToString::to_string).unwrap_or_default();
        let _ = writeln!(text, "  {:<12} {about}", value.get_name());
    }
    text
}

/// What was typed, with `run` put in where no command was: files were dropped on the program, or only options
/// were given.
pub fn with_command(mut arguments: Vec<OsString>) -> Vec<OsString> {
    const WITHOUT: [&str; 4] = ["-h", "--help", "-V", "--version"];
    let commands = Cli::command();
    let is_command = |word: &OsString| commands.get_subcommands().any(|command| word == command.get_name());
    let Some(first) = arguments.get(1) else { return arguments };
    let is_option = first.to_string_lossy().starts_with('-');
    let wants_run = if is_option {
        !arguments.iter().any(|word| is_command(word) || WITHOUT.iter().any(|without| word == without))
    } else {
        !is_command(first) && Path::new(first).exists()
    };
    if wants_run {
        arguments.insert(1, "run".into());
    }
    arguments
}

/// What is wrong with what was typed, in Chinese; clap's own words are English.
pub fn wrong_arguments(error: &clap::Error) -> String {
    let context = |kind| match error.get(kind) {
        Some(ContextValue::String(word)) => Some(word.clone()),
        Some(ContextValue::Strings(words)) => words.first().cloned(),
        _ => None,
    };
    let option = || context(ContextKind::InvalidArg).unwrap_or_default();
    // `--as-of <日期>`: how it is written, without what comes after it.
    let name = || option().split_whitespace().next().unwrap_or_default().to_string();
    let near = |kind| context(kind).map(|word| format!("，是不是 {word}")).unwrap_or_default();
    let what = match error.kind() {
        ErrorKind::UnknownArgument => {
            format!("不认识“{}”{}", option(), near(ContextKind::SuggestedArg))
        }
        ErrorKind::InvalidSubcommand => {
            let word = context(ContextKind::InvalidSubcommand).unwrap_or_default();
            let near = near(ContextKind::SuggestedSubcommand);
            format!("没有“{word}”这个命令，也找不到这个文件{near}")
        }
        ErrorKind::InvalidValue if context(ContextKind::InvalidValue).is_none_or(|value| value.is_empty()) => {
            format!("{} 后面要写上值，例如 {}", name(), option())
        }
        ErrorKind::InvalidValue => {
            let value = context(ContextKind::InvalidValue).unwrap_or_default();
            let near = near(ContextKind::SuggestedValue);
            let known = match error.get(ContextKind::ValidValue) {
                Some(ContextValue::Strings(known)) if near.is_empty() => format!("，可以写 {}", known.join("、")),
                _ => near,
            };
            format!("没有“{value}”这一种值{known}")
        }
        // Our own parsers speak Chinese already.
        ErrorKind::ValueValidation => std::error::Error::source(error).map(ToString::to_string).unwrap_or_default(),
        ErrorKind::MissingRequiredArgument => format!("还要写上 {}", option()),
        ErrorKind::ArgumentConflict => format!("{} 只能写一次", name()),
        ErrorKind::TooManyValues => format!("“{}”多了一个值", option()),
        ErrorKind::InvalidUtf8 => "参数里有读不懂的字".to_string(),
        _ => "参数不对".to_string(),
    };
    format!("{what}。用法请看 fuwuka --help")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn wrong(line: &str, want: &str) {
        let words = line.split_whitespace().map(OsString::from).collect();
        let error = Cli::try_parse_from(with_command(words)).expect_err(line);
        assert_eq!(wrong_arguments(&error), format!("{want}。用法请看 fuwuka --help"), "{line}");
    }

    #[test]
    fn wrong_arguments_are_told_in_chinese() {
        wrong("fuwuka run --dry", "不认识“--dry”，是不是 --dry-run");
        wrong("fuwuka --asof 2026-11-30", "不认识“--asof”，是不是 --as-of");
        wrong("fuwuka rum", "没有“rum”这个命令，也找不到这个文件，是不是 run");
        wrong("fuwuka 没有的文件.xlsx", "没有“没有的文件.xlsx”这个命令，也找不到这个文件");
        wrong("fuwuka run --as-of 昨天", "“昨天”不是日期，写成 2026-11-30 这样");
        wrong("fuwuka run --as-of 2026-02-30", "“2026-02-30”不是日期，写成 2026-11-30 这样");
        wrong("fuwuka run --as-of", "--as-of 后面要写上值，例如 --as-of <日期>");
        wrong("fuwuka run --out a --out b", "--out 只能写一次");
        wrong("fuwuka explain", "还要写上 <种类>");
        wrong("fuwuka explain phones 138", "没有“phones”这一种值，是不是 phone");
        wrong("fuwuka run --cards some", "没有“some”这一种值，可以写 all、changed、none");
    }

    #[test]
    fn without_a_command_it_is_run() {
        let with = |line: &str| {
            let words = with_command(line.split_whitespace().map(OsString::from).collect());
            words.iter().map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(with("fuwuka"), "fuwuka");
        assert_eq!(with("fuwuka --dry-run"), "fuwuka run --dry-run");
        assert_eq!(with("fuwuka Cargo.toml"), "fuwuka run Cargo.toml");
        assert_eq!(with("fuwuka --json explain name 王伟"), "fuwuka --json explain name 王伟");
        assert_eq!(with("fuwuka --help"), "fuwuka --help");
        assert_eq!(with("fuwuka run src"), "fuwuka run src");
    }

    #[test]
    fn options_may_stand_behind_values() {
        let words = "fuwuka explain money -5000 50万 --office o --json".split_whitespace().map(OsString::from);
        let cli = Cli::try_parse_from(words).expect("right");
        let Some(Command::Explain(explain)) = cli.command else { panic!("another command") };
        assert_eq!((explain.values, cli.json), (vec!["-5000".to_string(), "50万".to_string()], true));
        assert_eq!(explain.office, Some(PathBuf::from("o")));
    }

    #[test]
    fn the_arguments_fit_together() {
        Cli::command().debug_assert();
    }
}
