//! Strings that are taken apart: `split`, `to_chars`, `chars`, `for` over a string.

use std::any::TypeId;
use std::iter::FusedIterator;
use std::mem::size_of;
use std::ops::{Range, RangeInclusive};

use rhai::{Array, Dynamic, FuncRegistration, ImmutableString, Module, INT};

use super::parts::{length, span};
use super::strings::{offset, offset_from_end};
use crate::library::footprint::string_size;
use crate::library::native_function::{pure, Failure};
use crate::library::text::SizedText;
use crate::limits::sizes;
use memory::block;

type Str = ImmutableString;

/// Registers the functions with `module`.
pub fn register(module: &mut Module) {
    pure("split").set_into_module(module, split_at);
    pure("split").set_into_module(module, |s: &mut Str| match s.is_empty() {
        true => Ok(whole(s)),
        false => pieces(|| s.split_whitespace()),
    });
    pure("split").set_into_module(module, |s: &mut Str, by: &str| match splits(s, by) {
        true => pieces(|| s.split(by)),
        false => Ok(whole(s)),
    });
    pure("split").set_into_module(module, |s: &mut Str, by: char| match s.contains(by) {
        true => pieces(|| s.split(by)),
        false => Ok(whole(s)),
    });
    pure("split_rev").set_into_module(module, |s: &mut Str, by: &str| match splits(s, by) {
        true => pieces(|| s.rsplit(by)),
        false => Ok(whole(s)),
    });
    pure("split_rev").set_into_module(module, |s: &mut Str, by: char| match s.contains(by) {
        true => pieces(|| s.rsplit(by)),
        false => Ok(whole(s)),
    });
    register_with_count(module);
    pure("to_chars").set_into_module(module, |s: &str| -> Result<Array, Failure> {
        let count = s.chars().count();
        sizes::check_array(count)?;
        sizes::ask(block(count.saturating_mul(size_of::<Dynamic>())))?;
        let mut chars = Array::with_capacity(count);
        chars.extend(s.chars().map(Into::into));
        Ok(chars)
    });
    register_chars(module);
}

/// Registers functions that make no more than so many pieces.
fn register_with_count(module: &mut Module) {
    pure("split").set_into_module(module, |s: &mut Str, by: &str, n: INT| match n > 1 {
        true if splits(s, by) => pieces(|| s.splitn(to_count(n), by)),
        _ => Ok(whole(s)),
    });
    pure("split").set_into_module(module, |s: &mut Str, by: char, n: INT| match n > 1 {
        true if s.contains(by) => pieces(|| s.splitn(to_count(n), by)),
        _ => Ok(whole(s)),
    });
    pure("split_rev").set_into_module(module, |s: &mut Str, by: &str, n: INT| match n > 1 {
        true if splits(s, by) => pieces(|| s.rsplitn(to_count(n), by)),
        _ => Ok(whole(s)),
    });
    pure("split_rev").set_into_module(module, |s: &mut Str, by: char, n: INT| match n > 1 {
        true if s.contains(by) => pieces(|| s.rsplitn(to_count(n), by)),
        _ => Ok(whole(s)),
    });
}

fn to_count(n: INT) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}

/// Whether a text is split by this. Rhai splits no empty text.
fn splits(text: &str, by: &str) -> bool {
    !text.is_empty() && text.contains(by)
}

fn whole(text: &Str) -> Array {
    vec![text.clone().into()]
}

fn split_at(text: &mut Str, index: INT) -> Array {
    let at = match index > 0 {
        true => offset(text, index.unsigned_abs()).unwrap_or(text.len()),
        false => offset_from_end(text, index.unsigned_abs()).unwrap_or(0),
    };
    let (start, end) = text.split_at(at);
    vec![SizedText::copy(start).into(), SizedText::copy(end).into()]
}

/// Makes strings of pieces, which `split` gives as often as it is called.
fn pieces<'a, I: Iterator<Item = &'a str>>(split: impl Fn() -> I) -> Result<Array, Failure> {
    let (mut count, mut bytes, mut longest) = (0, 0, 0);
    for piece in split() {
        count += 1;
        bytes += string_size(piece.len());
        longest = longest.max(piece.len());
    }
    sizes::check_array(count)?;
    // Each is a copy of a copy.
    let array = block(count.saturating_mul(size_of::<Dynamic>()));
    sizes::ask(array.saturating_add(bytes).saturating_add(longest))?;
    let mut strings = Array::with_capacity(count);
    strings.extend(split().map(Into::into));
    Ok(strings)
}

/// Characters of a string, one after the other.
#[derive(Debug, Clone)]
pub struct CharsStream {
    text: Str,
    at: usize,
    left: usize,
}

impl CharsStream {
    /// The `len` characters of a string from an index on, which counts from the end if
    /// it is negative.
    pub fn new(text: Str, start: INT, len: INT) -> Self {
        let at = match start < 0 {
            true => offset_from_end(&text, start.unsigned_abs()).unwrap_or(0),
            false => offset(&text, start.unsigned_abs()).unwrap_or(text.len()),
        };
        CharsStream {
            text,
            at,
            left: length(len),
        }
    }
}

impl Iterator for CharsStream {
    type Item = char;

    #[inline]
    fn next(&mut self) -> Option<char> {
        self.left = self.left.checked_sub(1)?;
        let c = self.text[self.at..].chars().next()?;
        self.at += c.len_utf8();
        Some(c)
    }
}

impl FusedIterator for CharsStream {}

/// Registers `chars`, and the loop over a string. Rhai's own have all characters in a
/// list.
fn register_chars(module: &mut Module) {
    // As Rhai calls its own.
    module.set_custom_type::<CharsStream>("range");
    module.set_iterator::<CharsStream>();
    module.set_iter(TypeId::of::<Str>(), |text| {
        let text: Str = text.cast();
        Box::new(CharsStream::new(text, 0, INT::MAX).map(Dynamic::from))
    });
    pure("chars").set_into_module(module, CharsStream::new);
    let from = |s: Str, start: INT| CharsStream::new(s, start, INT::MAX);
    pure("chars").set_into_module(module, from);
    pure("chars").set_into_module(module, move |s: Str| from(s, 0));
    FuncRegistration::new_getter("chars")
        .in_global_namespace()
        .set_into_module(module, move |s: Str| from(s, 0));
    pure("chars").set_into_module(module, |s: Str, range: Range<INT>| {
        let (start, len) = span(&range);
        CharsStream::new(s, start, len)
    });
    pure("chars").set_into_module(module, |s: Str, range: RangeInclusive<INT>| {
        let start = (*range.start()).max(0);
        let end = (*range.end()).max(start - 1).min(INT::MAX - 1);
        CharsStream::new(s, start, end - start + 1)
    });
}
