//! Strings that are changed, and parts of strings.
//!
//! Rhai's own make a list of all characters first, or find out how large the result is
//! when it is there.

use std::borrow::Cow;
use std::ops::{Range, RangeInclusive};

use rhai::{EvalAltResult, ImmutableString, Module, Position, FLOAT, INT};

use super::parts::{length, span, span_inclusive};
use crate::library::native_function::{changing, pure, Failure};
use crate::library::text::SizedText;
use crate::limits::sizes::{self, TooLarge};

/// Registers the functions with `module`.
pub fn register(module: &mut Module) {
    register_parts(module);
    register_searching(module);
    register_case(module);
    register_replacing(module);
    register_parsing(module);
    let pad_char =
        |s: &mut ImmutableString, len: INT, by: char| pad(s, len, by.encode_utf8(&mut [0; 4]));
    changing("pad").set_into_module(module, pad_char);
    changing("pad").set_into_module(module, |s: &mut ImmutableString, len: INT, by: &str| {
        pad(s, len, by)
    });
}

fn register_parts(module: &mut Module) {
    type Str = ImmutableString;
    pure("sub_string").set_into_module(module, part);
    pure("sub_string").set_into_module(module, |s: Str, start: INT| part(s, start, INT::MAX));
    pure("sub_string").set_into_module(module, |s: Str, range: Range<INT>| {
        let (start, len) = span(&range);
        part(s, start, len)
    });
    pure("sub_string").set_into_module(module, |s: Str, range: RangeInclusive<INT>| {
        let (start, len) = span_inclusive(&range);
        part(s, start, len)
    });
    let crop = |s: &mut Str, start: INT, len: INT| *s = part(s.clone(), start, len);
    changing("crop").set_into_module(module, crop);
    changing("crop").set_into_module(module, move |s: &mut Str, start: INT| {
        crop(s, start, INT::MAX);
    });
    changing("crop").set_into_module(module, move |s: &mut Str, range: Range<INT>| {
        let (start, len) = span(&range);
        crop(s, start, len);
    });
    changing("crop").set_into_module(module, move |s: &mut Str, range: RangeInclusive<INT>| {
        let (start, len) = span_inclusive(&range);
        crop(s, start, len);
    });
    changing("pop").set_into_module(module, |s: &mut Str, count: INT| {
        if count <= 0 {
            return Str::new();
        }
        let all = s.clone();
        let (rest, end) = all.split_at(offset_from_end(&all, count.unsigned_abs()).unwrap_or(0));
        *s = SizedText::copy(rest);
        match rest.is_empty() {
            true => all,
            false => SizedText::copy(end),
        }
    });
    changing("trim").set_into_module(module, |s: &mut Str| {
        let trimmed = s.trim();
        if trimmed.len() < s.len() {
            *s = SizedText::copy(trimmed);
        }
    });
    changing("set").set_into_module(module, set);
}

fn register_searching(module: &mut Module) {
    pure("index_of").set_into_module(module, |s: &str, find: &str, start: INT| {
        index_of(s, start, |rest| rest.find(find))
    });
    pure("index_of").set_into_module(module, |s: &str, find: char, start: INT| {
        index_of(s, start, |rest| rest.find(find))
    });
}

fn register_case(module: &mut Module) {
    type Change = fn(&ImmutableString) -> Result<ImmutableString, TooLarge>;
    let changes: [(&str, &str, Change); 2] = [
        ("to_upper", "make_upper", to_upper),
        ("to_lower", "make_lower", to_lower),
    ];
    for (to, make, change) in changes {
        pure(to).set_into_module(
            module,
            move |s: ImmutableString| -> Result<ImmutableString, Failure> { Ok(change(&s)?) },
        );
        changing(make).set_into_module(
            module,
            move |s: &mut ImmutableString| -> Result<(), Failure> {
                *s = change(s)?;
                Ok(())
            },
        );
    }
}

