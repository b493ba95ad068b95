//! 拜访方式: how client and agent met. Agents' own tools disagree on the word (面访, 面谈, 面对面 for one thing),
//! so the synonyms in `values.toml` are many.

use super::cell::Cell;
use super::fault_words::UnknownWord;
use super::reading::Reading;
use super::word::words;
use crate::templates::values::Values;

words! {
    /// How a visit was made.
    pub enum VisitWay of VisitWay {
        /// At the client's.
        FaceToFace = "面访",
        /// The client came to the office.
        AtOffice = "来司",
        /// At an event.
        Event = "活动",
        /// Telephone call.
        Phone = "电话",
        /// Video call.
        Video = "视频",
        /// WeChat message.
        WeChat = "微信",
        /// QQ message.
        Qq = "QQ",
        /// Text message.
        Sms = "短信",
        /// Letter.
        Letter = "信函",
        /// Something else.
        Other = "其他",
    }
}

impl VisitWay {
    /// Whether the two sat in one room.
    pub fn in_person(self) -> bool {
        matches!(self, VisitWay::FaceToFace | VisitWay::AtOffice | VisitWay::Event)
    }

    /// Reads one cell.
    pub fn read(cell: Cell, values: &Values) -> Reading<VisitWay, UnknownWord> {
        values.visit_way.read(cell)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::templates::values::builtin_values;

    #[track_caller]
    fn case(input: &str, want: VisitWay) {
        assert_eq!(VisitWay::read(Cell::from(input), builtin_values()), Reading::Good(want), "{input:?}");
    }

    #[test]
    fn synonyms() {
        for way in ["面访", "面谈", "面对面", "上门", "直接登门", "邀约登门", "家访", "上门拜访"] {
            case(way, VisitWay::FaceToFace);
        }
        case("电访", VisitWay::Phone);
        case("微信语音", VisitWay::WeChat);
        case("微信视频", VisitWay::Video);
        case("qq", VisitWay::Qq);
        case("职场", VisitWay::AtOffice);
        case("□直接登门;□邀约登门;☑电话跟进", VisitWay::Phone);
        assert!(matches!(VisitWay::read(Cell::from("托梦"), builtin_values()), Reading::Bad(_)));
    }
}
