//! Objects and functions of the host that scripts hold.
//!
//! The host keeps them in a table under an id. Here is what stands for one in a script.
//! When the script drops the last copy, the id goes to [`ReleasedIds`], and the host
//! forgets the object.
//!
//! An object that crosses gets an id each time. The ids of a value's objects are consecutive and
//! come with it, so that those which nobody decodes (the script was cancelled, the value is too
//! large) are let go too. `==`, `to_string` and `type_of` of objects are calls of functions of
//! the host like any other. Rhai answers `type_of` itself, with one name for each Rust type; so
//! the parser makes it a call of a function whose name no script can write.
//!
//! A function of the host is a function pointer that carries its object as first curried
//! argument, where no script can get at it: so it is known again on the way back.

use std::rc::Rc;
use std::sync::Arc;

use rhai::{Dynamic, FnPtr};

use crate::data::marker::{is_marker, marker_of};
use crate::objects::released_ids::ReleasedIds;

/// One entry of the host's table.
#[derive(Debug)]
pub struct HostReference {
    id: u64,
    released: Arc<ReleasedIds>,
}

impl HostReference {
    /// A reference to the entry with this id.
    pub fn new(id: u64, released: &Arc<ReleasedIds>) -> Self {
        let released = released.clone();
        HostReference { id, released }
    }

    /// The entry's id.
    #[inline]
    pub fn id(&self) -> u64 {
        self.id
    }
}

impl Drop for HostReference {
    fn drop(&mut self) {
        self.released.add(std::iter::once(self.id));
    }
}

/// An object of the host as a value of a script, which can pass it on, compare it and
/// convert it to a string.
#[derive(Debug, Clone)]
pub struct HostObject(Rc<HostReference>);

impl HostObject {
    /// The value for an entry of the host's table.
    pub fn new(reference: HostReference) -> Self {
        HostObject(Rc::new(reference))
    }

    /// The value for an entry that others refer to, too.
    pub fn of(reference: &Rc<HostReference>) -> Self {
        HostObject(reference.clone())
    }

    /// The object's id in the host.
    pub fn id(&self) -> u64 {
        self.0.id
    }

    /// The same object as a function pointer that calls it. Bit *n* of `arities`
    /// says that it takes *n* arguments. The pointer is made from `prototype`.
    pub fn into_closure(self, arities: u32, prototype: &FnPtr) -> Dynamic {
        let mut pointer = prototype.clone();
        let object = self;
        pointer.add_curry(Dynamic::from(HostClosure { object, arities }));
        pointer.into()
    }
}

/// The marker of pointers that call a function of the host.
#[derive(Debug, Clone)]
pub struct HostClosure {
    /// The function, as an object.
    pub object: HostObject,
    /// Bit *n* says that it takes *n* arguments.
    pub arities: u32,
}

/// The id of the host's function that a function pointer stands for, if it does and carries
/// no further arguments.
pub fn closure_id(pointer: &FnPtr) -> Option<u64> {
    let closure = marker_of::<HostClosure>(pointer)?;
    (pointer.curry().len() == 1).then(|| closure.object.id())
}

/// Whether a function pointer calls a function of the host, whatever script it is in.
pub fn is_closure(pointer: &FnPtr) -> bool {
    pointer
        .curry()
        .first()
        .is_some_and(is_marker::<HostClosure>)
}

/// Numbers of arguments that the host's function takes which a function pointer calls, if it
/// calls one: bit *n* for *n*.
pub fn closure_arities(pointer: &FnPtr) -> Option<u32> {
    marker_of::<HostClosure>(pointer).map(|closure| closure.arities)
}

/// The name, in messages, of pointers to functions of the host.
pub const CLOSURE_NAME: &str = "dart_function";

/// The name of the type of the host's objects, where the host is not asked.
pub const OBJECT_TYPE: &str = "DartObject";

/// An object of the host in messages that do not tell its type.
pub const AN_OBJECT: &str = "a Dart object";

/// The functions by which Rhai makes texts of values.
pub const TEXT_FUNCTIONS: [&str; 4] = ["to_string", "to_debug", "print", "debug"];