fn register_replacing(module: &mut Module) {
    type Str = ImmutableString;
    changing("remove").set_into_module(module, |s: &mut Str, find: &str| replace(s, find, ""));
    changing("remove").set_into_module(module, |s: &mut Str, find: char| {
        replace(s, find.encode_utf8(&mut [0; 4]), "")
    });
    changing("replace").set_into_module(module, |s: &mut Str, a: &str, b: &str| replace(s, a, b));
    changing("replace").set_into_module(module, |s: &mut Str, a: &str, b: char| {
        replace(s, a, b.encode_utf8(&mut [0; 4]))
    });
    changing("replace").set_into_module(module, |s: &mut Str, a: char, b: &str| {
        replace(s, a.encode_utf8(&mut [0; 4]), b)
    });
    changing("replace").set_into_module(module, |s: &mut Str, a: char, b: char| {
        let (mut find, mut by) = ([0; 4], [0; 4]);
        replace(s, a.encode_utf8(&mut find), b.encode_utf8(&mut by))
    });
}

/// Registers functions that make a number of a text. Rhai's own say in the error which text it was,
/// however long.
fn register_parsing(module: &mut Module) {
    let parse_int = |text: &str, radix: INT| {
        let valid = u32::try_from(radix).ok().filter(|n| (2..=36).contains(n));
        let radix = valid.ok_or_else(|| arithmetic(format!("Invalid radix: '{radix}'")))?;
        INT::from_str_radix(text.trim(), radix).map_err(|error| {
            let text = beginning(text);
            arithmetic(format!("Error parsing integer number '{text}': {error}"))
        })
    };
    pure("parse_int").set_into_module(module, parse_int);
    pure("parse_int").set_into_module(module, move |text: &str| parse_int(text, 10));
    pure("parse_float").set_into_module(module, |text: &str| {
        text.trim().parse::<FLOAT>().map_err(|error| {
            let text = beginning(text);
            arithmetic(format!(
                "Error parsing floating-point number '{text}': {error}"
            ))
        })
    });
}

fn arithmetic(message: String) -> Failure {
    EvalAltResult::ErrorArithmetic(message, Position::NONE).into()
}

/// The first characters of a text.
fn beginning(text: &str) -> Cow<'_, str> {
    const SHOWN: u64 = 1000;
    match offset(text, SHOWN) {
        Some(end) => Cow::Owned(format!("{}…", &text[..end])),
        None => Cow::Borrowed(text),
    }
}

/// Where the character with this index begins; `None` if there are no more than so many.
pub fn offset(text: &str, index: u64) -> Option<usize> {
    let index = usize::try_from(index).ok()?;
    text.char_indices().nth(index).map(|(at, _)| at)
}

/// Where the last `count` characters begin; `None` if there are fewer.
pub fn offset_from_end(text: &str, count: u64) -> Option<usize> {
    match usize::try_from(count).ok()?.checked_sub(1) {
        Some(index) => text.char_indices().nth_back(index).map(|(at, _)| at),
        None => Some(text.len()),
    }
}

/// Where the character with this index begins, which counts from the end if it is
/// negative; `None` if it is after the last one.
fn start_of(text: &str, index: INT) -> Option<usize> {
    match index < 0 {
        true => Some(offset_from_end(text, index.unsigned_abs()).unwrap_or(0)),
        false => offset(text, index.unsigned_abs()),
    }
}

/// The `len` characters from an index on.
fn part(text: ImmutableString, start: INT, len: INT) -> ImmutableString {
    let Some(start) = start_of(&text, start).filter(|_| len > 0) else {
        return ImmutableString::new();
    };
    let rest = &text[start..];
    let end = offset(rest, len.unsigned_abs()).unwrap_or(rest.len());
    match end == text.len() {
        true => text,
        false => SizedText::copy(&rest[..end]),
    }
}

