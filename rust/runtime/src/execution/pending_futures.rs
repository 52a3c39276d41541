//! The Futures that scripts wait for.
//!
//! When a Dart function returns a `Future`, its execution registers here and
//! awaits a Tokio `oneshot` channel. [`complete`] sends the result and is done;
//! the execution sees it when Dart resumes it. The receiver is polled exactly
//! then, so that nothing ever parks the thread and nothing polls at intervals.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{LazyLock, Mutex, MutexGuard, OnceLock};
use std::task::{Context, Poll, Waker};

use rhai::{Dynamic, Identifier, ImmutableString};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;

use crate::context::shared::Host;
use crate::objects::host_object::NewObjects;
use crate::wire::decode::{decode_taken, outside, take_objects, too_large};
use crate::wire::encode::within;

use crate::wire::format::{ConversionError, Slot};

/// The result of a Future, in the encoding of [`values`](crate::wire::format): it may
/// come from another thread than the one that decodes it.
#[derive(Debug)]
pub struct Completion {
    /// Whether the Future failed; the value then describes the error.
    pub failed: bool,
    content: Content,
}

#[derive(Debug)]
enum Content {
    /// A long text, which came in parts.
    Text(Identifier),
    /// Any other value.
    Encoded {
        /// The value; its payload is an offset into `bytes`.
        slot: Slot,
        /// What the slot refers to.
        bytes: Vec<u8>,
        /// Its new Dart objects, released if nobody decodes it.
        objects: NewObjects,
    },
}

impl Completion {
    /// Takes the value that Dart wrote.
    ///
    /// # Errors
    ///
    /// Its slot refers to bytes outside of the input.
    pub fn new(failed: bool, host: &Host) -> Result<Self, ConversionError> {
        let content = host.with_input(|mut slot, input| {
            if slot.is_appended() {
                let text = host.take_text(slot.byte_len()).ok_or_else(outside)?;
                return Ok(Content::Text(text));
            }
            let objects = take_objects(slot, input, &host.released)?;
            let mut bytes = Vec::new();
            if slot.has_bytes() {
                bytes = slot.bytes(input).ok_or_else(outside)?.to_vec();
                slot.payload = 0;
            }
            Ok(Content::Encoded {
                slot,
                bytes,
                objects,
            })
        })?;
        Ok(Completion { failed, content })
    }

    /// Reads the value.
    ///
    /// # Errors
    ///
    /// What Dart wrote is not the encoding of a value.
    pub fn decode(self, host: &Host) -> Result<Dynamic, ConversionError> {
        match self.content {
            Content::Text(text) => {
                memory::adopt(text.capacity()).map_err(too_large)?;
                within(memory::sizes().of_string(text.len()))?;
                Ok(ImmutableString::from(text).into())
            }
            Content::Encoded {
                slot,
                bytes,
                objects,
            } => {
                memory::adopt(bytes.capacity()).map_err(too_large)?;
                decode_taken(slot, &bytes, host, objects)
            }
        }
    }
}

type Registry = HashMap<u64, oneshot::Sender<Completion>>;

/// Every Future that some script of the process waits for, by its id.
static PENDING_FUTURES: LazyLock<Mutex<Registry>> = LazyLock::new(Mutex::default);

static NEXT_FUTURE_ID: AtomicU64 = AtomicU64::new(1);

fn registry() -> MutexGuard<'static, Registry> {
    // No code under the lock can panic half-way through a change.
    PENDING_FUTURES
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// The process-wide runtime: single-threaded, without timers or I/O. It drives
/// nothing by itself; receivers are polled in its context.
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
pub struct PendingFuture {
    id: u64,
    receiver: oneshot::Receiver<Completion>,
}

impl PendingFuture {
    /// Registers a Future under an id that no other Future of the process has.
    pub fn register() -> Self {
        let id = NEXT_FUTURE_ID.fetch_add(1, Ordering::Relaxed);
        let (sender, receiver) = oneshot::channel();
        registry().insert(id, sender);
        PendingFuture { id, receiver }
    }

    /// The Future's id.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// Looks once whether the Future has completed. `Ready(None)` says that its
    /// sender is gone: it can never complete.
    pub fn poll(&mut self) -> Poll<Option<Completion>> {
        // Not held any longer than this: Dart code must never run inside it.
        let _runtime = runtime().enter();
        let mut context = Context::from_waker(Waker::noop());
        Pin::new(&mut self.receiver)
            .poll(&mut context)
            .map(Result::ok)
    }
}

impl Drop for PendingFuture {
    fn drop(&mut self) {
        registry().remove(&self.id);
    }
}

/// Completes a Future. Returns whether somebody still waited for it: completing
/// one twice, or after its execution is gone, does nothing.
pub fn complete(id: u64, completion: Completion) -> bool {
    let sender = registry().remove(&id);
    sender.is_some_and(|sender| sender.send(completion).is_ok())
}

/// The number of Futures that scripts of this process wait for.
pub fn count() -> usize {
    registry().len()
}
