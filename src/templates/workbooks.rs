//! Templates that are workbooks: what the card, the index and the blank forms look like. Built in; an office's own of
//! the same name, in its folder 模板 (or templates), wins.

use std::path::{Path, PathBuf};

use super::TemplateError;
use crate::problem::system_words;

/// A form that has a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// 客户服务卡, with the index that goes with a book of them.
    Card,
    /// 拜访记录.
    Visits,
    /// 家庭对照表.
    Family,
}

impl Form {
    /// All of them.
    pub const ALL: [Form; 3] = [Form::Card, Form::Visits, Form::Family];

    /// Its name, and that of its file without extension.
    pub fn title(self) -> &'static str {
        match self {
            Form::Card => "客户服务卡",
            Form::Visits => "拜访记录",
            Form::Family => "家庭对照表",
        }
    }

    /// The workbook that comes with the program.
    pub fn built_in(self) -> &'static [u8] {
        match self {
            Form::Card => include_bytes!("../../templates/客户服务卡.xlsx"),
            Form::Visits => include_bytes!("../../templates/拜访记录.xlsx"),
            Form::Family => include_bytes!("../../templates/家庭对照表.xlsx"),
        }
    }
}

/// Folders of an office that may hold its own templates, the first that has a file wins.
pub const FOLDERS: [&str; 2] = ["模板", "templates"];

/// A template workbook and its name for messages.
#[derive(Clone, Debug)]
pub struct Workbook {
    /// Its path, or that it is built in.
    pub name: String,
    /// Where it lies; nothing when it is built in.
    pub path: Option<PathBuf>,
    /// The file.
    pub bytes: Vec<u8>,
    /// The form it is the template of, going by its name; none for somebody else's form.
    pub form: Option<Form>,
}

impl Workbook {
    /// The office's own, else the built-in one.
    pub fn of(form: Form, office: Option<&Path>) -> Result<Workbook, TemplateError> {
        let file = format!("{}.xlsx", form.title());
        let own = office.into_iter().flat_map(|office| FOLDERS.map(|folder| office.join(folder).join(&file)));
        match own.into_iter().find(|path| path.is_file()) {
            Some(path) => Ok(Workbook { name: format!("模板/{file}"), ..Workbook::at(&path)? }),
            None => {
                Ok(Workbook {
                    name: format!("自带的{file}"), path: None, bytes: form.built_in().to_vec(), form: Some(form)
                })
            }
        }
    }

    /// The one at this place.
    pub fn at(path: &Path) -> Result<Workbook, TemplateError> {
        let name = path.display().to_string();
        let stem = path.file_stem().unwrap_or_default();
        let form = Form::ALL.into_iter().find(|form| stem == form.title());
        match std::fs::read(path) {
            Ok(bytes) => Ok(Workbook { name, path: Some(path.to_path_buf()), bytes, form }),
            Err(error) => Err(TemplateError { file: name, what: format!("读不出来：{}", system_words(&error)) }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offices_own_workbook_wins() {
        let office = tempfile::tempdir().expect("a folder");
        let of = || Workbook::of(Form::Card, Some(office.path())).expect("readable");
        assert_eq!(of().path, None);
        std::fs::create_dir(office.path().join("模板")).expect("made");
        std::fs::write(office.path().join("模板/客户服务卡.xlsx"), "自己的").expect("written");
        assert_eq!(of().bytes, "自己的".as_bytes());
        assert_eq!(Workbook::of(Form::Visits, Some(office.path())).expect("readable").path, None);
    }
}
