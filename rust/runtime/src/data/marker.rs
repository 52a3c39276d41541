//! Function pointers whose first curried argument is a private marker.
//!
//! It says what they call. Scripts cannot get at it there, so that it tells such a pointer
//! from others.

use std::any::Any;
use std::mem;
use std::rc::Rc;

use rhai::{Dynamic, EvalAltResult, FnPtr, NativeCallContext};

type RhaiResult = Result<Dynamic, Box<EvalAltResult>>;

/// The function that pointers with the marker `M` call, with the `owner` of their prototype.
///
/// `this` is the object that the pointer was called on as a method, if any.
pub type Call<O, M> = fn(
    owner: &O,
    context: &NativeCallContext,
    marker: M,
    this: Option<&mut Dynamic>,
    args: &mut [&mut Dynamic],
) -> RhaiResult;

/// The pointer that others are made from by adding a marker to it. It is called
/// `name` in messages.
pub fn prototype<O: 'static, M: Any + Clone>(name: &str, owner: Rc<O>, call: Call<O, M>) -> FnPtr {
    // Rhai marks it so because it may change; the version is fixed.
    #[allow(deprecated)]
    FnPtr::from_fn(name, move |context, args| {
        let at = args.iter().position(|argument| is_marker::<M>(argument));
        let Some(at) = at else {
            return Err("the function is gone".into());
        };
        // Before the marker comes the object that it was called on as a method.
        let (before, args) = args.split_at_mut(at + 1);
        let (this, marker) = before.split_at_mut(at);
        let this = this.last_mut().map(|this| &mut **this);
        call(&owner, &context, mem::take(marker[0]).cast(), this, args)
    })
    .expect("a valid name")
}

/// Whether a value is a marker. (Looking into a shared value, which a marker never
/// is, could fail.)
pub fn is_marker<M: Any + Clone>(value: &Dynamic) -> bool {
    !value.is_shared() && value.is::<M>()
}

/// The marker of a pointer, if it has one of this type.
pub fn marker_of<M: Any + Clone>(pointer: &FnPtr) -> Option<M> {
    let first = pointer.curry().first()?;
    match is_marker::<M>(first) {
        true => Some(first.read_lock::<M>()?.clone()),
        false => None,
    }
}
