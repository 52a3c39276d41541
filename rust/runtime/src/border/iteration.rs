//! `for … in` objects of the host.
//!
//! The host makes an iterator, which is an object of it, and gives its values one by one. So an
//! iterator may go on without end, and each value may be one that the script waits for.

use std::any::TypeId;
use std::rc::Rc;

use rhai::{Dynamic, EvalAltResult, Module};

use crate::border::host_call::call_running;
use crate::border::hosted::RunningHost;
use crate::functions::host_functions::{ITERATE_FUNCTION, NEXT_FUNCTION};
use crate::host::Host;
use crate::objects::host_object::HostObject;

/// Makes objects of the host values that scripts can go through.
pub fn register<H: Host>(module: &mut Module, running: &Rc<RunningHost<H>>) {
    let running = running.clone();
    module.set_iter_result(TypeId::of::<HostObject>(), move |object| {
        Box::new(Iteration {
            running: running.clone(),
            state: State::New(object),
        })
    });
}

/// A loop over an object.
struct Iteration<H: Host> {
    running: Rc<RunningHost<H>>,
    state: State,
}

/// The object whose values are asked for next.
enum State {
    /// An object without an iterator so far.
    New(Dynamic),
    /// The host's iterator.
    Running(Dynamic),
    /// None, after the last value or an error.
    Ended,
}

impl<H: Host> Iteration<H> {
    fn advance(&mut self) -> Result<Option<Dynamic>, Box<EvalAltResult>> {
        let mut iterator = match std::mem::replace(&mut self.state, State::Ended) {
            State::New(mut object) => {
                call_running(&self.running, ITERATE_FUNCTION, &[&mut object], None)?
            }
            State::Running(iterator) => iterator,
            State::Ended => return Ok(None),
        };
        let next = call_running(&self.running, NEXT_FUNCTION, &[&mut iterator], None)?;
        let Some(mut next) = next.try_cast::<rhai::Array>() else {
            return Ok(None);
        };
        self.state = State::Running(iterator);
        Ok(next.pop())
    }
}

impl<H: Host> Iterator for Iteration<H> {
    type Item = Result<Dynamic, Box<EvalAltResult>>;

    fn next(&mut self) -> Option<Self::Item> {
        self.advance().transpose()
    }
}
