//! A function of the script that a native function calls.

use std::any::TypeId;
use std::cell::Cell;

use rhai::{Dynamic, EvalAltResult, FnArgsVec, FnPtr, Position, INT};

use super::ways::{Given, Way, Ways};
use crate::errors::rhai_error::{into_innermost, is_limit};
use crate::functions::bound;
use crate::library::native_function::{Context, Failure, Outcome};
use crate::limits::sizes;

/// A function, called by a native function of this name in this context.
pub struct Callback<'a> {
    by: FnPtr,
    name: &'a str,
    ways: &'static Ways,
    /// The way that was chosen, and the types that it holds for; `None` if it holds for
    /// all.
    chosen: Cell<Option<(Way, Option<[TypeId; 2]>)>>,
    /// The call of the native function.
    pub context: Context<'a>,
}

impl<'a> Callback<'a> {
    /// A callback that is called in one of these ways.
    pub fn new(context: Context<'a>, name: &'a str, by: FnPtr, ways: &'static Ways) -> Self {
        Callback {
            by,
            name,
            ways,
            chosen: Cell::new(None),
            context,
        }
    }

    /// Calls it for an element and its index.
    pub fn call(&self, element: &mut Dynamic, index: usize) -> Outcome<Dynamic> {
        self.call_with(None, element, Some(index))
    }

    /// The same, for a question.
    pub fn says_yes(&self, element: &mut Dynamic, index: usize) -> Outcome<bool> {
        self.call(element, index).map(|answer| is_yes(&answer))
    }

    /// Calls it for an entry of an object map, with a question.
    pub fn says_yes_of_entry(&self, key: &str, value: &mut Dynamic) -> Outcome<bool> {
        let answer = self.call_with(Some(key.into()), value, None)?;
        Ok(is_yes(&answer))
    }

    /// Calls it without arguments.
    pub fn call_alone(&self) -> Outcome<Dynamic> {
        let result = self.by.call_raw(&self.context, None, []);
        result.map_err(|error| self.failure(error))
    }

    /// Calls it for an element, after what is before that one in its arguments, and with
    /// its index.
    pub fn call_with(
        &self,
        first: Option<Dynamic>,
        element: &mut Dynamic,
        index: Option<usize>,
    ) -> Outcome<Dynamic> {
        let way = self.way(Given {
            first: first.as_ref(),
            element,
        });
        let index = index.map(|index| Dynamic::from(to_int(index)));
        let result = match way {
            Way::Arguments(len) => {
                let all = [first, Some(element.clone()), index].into_iter().flatten();
                let args: FnArgsVec<_> = all.take(len).collect();
                self.by.call_raw(&self.context, None, args)
            }
            Way::Method(len) => {
                let others = [first, index].into_iter().flatten();
                let args: FnArgsVec<_> = others.take(len).collect();
                match bound::function_of(&self.by) {
                    None => self.by.call_raw(&self.context, Some(element), args),
                    Some(_) => self.call_bound_method(element, args),
                }
            }
        };
        let answer = result.map_err(|error| self.failure(error))?;
        // A function of the host is called without an operation that would find out.
        sizes::ask(1)?;
        Ok(answer)
    }

    /// Calls a function of another script with `this`. Rhai gives it to a native function
    /// that carries arguments as one more of these; so here it carries none.
    fn call_bound_method(&self, this: &mut Dynamic, args: FnArgsVec<Dynamic>) -> Outcome<Dynamic> {
        let mut function = self.by.clone();
        function.set_curry([]);
        let args: FnArgsVec<_> = self.by.curry().iter().cloned().chain(args).collect();
        function.call_raw(&self.context, Some(this), args)
    }

    fn way(&self, given: Given) -> Way {
        match self.chosen.get() {
            Some((way, None)) => return way,
            Some((way, Some(types))) if types == given.types() => return way,
            _ => {}
        }
        let choice = self.ways.choose(&self.by, &self.context, given);
        let types = choice.depends_on_types.then(|| given.types());
        self.chosen.set(Some((choice.way, types)));
        choice.way
    }

    /// Turns an error of the callback into one of the call, as Rhai does.
    /// `try` catches these; so a broken limit is none.
    fn failure(&self, error: Failure) -> Failure {
        if is_limit(error.unwrap_inner()) {
            return into_innermost(error);
        }
        let source = self.context.call_source().unwrap_or_default();
        let (name, source) = (self.name.to_string(), source.to_string());
        EvalAltResult::ErrorInFunctionCall(name, source, error, Position::NONE).into()
    }
}

/// An index as scripts see it.
pub fn to_int(index: usize) -> INT {
    INT::try_from(index).unwrap_or(INT::MAX)
}

/// Whether a callback said yes. What is no boolean is a no.
pub fn is_yes(answer: &Dynamic) -> bool {
    answer.as_bool().unwrap_or(false)
}

/// Bytes that the answers to a question take, one for each element.
pub fn answers_size(len: usize) -> usize {
    len.saturating_add(64)
}
