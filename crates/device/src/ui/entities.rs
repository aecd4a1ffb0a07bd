//! Repairs character references that XML forbids, before the XML is parsed: some builds of Android write an emoji as
//! two references to surrogates, and control characters as references that no XML parser accepts.

use std::borrow::Cow;

/// Returns `xml` with pairs of surrogate references joined into one character, and every other reference to a code that is
/// not an XML character replaced by one to U+FFFD.
pub(super) fn repair(xml: &str) -> Cow<'_, str> {
    let mut repaired = String::new();
    let mut kept = 0;
    let mut at = 0;
    while let Some(found) = xml.get(at..).and_then(|rest| rest.find("&#")) {
        let start = at + found;
        let Some((code, end)) = reference(xml, start) else {
            at = start + 2;
            continue;
        };
        at = end;
        if is_xml(code) {
            continue;
        }
        let (character, end) = join(xml, code, end);
        at = end;
        repaired.push_str(&xml[kept..start]);
        repaired.push(character);
        kept = end;
    }
    if kept == 0 {
        return Cow::Borrowed(xml);
    }
    repaired.push_str(&xml[kept..]);
    Cow::Owned(repaired)
}

/// Returns the code and the end of the character reference that begins at `start`.
fn reference(xml: &str, start: usize) -> Option<(u32, usize)> {
    let body = xml.get(start..)?.strip_prefix("&#")?;
    let length = body.bytes().take(10).position(|byte| byte == b';')?;
    let digits = &body[..length];
    let code = match digits.strip_prefix(['x', 'X']) {
        Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16),
        None => digits.parse(),
    };
    Some((code.ok()?, start + 2 + length + 1))
}

fn join(xml: &str, high: u32, end: usize) -> (char, usize) {
    let pair = reference(xml, end).and_then(|(low, end)| {
        let both = (0xd800..0xdc00).contains(&high) && (0xdc00..0xe000).contains(&low);
        both.then(|| 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00))
            .and_then(char::from_u32)
            .map(|it| (it, end))
    });
    pair.unwrap_or((char::REPLACEMENT_CHARACTER, end))
}

/// XML 1.0, production 2.
fn is_xml(code: u32) -> bool {
    matches!(code, 0x9 | 0xa | 0xd | 0x20..=0xd7ff | 0xe000..=0xfffd | 0x10000..=0x0010_ffff)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joins_surrogates_and_replaces_what_is_no_character() {
        assert_eq!(repair("a&#55357;&#56832;b"), "a\u{1f600}b");
        assert_eq!(repair("&#55357;x&#0;&#xFFFF;"), "\u{fffd}x\u{fffd}\u{fffd}");
        assert_eq!(repair("&#128512; &#10; &amp; &#; &#z; &#12"), "&#128512; &#10; &amp; &#; &#z; &#12");
    }
}
