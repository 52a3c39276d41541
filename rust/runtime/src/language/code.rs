//! The code in the text of a script.

/// The byte order mark that some editors write at the start of a text.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// The code in a text: without a byte order mark, and without what is in a first line that
/// says which program runs the script, such as `#!/usr/bin/env rhai`.
///
/// Lines keep their numbers, and columns are those that an editor shows: it counts no byte
/// order mark.
pub fn code_of(text: &str) -> &str {
    let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
    match text.starts_with("#!") {
        true => &text[text.find('\n').unwrap_or(text.len())..],
        false => text,
    }
}

#[cfg(test)]
mod tests {
    use super::code_of;

    #[test]
    fn lines_keep_their_numbers() {
        for (text, code) in [
            ("", ""),
            ("1", "1"),
            ("\u{feff}", ""),
            ("\u{feff}1", "1"),
            ("#!", ""),
            ("#!rhai", ""),
            ("#!rhai\n1", "\n1"),
            ("#!rhai\r\n1", "\n1"),
            ("\u{feff}#!rhai\n1", "\n1"),
            ("#! é\n\n1", "\n\n1"),
        ] {
            assert_eq!(code_of(text), code, "{text:?}");
        }
    }

    #[test]
    fn only_the_start_counts() {
        for text in [
            "#",
            "#{}",
            " #!rhai",
            "\n#!rhai",
            "1\u{feff}",
            "\n\u{feff}1",
        ] {
            assert_eq!(code_of(text), text);
        }
        assert_eq!(code_of("\u{feff}\u{feff}1"), "\u{feff}1");
        assert_eq!(code_of("#!a\n#!b\n1"), "\n#!b\n1");
    }
}
