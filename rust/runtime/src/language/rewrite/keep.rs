//! Properties of the host's objects of which a script only reads a part.
//!
//! Rhai takes every method for one that may change what it is called on: after `p.name.len()` it
//! sets `p.name` to what it was. For an object of the host that runs code of the host, or fails
//! where a property can only be read. So such a chain gets a setter that does nothing, unless one
//! of its methods changes data.

use rhai::{Expr, FuncRegistration, Module};

use super::script::Script;
use crate::language::names::{GETTER, INDEX_GETTER, KEEP};
use crate::language::tree::chain::{Chain, Link};
use crate::objects::host_object::HostObject;

/// Functions of Rhai that change what they are called on.
const CHANGING: [&str; 37] = [
    "append",
    "chop",
    "clear",
    "crop",
    "dedup",
    "drain",
    "fill_with",
    "for_each",
    "insert",
    "make_lower",
    "make_upper",
    "mixin",
    "pad",
    "pop",
    "push",
    "remove",
    "replace",
    "retain",
    "reverse",
    "set",
    "set_bit",
    "set_bits",
    "set_tag",
    "shift",
    "sort",
    "sort_by",
    "sort_desc",
    "splice",
    "split",
    "swap",
    "trim",
    "truncate",
    "write",
    "write_ascii",
    "write_be",
    "write_le",
    "write_utf8",
];

/// Registers the setter that changes nothing with `module`.
pub fn register(module: &mut Module) {
    FuncRegistration::new(KEEP)
        .in_global_namespace()
        .with_purity(true)
        .set_into_module(module, |_: HostObject, _: rhai::Dynamic| {});
}

impl Script<'_> {
    /// Whether the host has a property of this name.
    pub fn is_property(&self, name: &str) -> bool {
        self.has_properties && self.host_functions.contains(&format!("{GETTER}{name}"))
    }

    /// The first link of a chain that may be of an object of the host: a property of that name,
    /// or an element of the variable itself.
    pub fn first_member(&self, chain: &Chain) -> Option<usize> {
        let has_index = self.host_functions.contains(INDEX_GETTER);
        let is_member = |(at, link): (usize, &Link)| match link.property() {
            Some(name) => self.is_property(name),
            None => at == 0 && has_index && link.is_index(),
        };
        chain.links.iter().enumerate().position(is_member)
    }

    /// Keeps the properties of a chain that is only read.
    pub fn keep_properties(&mut self, chain: &mut Chain) {
        let Some(keep) = &self.keep else { return };
        let hash = keep.hashes.native();
        let Some(last) = chain.links.iter().rposition(|link| link.call().is_some()) else {
            return;
        };
        let mut calls = chain.links.iter().filter_map(|link| link.call());
        if calls.any(|call| CHANGING.contains(&call.name.as_str())) {
            return;
        }
        for at in 0..last {
            let Expr::Property(parts, _) = &chain.links[at].expr else {
                continue;
            };
            if !self.is_property(&parts.2) {
                continue;
            }
            if let Expr::Property(parts, _) = &mut chain.links[at].expr {
                parts.1 .1 = hash;
                self.is_changed = true;
            }
        }
    }
}
