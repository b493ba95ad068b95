//! What a list looked like last time: its headings and what they were taken for. A list that comes in other words or
//! in another order is told so.

use super::Lists;
use crate::model::list::List;
use crate::model::shape::Shape;
use crate::problem::{Code, Outcome, Place, Problem, Problems};
use crate::templates::fields::Fields;

/// The shapes of this month's lists, in their order; nothing for what was taken from forms.
fn shapes(lists: &Lists, fields: &Fields) -> Vec<(usize, Shape)> {
    let mut shapes: Vec<(usize, Shape)> = Vec::new();
    for (at, list) in lists.lists.iter().enumerate().filter(|(_, list)| !list.is_of_forms()) {
        let source = lists.sources.get(list.source);
        let name = format!("{}「{}」", without_digits(&source.file), without_digits(&source.sheet));
        let before = shapes.iter().filter(|(_, shape)| shape.of.starts_with(&name)).count();
        let shape =
            Shape { of: format!("{name}{before}"), kind: list.kind.title().to_string(), columns: columns(list, fields) };
        shapes.push((at, shape));
    }
    shapes
}

/// Tells which lists have other headings than last time, and gives what is to be remembered: this month's shapes, and
/// of lists that did not come those of before.
pub fn compare(before: &[Shape], lists: &Lists, fields: &Fields, problems: &mut Problems) -> Vec<Shape> {
    let now = shapes(lists, fields);
    for (at, shape) in &now {
        let list = &lists.lists[*at];
        let Some(earlier) = before.iter().find(|earlier| earlier.of == shape.of && earlier.kind == shape.kind) else {
            continue;
        };
        let said = differences(earlier, shape, fields);
        if !said.is_empty() {
            problems.push(Problem {
                code: Code::LayoutChanged,
                place: Place::row(list.source, list.heading_row),
                field: "".into(),
                found: "".into(),
                what: format!("与上次相比：{}", said.join("；")).into(),
                outcome: Outcome::KeptAsIs,
            });
        }
    }
    let mut kept: Vec<Shape> = now.into_iter().map(|(_, shape)| shape).collect();
    let others =
        before.iter().filter(|earlier| kept.iter().all(|shape| shape.of != earlier.of || shape.kind != earlier.kind));
    let others: Vec<Shape> = others.cloned().collect();
    kept.extend(others);
    kept
}

fn columns(list: &List, fields: &Fields) -> Vec<(String, String)> {
    let known = list.understood().into_iter().map(|(at, heading, column)| {
        let slot = column.slot;
        let whose = fields.role_title(slot.role).unwrap_or("");
        (at, heading, format!("{whose}{}{}", fields.entry(slot.field).key, slot.nth))
    });
    let kept = list.leftovers.iter().filter(|kept| !kept.heading.is_empty());
    let kept = kept.map(|kept| (kept.at, &*kept.heading, String::new()));
    let mut columns: Vec<(u32, &str, String)> = known.chain(kept).collect();
    columns.sort();
    // What one column says of several fields stands there once for each; which they are depends on its words.
    columns.dedup_by_key(|(at, ..)| *at);
    columns.into_iter().map(|(_, heading, field)| (heading.to_string(), field)).collect()
}

/// What is different: other words for the same field, columns that are gone or new, another order.
fn differences(before: &Shape, now: &Shape, fields: &Fields) -> Vec<String> {
    let heading_in = |shape: &Shape, heading: &str| shape.columns.iter().any(|(known, _)| known == heading);
    let mut said = Vec::new();
    let mut renamed: Vec<&str> = Vec::new();
    for (heading, field) in before.columns.iter().filter(|(heading, field)| !field.is_empty() && !heading_in(now, heading)) {
        let other = now.columns.iter().find(|(other, same)| same == field && !heading_in(before, other));
        if let Some((other, _)) = other {
            said.push(format!("“{heading}”改成了“{other}”"));
            renamed.extend([heading.as_str(), other.as_str()]);
        }
    }
    let only_in = |one: &Shape, two: &Shape| -> Vec<String> {
        let columns = one.columns.iter().map(|(heading, _)| heading);
        let gone = columns.filter(|heading| !heading_in(two, heading) && !renamed.contains(&heading.as_str()));
        gone.map(|heading| format!("“{heading}”")).collect()
    };
    let (gone, new) = (only_in(before, now), only_in(now, before));
    if !gone.is_empty() {
        said.push(format!("少了{}", gone.join("")));
    }
    if !new.is_empty() {
        said.push(format!("多了{}", new.join("")));
    }
    let order = |shape: &Shape, other: &Shape| -> Vec<String> {
        shape.columns.iter().map(|(heading, _)| heading.clone()).filter(|heading| heading_in(other, heading)).collect()
    };
    if order(before, now) != order(now, before) {
        said.push("列的顺序变了".to_string());
    }
    // The same words, taken for something else.
    for (heading, field) in before.columns.iter().filter(|(_, field)| !field.is_empty()) {
        let other = now.columns.iter().find(|(known, other)| known == heading && other != field && !other.is_empty());
        if let Some((_, other)) = other {
            let title = |key: &String| {
                let bare = key.trim_end_matches(|c: char| c.is_ascii_digit());
                // home_phone ends like phone, too.
                let found =
                    fields.iter().filter(|(_, entry)| bare.ends_with(&entry.key)).max_by_key(|(_, entry)| entry.key.len());
                found.map_or_else(|| key.clone(), |(_, entry)| entry.title.clone())
            };
            let (one, two) = (title(field), title(other));
            if one != two {
                said.push(format!("“{heading}”上次当作“{one}”，这次当作“{two}”"));
            }
        }
    }
    said
}

/// A name without the month and the day in it.
fn without_digits(name: &str) -> String {
    let mut bare: String = name.chars().filter(|c| !c.is_ascii_digit()).collect();
    for word in ["年", "月", "日"] {
        bare = bare.replace(word, "");
    }
    bare.replace("--", "-")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(columns: &[(&str, &str)]) -> Shape {
        let columns = columns.iter().map(|(heading, field)| (heading.to_string(), field.to_string())).collect();
        Shape { of: "清单".to_string(), kind: "客户清单".to_string(), columns }
    }

    #[test]
    fn what_is_different_is_said() {
        let fields = Fields::load(crate::templates::FIELDS, None).unwrap();
        let before = shape(&[("姓名", "name0"), ("联系电话", "phone0"), ("性别", "gender0"), ("备注", "remark0")]);
        let now = shape(&[("性别", "gender0"), ("姓名", "name0"), ("移动电话", "phone0"), ("年龄段", "")]);
        assert_eq!(
            differences(&before, &now, &fields),
            ["“联系电话”改成了“移动电话”", "少了“备注”", "多了“年龄段”", "列的顺序变了"]
        );
        assert!(differences(&before, &before, &fields).is_empty());
        let other = shape(&[("姓名", "name0"), ("联系电话", "home_phone0"), ("性别", "gender0"), ("备注", "remark0")]);
        assert_eq!(differences(&before, &other, &fields), ["“联系电话”上次当作“手机”，这次当作“固定电话”"]);
    }

    #[test]
    fn a_list_is_known_whatever_month_it_is() {
        assert_eq!(without_digits("保单清单_202611.csv"), without_digits("保单清单_202612.csv"));
        assert_eq!(without_digits("客户清单_11月下发.xlsx"), without_digits("客户清单_9月下发.xlsx"));
    }
}
