//! Small whole numbers as offices write them: `20`, `二十`, `十五`, `两`.

/// The number at the start of a text and how many bytes it takes; up to 9999 in digits, up to 99 in Chinese.
pub fn count_at(text: &str) -> Option<(u32, usize)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    if digits > 0 {
        return (digits <= 4).then(|| (text[..digits].parse().expect("at most four digits"), digits));
    }
    chinese_count_at(text)
}

/// `十`, `十五`, `二十`, `二十五`, `五`, `两`. More than 99 is not written in characters where we read.
fn chinese_count_at(text: &str) -> Option<(u32, usize)> {
    let mut rest = text;
    let mut take = |wanted: fn(char) -> Option<u32>| {
        let c = rest.chars().next()?;
        let number = wanted(c)?;
        rest = &rest[c.len_utf8()..];
        Some(number)
    };
    let tens = take(digit);
    let number = match (tens, take(ten)) {
        (tens, Some(ten)) => tens.unwrap_or(1) * ten + take(digit).unwrap_or(0),
        (Some(one), None) => one,
        (None, None) => return None,
    };
    Some((number, text.len() - rest.len()))
}

fn digit(c: char) -> Option<u32> {
    let position = "一二三四五六七八九".chars().position(|digit| digit == c);
    match c {
        '两' => Some(2),
        _ => position.map(|position| position as u32 + 1),
    }
}

fn ten(c: char) -> Option<u32> {
    (c == '十').then_some(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(input: &str, want: Option<(u32, &str)>) {
        assert_eq!(count_at(input).map(|(number, length)| (number, &input[length..])), want, "{input:?}");
    }

    #[test]
    fn digits_and_characters() {
        case("20年", Some((20, "年")));
        case("二十年交", Some((20, "年交")));
        case("十五年", Some((15, "年")));
        case("二十五", Some((25, "")));
        case("两个孩子", Some((2, "个孩子")));
        case("五年", Some((5, "年")));
        case("一次性", Some((1, "次性")));
        case("年交", None);
        case("12345", None);
        case("", None);
    }
}
