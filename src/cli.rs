//! What was typed.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, Parser, Subcommand};

use crate::explain::Kind;

/// 服务卡：月末一次，读清单、编号、分层、查逾期、出报表
#[derive(Debug, Parser)]
#[command(name = "fuwuka", version, disable_help_subcommand = true)]
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
}

/// The monthly batch.
#[derive(Debug, Default, Args)]
pub struct Run {
    /// 要读的文件或文件夹；不写就是营业部文件夹里的“导入”
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
    /// 只说会有什么变化，什么也不写
    #[arg(long)]
    pub dry_run: bool,
}

/// How files are read.
#[derive(Debug, Args)]
pub struct Inspect {
    /// 要看的文件
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// 营业部文件夹：用它自己的 fields.toml 和 values.toml
    #[arg(long, value_name = "文件夹")]
    pub office: Option<PathBuf>,
}

/// How one value is read.
#[derive(Debug, Args)]
pub struct Explain {
    /// 哪一种值
    pub kind: Kind,
    /// 值；不写就从标准输入读，一行一个
    #[arg(allow_hyphen_values = true)]
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
