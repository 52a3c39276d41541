//! Where scripts are found.

use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

/// A script, and where it is from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    /// The file, or what it is about.
    pub origin: String,
    /// The script.
    pub code: String,
}

impl fmt::Display for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.origin, self.code)
    }
}

/// The scripts in all files of a folder: `.rhai` files, blocks of code in documentation,
/// and all texts in Rust code that is below `tests`.
pub fn in_folder(folder: &Path) -> Vec<Script> {
    let mut scripts = Vec::new();
    let mut known = BTreeSet::new();
    for path in files(folder) {
        let name = path.strip_prefix(folder).unwrap_or(&path);
        let extension = path.extension().and_then(|extension| extension.to_str());
        let is_test = name.starts_with("tests");
        let find: fn(&str) -> Vec<String> = match extension {
            Some("rhai") => |text| vec![text.into()],
            Some("md") => blocks,
            Some("rs") if is_test => texts,
            Some("rs") => |text| blocks(&documentation(text)),
            _ => continue,
        };
        let found = find(&fs::read_to_string(&path).expect("a text"));
        for code in found {
            if known.insert(code.clone()) {
                let origin = name.display().to_string();
                scripts.push(Script { origin, code });
            }
        }
    }
    scripts
}

/// The blocks of Rhai code in `README.md` and `docs` of a repository.
pub fn in_documentation(repository: &Path) -> Vec<Script> {
    let mut paths = files(&repository.join("docs"));
    paths.push(repository.join("README.md"));
    let mut scripts = Vec::new();
    // There are pictures, too.
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "md"));
    for path in paths {
        let text = fs::read_to_string(&path).expect("a text");
        let origin = path.display().to_string();
        scripts.extend(blocks(&text).into_iter().map(|code| Script {
            origin: origin.clone(),
            code,
        }));
    }
    scripts
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        match path.is_dir() {
            true => files.extend(self::files(&path)),
            false => files.push(path),
        }
    }
    files.sort();
    files
}

/// The blocks of Rhai code in a text.
fn blocks(markdown: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut block: Option<String> = None;
    for line in markdown.lines() {
        match &mut block {
            None if line.trim() == "```rhai" => block = Some(String::new()),
            None => {}
            Some(_) if line.trim() == "```" => blocks.extend(block.take()),
            Some(code) => {
                code.push_str(line);
                code.push('\n');
            }
        }
    }
    blocks
}

/// The documentation in Rust code.
fn documentation(rust: &str) -> String {
    let lines = rust.lines().map(|line| {
        let line = line.trim_start();
        let text = line.strip_prefix("///").or(line.strip_prefix("//!"));
        text.map_or("", |text| text.strip_prefix(' ').unwrap_or(text))
    });
    lines.flat_map(|line| [line, "\n"]).collect()
}

/// The texts in Rust code.
fn texts(rust: &str) -> Vec<String> {
    let mut texts = Vec::new();
    let mut rest = rust;
    while let Some(c) = rest.chars().next() {
        let after = &rest[c.len_utf8()..];
        if rest.starts_with("//") {
            rest = rest.split_once('\n').map_or("", |(_, next)| next);
        } else if let Some(comment) = rest.strip_prefix("/*") {
            rest = comment.split_once("*/").map_or("", |(_, next)| next);
        } else if let Some((text, next)) = raw_text(rest) {
            texts.push(text);
            rest = next;
        } else if c == '"' {
            let (text, next) = quoted_text(after);
            texts.push(text);
            rest = next;
        } else if c == '\'' {
            // A character, or else a lifetime.
            let len = match after.strip_prefix('\\') {
                Some(escape) => escape[1..].find('\'').map(|end| end + 3),
                None => after
                    .char_indices()
                    .nth(1)
                    .and_then(|(end, c)| (c == '\'').then_some(end + 1)),
            };
            rest = &after[len.unwrap_or(0)..];
        } else if c.is_alphanumeric() || c == '_' {
            rest = rest.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_');
        } else {
            rest = after;
        }
    }
    texts
}

/// The raw text at the start of Rust code, and what comes after it.
fn raw_text(rust: &str) -> Option<(String, &str)> {
    let hashes = rust.strip_prefix('r')?;
    let text = hashes.trim_start_matches('#');
    let end = format!("\"{}", "#".repeat(hashes.len() - text.len()));
    let (text, next) = text.strip_prefix('"')?.split_once(&end)?;
    Some((text.into(), next))
}

/// The text at the start of Rust code, after its quote, and what comes after it.
fn quoted_text(rust: &str) -> (String, &str) {
    let mut text = String::new();
    let mut chars = rust.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => break,
            '\\' => match chars.next() {
                Some('n') => text.push('\n'),
                Some('r') => text.push('\r'),
                Some('t') => text.push('\t'),
                Some('0') => text.push('\0'),
                Some('x') => {
                    let code: String = chars.by_ref().take(2).collect();
                    text.extend(u8::from_str_radix(&code, 16).map(char::from));
                }
                Some('u') => {
                    let code: String = chars.by_ref().skip(1).take_while(|c| *c != '}').collect();
                    let code = u32::from_str_radix(&code, 16).ok();
                    text.extend(code.and_then(char::from_u32));
                }
                Some('\n') => chars = chars.as_str().trim_start().chars(),
                Some(c) => text.push(c),
                None => {}
            },
            c => text.push(c),
        }
    }
    (text, chars.as_str())
}
