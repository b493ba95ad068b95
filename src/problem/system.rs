//! What the operating system refuses, in the office's words: its own are English on many machines.

use std::io::{Error, ErrorKind};

/// Why a file or folder could not be read or written.
pub fn system_words(error: &Error) -> String {
    let words = match error.kind() {
        ErrorKind::NotFound => "找不到",
        ErrorKind::PermissionDenied => "没有权限",
        ErrorKind::ReadOnlyFilesystem => "磁盘是只读的",
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "磁盘满了",
        ErrorKind::NotADirectory | ErrorKind::AlreadyExists => "那里有一个同名的文件，不是文件夹",
        ErrorKind::IsADirectory => "那里有一个同名的文件夹，不是文件",
        ErrorKind::InvalidFilename => "名字太长，或者里面有不能用的字",
        ErrorKind::ResourceBusy | ErrorKind::ExecutableFileBusy => "正被别的程序占用",
        // Windows: 32 sharing violation, 33 lock violation.
        _ if cfg!(windows) && matches!(error.raw_os_error(), Some(32 | 33)) => "正被别的程序占用",
        _ => {
            return match error.raw_os_error() {
                Some(code) => format!("系统错误 {code}"),
                None => error.to_string(),
            };
        }
    };
    words.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closed_file_is_told_in_chinese() {
        assert_eq!(system_words(&Error::from(ErrorKind::PermissionDenied)), "没有权限");
        assert_eq!(system_words(&Error::other("这一天的快照已经太多")), "这一天的快照已经太多");
        assert!(system_words(&Error::from_raw_os_error(5)).chars().any(|c| c > '\u{4e00}'));
    }
}
