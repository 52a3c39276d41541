//! Rhai engines that engines with the same functions share.

use std::cell::RefCell;
use std::io;
use std::rc::Rc;

use fibers::OnFiber;
use rhai::Engine;

use crate::functions::script_function::SharedEngine;

/// The Rhai engine of some engines with the same functions, built when one of them next needs
/// it. There are two: some engines have [variables looked at](crate::limits::sizes::are_watched).
#[derive(Default)]
pub struct Snapshot {
    plain: RefCell<Option<SharedEngine>>,
    watching: RefCell<Option<SharedEngine>>,
}

impl Snapshot {
    /// The Rhai engine, which looks at variables if it is `watching`. `build` makes it if there
    /// is none.
    ///
    /// # Errors
    ///
    /// Those of `build`.
    #[inline]
    pub fn get(
        &self,
        watching: bool,
        build: impl FnOnce() -> io::Result<OnFiber<Engine>>,
    ) -> io::Result<SharedEngine> {
        let place = match watching {
            true => &self.watching,
            false => &self.plain,
        };
        let kept = place.borrow().clone();
        match kept {
            Some(engine) => Ok(engine),
            None => {
                let engine = Rc::new(build()?);
                place.replace(Some(engine.clone()));
                Ok(engine)
            }
        }
    }

    /// Whether there is one.
    pub fn is_built(&self) -> bool {
        self.plain.borrow().is_some() || self.watching.borrow().is_some()
    }

    /// Has others built for scripts that start from now on. Scripts that run keep theirs.
    pub fn discard(&self) {
        drop((self.plain.take(), self.watching.take()));
    }
}
