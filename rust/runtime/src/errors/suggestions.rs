//! Names that are nearly the one that somebody wrote.

use std::cell::Cell;

use crate::language::names::NAMESPACE_SEPARATOR;

/// Names that are suggested at once.
const MAX_SUGGESTED: usize = 3;

/// Bytes of the longest names that are compared: nobody mistypes longer ones, but a
/// hostile script can have many of them.
const MAX_COMPARED: usize = 48;

/// How many letters may differ, in a name of this length, from one of many or of few.
fn tolerance(length: usize, of_few: bool) -> usize {
    match length {
        2 if of_few => 1,
        0..=2 => 0,
        3..=5 => 1,
        6..=MAX_COMPARED => 2,
        _ => 0,
    }
}

/// How many names are compared before no more are: a hostile script can have thousands
/// that differ little.
#[derive(Debug)]
pub struct Patience {
    left: Cell<usize>,
    /// Whether short names are compared too.
    of_few: bool,
}

impl Default for Patience {
    /// What takes some milliseconds at most.
    fn default() -> Self {
        Patience {
            left: Cell::new(10_000),
            of_few: false,
        }
    }
}

impl Patience {
    /// One for a name out of few, as those in a namespace: of a short one, too, a letter
    /// may differ.
    pub fn of_few() -> Self {
        Patience {
            of_few: true,
            ..Patience::default()
        }
    }

    /// Whether it is used up.
    pub fn is_over(&self) -> bool {
        self.left.get() == 0
    }

    /// Whether somebody who wrote `wanted` may have meant `name`.
    pub fn finds_near(&self, wanted: &str, name: &str) -> bool {
        self.distance(wanted, name).is_some()
    }

    /// How many letters differ between what was written and another name, if those are
    /// few.
    fn distance(&self, wanted: &str, name: &str) -> Option<usize> {
        let tolerance = tolerance(wanted.len(), self.of_few);
        if wanted == name || tolerance == 0 || wanted.len().abs_diff(name.len()) > tolerance {
            return None;
        }
        self.left.set(self.left.get().checked_sub(1)?);
        if wanted.eq_ignore_ascii_case(name) {
            return Some(1);
        }
        (1..=tolerance).find(|edits| is_within(wanted.as_bytes(), name.as_bytes(), *edits))
    }
}

/// The nearest of `names`.
pub fn nearest<'a>(
    wanted: &str,
    names: impl IntoIterator<Item = &'a str>,
    patience: &Patience,
) -> Vec<&'a str> {
    let near = names
        .into_iter()
        .filter_map(|name| Some((patience.distance(wanted, name)?, name)));
    let mut near: Vec<(usize, &str)> = near.filter(|(_, name)| is_path(name)).collect();
    near.sort_unstable();
    near.dedup();
    near.truncate(MAX_SUGGESTED);
    near.into_iter().map(|(_, name)| name).collect()
}

/// Whether this is a name, perhaps with its namespace.
fn is_path(name: &str) -> bool {
    name.split(NAMESPACE_SEPARATOR)
        .all(rhai::is_valid_identifier)
}

/// Asks whether one of the nearest of `names` was meant; `None` if none is near.
pub fn did_you_mean<'a>(
    wanted: &str,
    names: impl IntoIterator<Item = &'a str>,
    patience: &Patience,
) -> Option<String> {
    let near = nearest(wanted, names, patience);
    question(near.into_iter().map(String::from))
}

/// Asks whether one of these names was meant; `None` if there are none.
pub fn question(names: impl IntoIterator<Item = String>) -> Option<String> {
    let names: Vec<String> = names.into_iter().collect();
    let (last, others) = names.split_last()?;
    Some(match others {
        [] => format!("did you mean {last}?"),
        others => format!("did you mean {} or {last}?", others.join(", ")),
    })
}

/// Whether `a` becomes `b` when up to `edits` letters are added, left out, replaced or
/// swapped with the next.
fn is_within(a: &[u8], b: &[u8], edits: usize) -> bool {
    let same = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    match (&a[same..], &b[same..]) {
        ([], rest) | (rest, []) => rest.len() <= edits,
        _ if edits == 0 => false,
        (a, b) => {
            is_within(&a[1..], &b[1..], edits - 1)
                || is_within(a, &b[1..], edits - 1)
                || is_within(&a[1..], b, edits - 1)
                || (a.len() > 1
                    && b.len() > 1
                    && (a[0], a[1]) == (b[1], b[0])
                    && is_within(&a[2..], &b[2..], edits - 1))
        }
    }
}
