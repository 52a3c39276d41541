//! Calls that `parallel` makes, and what they return.

use std::cell::{Cell, RefCell};
use std::mem;

use rhai::{Array, Dynamic, FnPtr, GlobalRuntimeState, NativeCallContext, Position};

use super::callback::Callback;
use super::ways::OF_ELEMENTS;
use crate::functions::script_function::SharedEngine;
use crate::language::names::PARALLEL;
use crate::library::native_function::{Context, Failure, Outcome};

/// The calls of one `parallel`, each of which runs on a fiber of its own.
///
/// Everything they need is here, and nothing on the stack of the caller, which is suspended
/// meanwhile.
#[derive(Debug)]
pub struct Calls {
    engine: SharedEngine,
    global: GlobalRuntimeState,
    position: Position,
    /// The function that is called for each element; `None` if the elements are functions.
    by: Option<FnPtr>,
    /// Elements whose call has not begun, and results of those that have ended.
    slots: RefCell<Array>,
    /// The number of calls that have begun.
    begun: Cell<usize>,
    /// The first error.
    error: RefCell<Option<Failure>>,
}

impl Calls {
    /// Calls in `engine`, of `by` for each of `elements`, or of the elements if that is `None`.
    ///
    /// # Errors
    ///
    /// An element that is to be called is no function.
    pub fn new(
        engine: SharedEngine,
        caller: &Context,
        elements: Array,
        by: Option<FnPtr>,
    ) -> Outcome<Self> {
        if by.is_none() {
            if let Some(other) = elements.iter().position(|element| !element.is_fnptr()) {
                let name = caller.engine().map_type_name(elements[other].type_name());
                return Err(format!(
                    "{PARALLEL}: element {other} is not a function but {name}; \
                     give it functions, or values and a function to call for each"
                )
                .into());
            }
        }
        Ok(Calls {
            engine,
            global: caller.global_runtime_state().clone(),
            position: caller.call_position(),
            by,
            slots: RefCell::new(elements),
            begun: Cell::new(0),
            error: RefCell::new(None),
        })
    }

    /// Begins a call: its index, if there is one that has not begun.
    pub fn begin(&self) -> Option<usize> {
        let index = self.begun.get();
        self.begun.set(index + 1);
        (index < self.count()).then_some(index)
    }

    /// The number of calls.
    pub fn count(&self) -> usize {
        self.slots.borrow().len()
    }

    /// The engine that they run in.
    pub fn engine(&self) -> &SharedEngine {
        &self.engine
    }

    /// The functions, constants and imports that they have.
    pub fn global(&self) -> &GlobalRuntimeState {
        &self.global
    }

    /// Makes a call, on a fiber of its own, and keeps what it returns. Returns whether it did
    /// not fail.
    pub fn make(&self, index: usize) -> bool {
        match self.call(index) {
            // Nothing is allocated or dropped while these are borrowed.
            Ok(value) => {
                let _taken = mem::replace(&mut self.slots.borrow_mut()[index], value);
                true
            }
            Err(error) => {
                self.fail(error);
                false
            }
        }
    }

    /// Keeps the error of a call, if it is the first.
    pub fn fail(&self, error: Failure) {
        let later = self.error.replace(Some(error));
        if later.is_some() {
            drop(self.error.replace(later));
        }
    }

    fn call(&self, index: usize) -> Outcome<Dynamic> {
        let mut element = mem::take(&mut self.slots.borrow_mut()[index]);
        let (engine, global) = (&self.engine, &self.global);
        let source = global.source();
        let context =
            NativeCallContext::new_with_all_fields(engine, PARALLEL, source, global, self.position);
        match &self.by {
            Some(by) => {
                let callback = Callback::new(context, PARALLEL, by.clone(), &OF_ELEMENTS);
                callback.call(&mut element, index)
            }
            None => {
                let function = element.flatten().cast::<FnPtr>();
                Callback::new(context, PARALLEL, function, &OF_ELEMENTS).call_alone()
            }
        }
    }

    /// The values that they have returned, in their order.
    ///
    /// # Errors
    ///
    /// One of them failed.
    pub fn end(&self) -> Outcome<Array> {
        match self.error.take() {
            Some(error) => Err(error),
            None => Ok(self.slots.take()),
        }
    }
}
