//! Engines that Dart has lost. [`isolate`](crate::isolate) says when they are dropped.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Engines that a finalizer has found unreachable, until their isolate drops them.
pub struct Graveyard<E> {
    state: Mutex<State<E>>,
    /// Whether there may be engines, so that looking takes no lock.
    has_engines: AtomicBool,
}

struct State<E> {
    engines: Vec<Unreachable<E>>,
    /// Whether the isolate has ended.
    is_closed: bool,
}

/// An engine that nothing but this refers to.
struct Unreachable<E>(*mut E);

// SAFETY: whoever has it has the engine for itself, and nothing in an engine is bound to a
// thread. It is only dropped where the other engines of its isolate are not used meanwhile.
unsafe impl<E> Send for Unreachable<E> {}

impl<E> Unreachable<E> {
    fn free(self) {
        // SAFETY: it comes from `Box::into_raw`, and nobody else refers to it.
        drop(unsafe { Box::from_raw(self.0) });
    }
}

impl<E> Default for Graveyard<E> {
    fn default() -> Self {
        Graveyard {
            state: Mutex::new(State {
                engines: Vec::new(),
                is_closed: false,
            }),
            has_engines: AtomicBool::new(false),
        }
    }
}

impl<E> Graveyard<E> {
    fn lock(&self) -> MutexGuard<'_, State<E>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes an engine to be dropped. It may be called on any thread.
    ///
    /// # Safety
    ///
    /// `engine` comes from `Box::into_raw`, this is the graveyard of its isolate, and nobody
    /// uses it now or ever again.
    pub unsafe fn bury(&self, engine: *mut E) {
        let mut state = self.lock();
        if state.is_closed {
            Unreachable(engine).free();
        } else {
            state.engines.push(Unreachable(engine));
            self.has_engines.store(true, Ordering::Release);
        }
    }

    /// Drops the engines that were buried so far. Only the isolate may call it, while none of
    /// its engines runs.
    #[inline]
    pub fn clear(&self) {
        if self.has_engines.load(Ordering::Acquire) {
            self.free_all();
        }
    }

    #[cold]
    fn free_all(&self) {
        let mut state = self.lock();
        self.has_engines.store(false, Ordering::Release);
        let engines = std::mem::take(&mut state.engines);
        // Finalizers may go on meanwhile: dropping an engine can take long.
        drop(state);
        for engine in engines {
            engine.free();
        }
    }

    /// Drops the engines that were buried so far, and then `shared`, as the isolate has ended.
    /// From now on engines are dropped when they are buried, one at a time.
    pub fn close<S>(&self, shared: S) {
        let mut state = self.lock();
        state.is_closed = true;
        for engine in std::mem::take(&mut state.engines) {
            engine.free();
        }
        drop(shared);
    }
}