/// Replaces the character with this index, which counts from the end if it is negative.
fn set(text: &mut ImmutableString, index: INT, by: char) -> Result<(), Failure> {
    let at = match index < 0 {
        true => offset_from_end(text, index.unsigned_abs()),
        false => offset(text, index.unsigned_abs()),
    };
    let Some((at, c)) = at.and_then(|at| Some((at, text[at..].chars().next()?))) else {
        return Ok(());
    };
    let end = at + c.len_utf8();
    let mut changed = SizedText::new(text.len() - (end - at) + by.len_utf8())?;
    changed.push_str(&text[..at]);
    changed.push_str(by.encode_utf8(&mut [0; 4]));
    changed.push_str(&text[end..]);
    *text = changed.finish();
    Ok(())
}

fn index_of(text: &str, start: INT, find: impl FnOnce(&str) -> Option<usize>) -> INT {
    let start = start_of(text, start).filter(|_| !text.is_empty());
    let found = start.and_then(|start| Some(start + find(&text[start..])?));
    let index = found.map(|at| INT::try_from(text[..at].chars().count()));
    index.and_then(Result::ok).unwrap_or(-1)
}

fn to_upper(text: &ImmutableString) -> Result<ImmutableString, TooLarge> {
    if text.chars().all(char::is_uppercase) {
        return Ok(text.clone());
    }
    ask_for_case(text, text.chars().flat_map(char::to_uppercase))?;
    let mut upper = text.to_uppercase();
    upper.shrink_to_fit();
    Ok(upper.into())
}

fn to_lower(text: &ImmutableString) -> Result<ImmutableString, TooLarge> {
    if text.chars().all(char::is_lowercase) {
        return Ok(text.clone());
    }
    ask_for_case(text, text.chars().flat_map(char::to_lowercase))?;
    let mut lower = text.to_lowercase();
    lower.shrink_to_fit();
    Ok(lower.into())
}

/// Asks for the bytes that the standard library needs to make `changed` of a text, and for the copy
/// that becomes a string of scripts.
fn ask_for_case(text: &str, changed: impl Iterator<Item = char>) -> Result<(), TooLarge> {
    let len = match text.is_ascii() {
        true => text.len(),
        false => changed.map(char::len_utf8).sum(),
    };
    sizes::check_string(len)?;
    // It begins with the length of the text, and doubles that as often as it must.
    sizes::ask(text.len().max(len.saturating_mul(2)))
}

fn replace(text: &mut ImmutableString, find: &str, by: &str) -> Result<(), Failure> {
    let count = text.matches(find).count();
    if text.is_empty() || count == 0 {
        return Ok(());
    }
    let kept = text.len() - count * find.len();
    let len = kept.saturating_add(count.saturating_mul(by.len()));
    let mut replaced = SizedText::new(len)?;
    let mut end = 0;
    for (at, found) in text.match_indices(find) {
        replaced.push_str(&text[end..at]);
        replaced.push_str(by);
        end = at + found.len();
    }
    replaced.push_str(&text[end..]);
    *text = replaced.finish();
    Ok(())
}

/// Bytes that a string is padded with at once.
const PADDING: usize = 4096;

fn pad(text: &mut ImmutableString, len: INT, by: &str) -> Result<(), Failure> {
    let missing = length(len).saturating_sub(text.chars().count());
    let count = by.chars().count();
    // Rhai's own never ends if there is nothing to pad with.
    if missing == 0 || count == 0 {
        return Ok(());
    }
    let times = missing / count;
    let rest = offset(by, (missing % count) as u64).unwrap_or(by.len());
    let len = times
        .saturating_mul(by.len())
        .saturating_add(text.len())
        .saturating_add(rest);
    let mut padded = SizedText::new(len)?;
    padded.push_str(text);
    // Short ones many at once.
    let repeated = match PADDING / by.len() {
        0 | 1 => Cow::Borrowed(by),
        many => Cow::Owned(by.repeat(many.min(times.max(1)))),
    };
    let mut left = times * by.len();
    while left > 0 {
        let part = &repeated[..left.min(repeated.len())];
        padded.push_str(part);
        left -= part.len();
    }
    padded.push_str(&by[..rest]);
    *text = padded.finish();
    Ok(())
}
