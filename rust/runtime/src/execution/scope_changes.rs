//! Changes of an evaluation to the scope that it used.
//!
//! A scope is a list: its own variables come first, then copies of the engine's, then those that
//! the evaluation has declared. Few of these are taken off the end, so that this takes no time
//! for each variable of the scope. For many the scope is made anew, so that the time does not
//! grow with both numbers.

use std::collections::HashSet;
use std::mem;

use rhai::{Dynamic, Identifier, Scope};

use crate::border::exporter::needs_binding;
use crate::data::walk;
use crate::functions::captured::CapturedVariables;

/// Variables that are taken off the end of a scope one by one.
const FEW: usize = 16;

/// Comparisons of names that take no longer than to make a set of them.
const FEW_COMPARISONS: usize = 4096;

/// A variable: its name, whether it is a constant, and its value.
pub type Entry = (String, bool, Dynamic);

/// The variables of a scope, in their order.
pub fn entries(scope: Scope<'static>) -> impl Iterator<Item = Entry> {
    scope
        .into_iter()
        .map(|(name, value, _)| (name, value.is_read_only(), value))
}

/// Tells whether a scope has a variable of some name, `count` times at most, while variables of
/// other names are added to it.
pub fn search(scope: &Scope, count: usize) -> impl Fn(&Scope, &str) -> bool {
    let is_quick = scope.len().saturating_mul(count) <= FEW_COMPARISONS;
    let names = || scope.iter_raw().map(|(name, ..)| Identifier::from(name));
    let names: Option<HashSet<Identifier>> = (!is_quick).then(|| names().collect());
    move |scope, name| match &names {
        Some(names) => names.contains(name),
        None => scope.contains(name),
    }
}

/// The variables of a scope without those of the engine, and without those that others
/// shadow: `before` are its own, and the engine's are `above` them. What closures captured of
/// the others is `captured`.
pub fn only_own(
    scope: Scope<'static>,
    before: usize,
    above: usize,
    captured: &CapturedVariables,
) -> Scope<'static> {
    let mut gone = Scope::new();
    let scope = match scope.len().saturating_sub(before) <= FEW {
        true => without_few(scope, before, above, &mut gone),
        false => without_many(scope, before, above, &mut gone),
    };
    if !gone.is_empty() {
        captured.keep(gone);
    }
    scope
}

fn without_few(
    mut scope: Scope<'static>,
    before: usize,
    above: usize,
    gone: &mut Scope<'static>,
) -> Scope<'static> {
    let mut declared: Vec<(Identifier, bool, Dynamic)> = Vec::new();
    while scope.len() > before + above {
        let Some(last) = pop(&mut scope) else { break };
        match declared.iter().any(|later| later.0 == last.0) {
            true => gone.extend([last]),
            false => declared.push(last),
        }
    }
    let engines = scope.iter_raw().take(scope.len().saturating_sub(before));
    let shared = engines.filter(|(_, _, value)| value.is_shared());
    gone.extend(shared.map(|(name, _, value)| (name, value.clone())));
    scope.rewind(before);
    let mut is_shadowed = false;
    for (name, ..) in &declared {
        is_shadowed |= !remove(&mut scope, name, gone);
    }
    scope.extend(declared.into_iter().rev());
    match is_shadowed {
        true => without_many(scope, before, 0, gone),
        false => scope,
    }
}

/// Takes the last variable off a scope.
fn pop(scope: &mut Scope<'static>) -> Option<(Identifier, bool, Dynamic)> {
    let (name, is_constant, value) = scope.iter_raw().next()?;
    let name = Identifier::from(name);
    // Rhai itself would copy what is shared.
    let value = match value.is_shared().then(|| value.clone()) {
        Some(shared) => {
            scope.rewind(scope.len() - 1);
            shared
        }
        None => scope.remove::<Dynamic>(&name)?,
    };
    Some((name, is_constant, value))
}

/// Removes the variable of a name, if there is one. Returns false if it cannot: the variable
/// is a constant that a closure has captured.
fn remove(scope: &mut Scope<'static>, name: &str, gone: &mut Scope<'static>) -> bool {
    if let Some(slot) = scope.get_mut(name) {
        let value = mem::take(slot);
        if value.is_shared() {
            gone.push_dynamic(name, value);
        }
    } else if scope.get(name).is_some_and(Dynamic::is_shared) {
        return false;
    }
    let _ = scope.remove::<Dynamic>(name);
    true
}

fn without_many(
    scope: Scope<'static>,
    before: usize,
    above: usize,
    gone: &mut Scope<'static>,
) -> Scope<'static> {
    let mut own: Vec<Entry> = entries(scope).collect();
    let mut declared = own.split_off((before + above).min(own.len()));
    gone.extend(own.drain(before.min(own.len())..));
    own.append(&mut declared);
    let mut seen = HashSet::new();
    let mut last: Vec<Entry> = Vec::with_capacity(own.len());
    for entry in own.into_iter().rev() {
        match seen.insert(entry.0.clone()) {
            true => last.push(entry),
            false => gone.extend([entry]),
        }
    }
    last.into_iter().rev().collect()
}

/// Whether a scope has a function that can only be called from the script that made it.
pub fn has_unbound(scope: &Scope) -> bool {
    let mut values = scope.iter_raw().map(|(_, _, value)| value);
    values.any(|value| walk::may_have_function(value, needs_binding))
}
