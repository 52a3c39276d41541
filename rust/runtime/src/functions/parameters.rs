//! The parameters of functions of the host, and the types of Rhai that they accept.
//!
//! By the types of its parameters a function is registered with Rhai, once for each number of
//! arguments and combination of types. So other functions of its name, Rhai's among them, are
//! found for other types, and a wrong number or type is Rhai's own "function not found", with a
//! position, before any code of the host runs. What types of Rhai do not tell, as those of
//! elements, the host looks at when it is called. It does so too for what would take more than
//! 256 combinations: from that parameter on everything is accepted by Rhai, except what its own
//! functions of the name accept.
//!
//! Rhai prefers functions with the exact types of the arguments to generic ones. What a function
//! accepts in common with a built-in signature of its name is therefore registered too. Overloads
//! are registered in the order in which they fit: one that takes everything first, then those
//! that convert, then those that accept arguments as they are, each in place of the ones before
//! it. Two for which that is no order are refused. `print` and `debug` are registered for
//! everything, as Rhai calls them for any value and prints the result; one that takes a string
//! gets any other value as its text.

use std::any::TypeId;
use std::ops::{Range, RangeInclusive};

use rhai::{Array, Blob, Dynamic, FnPtr, ImmutableString, Map, FLOAT, INT};

use crate::objects::host_object::{HostObject, AN_OBJECT};

/// The values that a parameter accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parameter {
    /// Kinds that it takes as they are: bit *n* for entry *n* of [`kinds`].
    exact: u16,
    /// Kinds that the host converts for it.
    converted: u16,
    /// Whether Rhai is to call the function with values of any other kind too.
    is_open: bool,
}

/// How well arguments fit a signature: the sum of this for each, the less the better.
pub type Rank = u32;

const EXACT: Rank = 0;
const CONVERTED: Rank = 1;
const ANY: Rank = 2;

/// The kinds of values, with their names and types. The numbers are the protocol with
/// the host.
fn kinds() -> [(&'static str, Vec<TypeId>); 12] {
    [
        ("()", vec![TypeId::of::<()>()]),
        ("bool", vec![TypeId::of::<bool>()]),
        ("i64", vec![TypeId::of::<INT>()]),
        ("f64", vec![TypeId::of::<FLOAT>()]),
        ("string", vec![TypeId::of::<ImmutableString>()]),
        ("char", vec![TypeId::of::<char>()]),
        ("array", vec![TypeId::of::<Array>()]),
        ("map", vec![TypeId::of::<Map>()]),
        ("blob", vec![TypeId::of::<Blob>()]),
        (
            "range",
            vec![
                TypeId::of::<Range<INT>>(),
                TypeId::of::<RangeInclusive<INT>>(),
            ],
        ),
        ("Fn", vec![TypeId::of::<FnPtr>()]),
        (AN_OBJECT, vec![TypeId::of::<HostObject>()]),
    ]
}

/// The types of the values that Rhai, in its messages, calls so.
pub fn types_of(name: &str) -> Vec<TypeId> {
    let same = kinds().into_iter().filter(|(kind, _)| *kind == name);
    same.flat_map(|(_, types)| types).collect()
}

impl Parameter {
    /// Bits of all kinds.
    pub const ALL_KINDS: u16 = (1 << 12) - 1;

    /// Bit of a parameter that other kinds are passed to, too.
    pub const OPEN: u32 = 1 << 15;

    /// Bits below those of the kinds that are converted.
    pub const CONVERTED_SHIFT: u32 = 16;

    /// Accepts everything, of whatever type.
    pub const ANY: Parameter = Parameter {
        exact: Self::ALL_KINDS,
        converted: 0,
        is_open: true,
    };

    /// The parameter that the host describes: the kinds that it takes as they are, whether it
    /// is [open](Self::OPEN) to others, and above them the kinds that are converted.
    pub fn from_bits(bits: u32) -> Self {
        let exact = bits as u16 & Self::ANY.exact;
        Parameter {
            exact,
            converted: (bits >> Self::CONVERTED_SHIFT) as u16,
            is_open: bits & Self::OPEN != 0 || exact == Self::ANY.exact,
        }
    }

    /// Whether it accepts values of a type.
    pub fn accepts(self, ty: TypeId) -> bool {
        self.is_any() || self.own_types().iter().any(|(id, _)| *id == ty)
    }

    fn is_any(self) -> bool {
        self.exact == Self::ANY.exact
    }

    /// The types that it is registered with.
    fn types(self) -> Vec<(TypeId, Rank)> {
        match self.is_open {
            true => vec![(TypeId::of::<Dynamic>(), ANY)],
            false => self.own_types(),
        }
    }

    /// The types of the kinds that it accepts.
    fn own_types(self) -> Vec<(TypeId, Rank)> {
        let mut types = Vec::new();
        for (index, (_, of_kind)) in kinds().into_iter().enumerate() {
            let rank = match 1 << index {
                kind if self.exact & kind != 0 => EXACT,
                kind if self.converted & kind != 0 => CONVERTED,
                _ => continue,
            };
            types.extend(of_kind.into_iter().map(|id| (id, rank)));
        }
        types
    }

    /// The types that it has in common with a parameter of another function.
    fn common_types(self, other: TypeId) -> Vec<(TypeId, Rank)> {
        if self.is_any() {
            return vec![(other, ANY)];
        }
        if other == TypeId::of::<Dynamic>() {
            return self.types();
        }
        let mut types = self.own_types();
        types.retain(|(id, _)| *id == other);
        types
    }

    /// Its types in a message, as Rhai names them. A character is not mentioned where
    /// strings are.
    fn describe(self) -> String {
        if self.is_any() {
            return "any".into();
        }
        let mut all = self.exact | self.converted;
        let kinds = kinds();
        let bit = |name| 1 << kinds.iter().position(|kind| kind.0 == name).unwrap_or(15);
        if all & bit("string") != 0 {
            all &= !bit("char");
        }
        let names = kinds.iter().enumerate();
        let names = names.filter(|(index, _)| all & (1 << index) != 0);
        let names: Vec<&str> = names.map(|(_, (name, _))| *name).collect();
        names.join(" | ")
    }
}

/// The signature of a function for a number of arguments, for a message.
pub fn describe(name: &str, parameters: &[Parameter]) -> String {
    let parameters: Vec<String> = parameters.iter().map(|p| p.describe()).collect();
    format!("{name} ({})", parameters.join(", "))
}

/// The types that a function with `parameters` is registered with.
pub fn signatures(parameters: &[Parameter]) -> Vec<(Vec<TypeId>, Rank)> {
    combine(parameters.iter().map(|parameter| parameter.types()))
}

/// The types of arguments that functions with `parameters` and with the signature `other`
/// both accept.
pub fn common_signatures(parameters: &[Parameter], other: &[TypeId]) -> Vec<(Vec<TypeId>, Rank)> {
    let pairs = parameters.iter().zip(other);
    combine(pairs.map(|(parameter, other)| parameter.common_types(*other)))
}

fn combine(places: impl Iterator<Item = Vec<(TypeId, Rank)>>) -> Vec<(Vec<TypeId>, Rank)> {
    places.fold(vec![(Vec::new(), 0)], |signatures, types| {
        let mut longer = Vec::with_capacity(signatures.len() * types.len());
        for (signature, rank) in &signatures {
            for (id, more) in &types {
                let mut signature: Vec<TypeId> = signature.clone();
                signature.push(*id);
                longer.push((signature, rank + more));
            }
        }
        longer
    })
}
