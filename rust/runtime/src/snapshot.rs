//! Rhai engines that engines with the same functions share.

use std::cell::RefCell;
use std::io;
use std::rc::Rc;

use fibers::OnFiber;
use rhai::Engine;

use crate::functions::script_function::SharedEngine;

/// The Rhai engine of some engines with the same functions, built when one of them next needs
/// it.
#[derive(Default)]
pub struct Snapshot(RefCell<Option<SharedEngine>>);

impl Snapshot {
    /// The Rhai engine, which `build` makes if there is none.
    ///
    /// # Errors
    ///
    /// Those of `build`.
    #[inline]
    pub fn get(
        &self,
        build: impl FnOnce() -> io::Result<OnFiber<Engine>>,
    ) -> io::Result<SharedEngine> {
        let kept = self.0.borrow().clone();
        match kept {
            Some(engine) => Ok(engine),
            None => self.keep(build()?),
        }
    }

    #[cold]
    fn keep(&self, engine: OnFiber<Engine>) -> io::Result<SharedEngine> {
        let engine = Rc::new(engine);
        self.0.replace(Some(engine.clone()));
        Ok(engine)
    }

    /// Has another one built for scripts that start from now on. Scripts that run keep theirs.
    pub fn discard(&self) {
        drop(self.0.take());
    }
}
