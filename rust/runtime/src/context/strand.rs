//! Strands: code of one execution that runs on several fibers in turn.
//!
//! The calls that `parallel` makes are strands of the execution that called it. They share its
//! context, and so all that is counted and limited: operations, memory, output and time. What
//! belongs to a fiber, and to where its code is, changes with the strand that runs.

use std::cell::{Cell, RefCell};

use crate::context::context::ExecutionContext;
use crate::context::suspension::Suspension;
use crate::functions::script_function::Environment;
use crate::language::imports::RunningModules;

/// State of the context that belongs to a strand, while another one has its place.
#[derive(Debug)]
pub struct Strand {
    pub(super) suspension: Suspension,
    pub(super) is_cancelled: Cell<bool>,
    pub(super) environment: RefCell<Environment>,
    pub(super) running_modules: RefCell<RunningModules>,
    pub(super) nesting: Cell<usize>,
}

impl Strand {
    /// A strand that has not started, of code that runs for `outer`, and for what is in place
    /// in `context` if that is `None`.
    pub fn new(context: &ExecutionContext, outer: Option<&Strand>) -> Self {
        let (environment, running_modules, nesting) = match outer {
            Some(outer) => (
                outer.environment.borrow().clone(),
                outer.running_modules.borrow().clone(),
                outer.nesting.get(),
            ),
            None => context.strand_in_place(),
        };
        Strand {
            suspension: Suspension::default(),
            is_cancelled: Cell::new(false),
            environment: RefCell::new(environment),
            running_modules: RefCell::new(running_modules),
            nesting: Cell::new(nesting + 1),
        }
    }
}

/// Has a strand in its context, until this is dropped.
pub struct OnStrand<'a> {
    context: &'a ExecutionContext,
    strand: &'a Strand,
}

impl<'a> OnStrand<'a> {
    /// Puts `strand` into its context, to be resumed.
    pub fn new(context: &'a ExecutionContext, strand: &'a Strand) -> Self {
        context.exchange_strand(strand);
        OnStrand { context, strand }
    }
}

impl Drop for OnStrand<'_> {
    fn drop(&mut self) {
        self.context.exchange_strand(self.strand);
    }
}
