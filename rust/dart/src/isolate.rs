//! The native state of an isolate: what its engines share, and how those are freed that Dart
//! has lost.
//!
//! Engines of an isolate share memory whose references are counted without atomic operations.
//! So they may only be dropped one at a time, and not while another one is used. Dart's
//! finalizers run on any thread, at any time, in any order. That leaves these cases:
//!
//! 1. An engine's finalizer runs while the isolate lives. It puts the engine into the isolate's
//!    [`Graveyard`], and touches nothing else. The isolate drops it when it makes or frees an
//!    engine or starts a script: then none of its engines runs.
//! 2. The isolate's finalizer runs, as Dart holds the isolate's state until the isolate has
//!    ended. From then on no code of it runs. The finalizer closes the graveyard and drops what
//!    is in it, then its own share, holding the lock.
//! 3. An engine's finalizer runs after that, or at the same time. It finds the graveyard closed
//!    and drops the engine there, holding the lock. So no two of these drops run at the same
//!    time. The last engine drops what was shared.

use std::sync::Arc;

use runtime::commons::Commons;

use crate::graveyard::Graveyard;
use crate::host::DartEngine;
use crate::mailbox::Mailbox;

/// The native state of an isolate.
pub struct Isolate {
    /// There until it is dropped.
    commons: Option<Commons<Mailbox>>,
    graveyard: Arc<Graveyard<DartEngine>>,
}

impl Default for Isolate {
    fn default() -> Self {
        Isolate {
            commons: Some(Commons::new()),
            graveyard: Arc::default(),
        }
    }
}

impl Isolate {
    /// The parts that its engines share.
    pub fn commons(&self) -> Option<&Commons<Mailbox>> {
        self.commons.as_ref()
    }

    /// The engines that its finalizers have found.
    pub fn graveyard(&self) -> &Arc<Graveyard<DartEngine>> {
        &self.graveyard
    }
}

impl Drop for Isolate {
    fn drop(&mut self) {
        self.graveyard.close(self.commons.take());
    }
}
