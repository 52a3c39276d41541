//! Pointers to functions that run in the script they come from, wherever they are called.

use std::cell::RefCell;
use std::rc::Rc;

use rhai::FnPtr;

use crate::data::marker::marker_of;
use crate::functions::captured::CapturedVariables;
use crate::functions::script_function::ScriptFunction;

/// The marker of pointers that call a [`ScriptFunction`].
///
/// Functions can hold each other in a chain of any length: no limit of a script
/// bounds it, because each link may be made by another one. So what a function
/// holds is not dropped while it is, but after it.
#[derive(Debug, Clone)]
pub struct BoundFunction {
    /// Taken only when it is dropped.
    function: Option<Rc<ScriptFunction>>,
    /// Not in the script that it comes from: that would be a cycle.
    captured: Option<Rc<CapturedVariables>>,
}

impl BoundFunction {
    /// Makes the marker for a script that has captured `to`.
    pub fn new(function: Rc<ScriptFunction>, to: Option<&Rc<CapturedVariables>>) -> Self {
        let is_same = |captured: &Rc<_>| to.is_some_and(|to| Rc::ptr_eq(to, captured));
        let captured = function.captured.upgrade();
        BoundFunction {
            function: Some(function),
            captured: captured.filter(|captured| !is_same(captured)),
        }
    }

    /// The function, unless it is being dropped.
    pub fn function(&self) -> Option<Rc<ScriptFunction>> {
        self.function.clone()
    }
}

/// The parts of a bound function, on their way to be dropped.
type DroppedParts = (Option<Rc<ScriptFunction>>, Option<Rc<CapturedVariables>>);

thread_local! {
    /// Parts to be dropped, while some are. (No fiber is suspended there.)
    static DROPPING: RefCell<Option<Vec<DroppedParts>>> = const { RefCell::new(None) };
}

impl Drop for BoundFunction {
    fn drop(&mut self) {
        let parts = (self.function.take(), self.captured.take());
        drop_in_turn(parts);
    }
}

/// Drops the parts of a bound function. If that drops others, one after the other.
fn drop_in_turn(parts: DroppedParts) {
    let is_first = DROPPING.with_borrow_mut(|dropping| {
        let is_first = dropping.is_none();
        // The list is the thread's.
        memory::uncounted(|| dropping.get_or_insert_default().push(parts));
        is_first
    });
    if is_first {
        while let Some(next) = DROPPING.with_borrow_mut(|dropping| dropping.as_mut()?.pop()) {
            drop(next);
        }
        memory::uncounted(|| DROPPING.set(None));
    }
}

/// The function of a pointer, if it is bound.
pub fn function_of(pointer: &FnPtr) -> Option<Rc<ScriptFunction>> {
    marker_of::<BoundFunction>(pointer)?.function.clone()
}

/// The name of the function that a pointer calls, empty for a closure.
pub fn name_of(pointer: &FnPtr) -> String {
    match function_of(pointer) {
        Some(function) => function.name().into(),
        None if pointer.is_anonymous() => String::new(),
        None => pointer.fn_name().into(),
    }
}
