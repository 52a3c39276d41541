//! Calls of `parallel` as executions: children of the script that makes them.

use std::cell::Cell;

use fibers::Fiber;
use slotmap::DefaultKey;

use crate::context::context::ExecutionContext;
use crate::context::strand::{OnStrand, Strand};

/// Bytes that a child takes in any case: what both sides keep of it, and its fiber.
const SIZE: usize = 4096;

/// The part of an execution that makes it a child: it has a strand in the context of another
/// one.
///
/// Its memory counts for the script, what its suspended stack takes included: so no script can
/// have more of them at once than its memory allows.
pub struct Child {
    /// The execution that it is a child of.
    pub parent: DefaultKey,
    strand: Strand,
    /// Bytes that are counted for it.
    held: Cell<usize>,
    /// Whether it is within a call of the host.
    is_calling: Cell<bool>,
}

impl Child {
    /// Makes the part for a child in `context` of the child `outer`, or else of the script
    /// itself, which is `parent`.
    pub fn new(context: &ExecutionContext, outer: Option<&Child>, parent: DefaultKey) -> Self {
        Child {
            parent,
            strand: Strand::new(context, outer.map(|outer| &outer.strand)),
            held: Cell::new(0),
            is_calling: Cell::new(false),
        }
    }

    /// Called when it calls a function of the host. Other children may be resumed, and end,
    /// before that returns.
    pub fn begin_call(&self, context: &ExecutionContext) {
        self.is_calling.set(true);
        context.time().begin_call_of_strand();
    }

    /// Called when it goes on, waits or ends: its call is over, if it was in one.
    pub fn end_call(&self, context: &ExecutionContext) {
        if self.is_calling.replace(false) {
            context.time().end_call_of_strand();
        }
    }

    /// Puts its strand in place, until the result is dropped.
    pub fn enter<'a>(&'a self, context: &'a ExecutionContext) -> OnStrand<'a> {
        self.hold(context, SIZE);
        OnStrand::new(context, &self.strand)
    }

    /// Called when its fiber has suspended itself, or ended.
    pub fn leave<Reply, Request, Outcome>(
        &self,
        context: &ExecutionContext,
        fiber: &Fiber<Reply, Request, Outcome>,
    ) {
        match fiber.has_ended() {
            true => {
                self.hold(context, 0);
                context.time().stop();
            }
            false => self.hold(context, SIZE + fiber.used_stack()),
        }
    }

    fn hold(&self, context: &ExecutionContext, bytes: usize) {
        context.budget().release(self.held.replace(bytes));
        context.budget().hold(bytes);
    }
}
