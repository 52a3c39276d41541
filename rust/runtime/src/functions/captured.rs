//! Variables that closures of a script captured.
//!
//! What the variables at global level hold is dropped when a script ends. If a function of the
//! script has been given away, that is put off until the host and all other scripts have let go
//! of the last one.

use std::cell::{Cell, Ref, RefCell};
use std::rc::Rc;

use fibers::{OnFiber, StackPool};
use rhai::{Dynamic, Scope};

/// The variables at global level that closures of a script captured.
///
/// A closure that captured the variable which holds it, itself or through others,
/// would never be freed. So the variables are emptied when nobody outside of the
/// script can call its functions any more.
#[derive(Debug)]
pub struct CapturedVariables {
    variables: OnFiber<Variables>,
    /// Bytes that calls have left behind since their memory was measured.
    left: Cell<usize>,
}

#[derive(Debug, Default)]
struct Variables(RefCell<Vec<Dynamic>>);

/// Takes those variables of a script's scope that closures captured.
fn shared_in(scope: Scope) -> Vec<Dynamic> {
    let values = scope.into_iter().map(|(_, value, _)| value);
    values.filter(Dynamic::is_shared).collect()
}

/// Empties the variables that closures captured in `scope`, which has ended and whose
/// closures nobody else can call.
pub fn empty_captured(scope: Scope) {
    drop(Variables(RefCell::new(shared_in(scope))));
}

impl Variables {
    fn empty(&self) {
        let variables = self.0.take();
        for mut variable in variables {
            let held = variable
                .write_lock::<Dynamic>()
                .map(|mut held| std::mem::take(&mut *held));
            drop(held);
        }
    }
}

impl Drop for Variables {
    fn drop(&mut self) {
        self.empty();
    }
}

impl CapturedVariables {
    /// Makes a place for what closures of a script captured, to be dropped on `stacks`.
    pub fn new(stacks: &Rc<StackPool>) -> Self {
        CapturedVariables {
            variables: OnFiber::new(Variables::default(), stacks),
            left: Cell::new(0),
        }
    }

    /// Keeps what closures captured in `scope`, which has ended.
    pub fn keep(&self, scope: Scope) {
        let shared = shared_in(scope);
        memory::held(|| self.variables.0.borrow_mut().extend(shared));
    }

    /// Notes that a call left memory behind.
    pub fn add_left(&self, bytes: usize) {
        self.left.set(self.left.get().saturating_add(bytes));
    }

    /// Whether more than `max` bytes are kept, as `measure` finds out from the values of the
    /// variables. They are measured when calls may have added a quarter of that; before, they
    /// are taken to be less.
    pub fn keep_more_than(&self, max: usize, measure: impl FnOnce(&[Dynamic]) -> usize) -> bool {
        match self.left.get() {
            // It was too much: nobody can make it less.
            usize::MAX => return true,
            left if left <= max / 4 => return false,
            _ => {}
        }
        let is_more = memory::held(|| measure(&self.values()) > max);
        self.left.set(if is_more { usize::MAX } else { 0 });
        is_more
    }

    /// The values of the variables.
    pub fn values(&self) -> Ref<'_, Vec<Dynamic>> {
        self.variables.0.borrow()
    }

    /// Empties the variables.
    pub fn empty(&self) {
        self.variables.empty();
    }
}
