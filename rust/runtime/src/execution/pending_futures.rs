//! The Futures that scripts wait for.
//!
//! When a function of the host returns a `Future`, its execution registers here and awaits
//! a Tokio `oneshot` channel. [`PendingFutures::complete`] sends the result and is done; the
//! execution sees it when the host resumes it. The receiver is polled exactly then, so that
//! nothing ever parks the thread and nothing polls at intervals.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, OnceLock};
use std::task::{Context, Poll, Waker};

use slotmap::{DefaultKey, Key, KeyData, SlotMap};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;

/// The result of a Future.
#[derive(Debug)]
pub struct Completion<C> {
    /// Whether the Future failed; the content then describes the error.
    pub failed: bool,
    /// The value, as the host has it.
    pub content: C,
}

/// The ends of channels by which Futures complete. A key is never valid twice, and finding
/// one takes no hashing, which a million of them would feel.
type Senders<C> = SlotMap<DefaultKey, oneshot::Sender<Completion<C>>>;

/// Every Future that some script of the process waits for, by its id.
#[derive(Debug)]
pub struct PendingFutures<C>(Mutex<Senders<C>>);

impl<C> Default for PendingFutures<C> {
    fn default() -> Self {
        PendingFutures(Mutex::default())
    }
}

impl<C> PendingFutures<C> {
    fn senders(&self) -> MutexGuard<'_, Senders<C>> {
        // No code under the lock can panic half-way through a change.
        self.0
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// Registers a Future under an id that no other one has had.
    pub fn register(&'static self) -> PendingFuture<C> {
        let (sender, receiver) = oneshot::channel();
        let key = self.senders().insert(sender);
        PendingFuture {
            key,
            receiver,
            all: self,
        }
    }

    /// Completes a Future. Returns whether somebody still waited for it: completing one
    /// twice, or after its execution is gone, does nothing.
    pub fn complete(&self, id: u64, completion: Completion<C>) -> bool {
        let key = DefaultKey::from(KeyData::from_ffi(id));
        let sender = self.senders().remove(key);
        sender.is_some_and(|sender| sender.send(completion).is_ok())
    }

    /// The number of Futures that scripts wait for.
    pub fn count(&self) -> usize {
        self.senders().len()
    }
}

/// The process-wide runtime: single-threaded, without timers or I/O. It drives nothing by
/// itself; receivers are polled in its context.
fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| {
        Builder::new_current_thread()
            .build()
            .expect("a runtime without drivers needs nothing from the system")
    })
}

/// One registered Future. Dropping it takes it out of the registry.
#[derive(Debug)]
pub struct PendingFuture<C: 'static> {
    key: DefaultKey,
    receiver: oneshot::Receiver<Completion<C>>,
    all: &'static PendingFutures<C>,
}

impl<C> PendingFuture<C> {
    /// The Future's id.
    pub fn id(&self) -> u64 {
        self.key.data().as_ffi()
    }

    /// Looks once whether the Future has completed. `Ready(None)` says that its sender is
    /// gone: it can never complete.
    pub fn poll(&mut self) -> Poll<Option<Completion<C>>> {
        // Not held any longer than this: the host's code must never run inside it.
        let _runtime = runtime().enter();
        let mut context = Context::from_waker(Waker::noop());
        Pin::new(&mut self.receiver)
            .poll(&mut context)
            .map(Result::ok)
    }
}

impl<C> Drop for PendingFuture<C> {
    fn drop(&mut self) {
        self.all.senders().remove(self.key);
    }
}
