//! The memory through which Dart and an engine talk.

use std::cell::{Cell, OnceCell, RefCell, UnsafeCell};
use std::sync::Arc;

use rhai::{Blob, Identifier, ImmutableString};
use runtime::engine::ScriptEngine;
use runtime::language::signatures::MAX_ARGUMENTS;
use runtime::objects::released_ids::ReleasedIds;

use crate::graveyard::Graveyard;
use crate::wire::buffers::{is_too_large, KEPT_BUFFER};
use crate::wire::format::Slot;

/// The part of the memory whose address Dart knows. Dart reads a request from it right after
/// a call returns, and writes a reply right before the next call, so that one frame serves
/// any number of executions.
#[derive(Debug, Default)]
#[repr(C)]
pub struct Frame {
    /// Of a request: the execution that makes it.
    pub execution: u64,
    /// Of a call: the id of the function.
    pub function: u64,
    /// Of a call: how many of `slots` are arguments.
    pub argument_count: u64,
    /// Of a pending execution: the id of the Future it waits for.
    pub future: u64,
    /// Where Dart writes what does not fit into a slot.
    pub input: u64,
    /// How many bytes it may write there.
    pub input_capacity: u64,
    /// Where the ids of Dart objects are that no script needs any more.
    pub released: u64,
    /// How many there are; Dart sets it to 0 when it has read them.
    pub released_count: u64,
    /// The arguments of a call; slot 0 also holds results and replies.
    pub slots: [Slot; MAX_ARGUMENTS],
}

/// The memory through which Dart and one engine talk.
pub struct Mailbox {
    frame: UnsafeCell<Frame>,
    input: UnsafeCell<Vec<u8>>,
    text: Cell<Identifier>,
    /// Bytes on their way to Dart.
    pub output: Cell<Vec<u8>>,
    kept: RefCell<KeptBytes>,
    published: RefCell<Vec<u64>>,
    /// Where these come from; nothing until there were some.
    released: OnceCell<Arc<ReleasedIds>>,
    /// Where the engine is put when a finalizer finds it.
    pub graveyard: Arc<Graveyard<ScriptEngine<Self>>>,
}

/// Bytes of a result, kept alive until the next one.
#[derive(Debug)]
#[allow(dead_code)]
pub enum KeptBytes {
    /// None.
    Nothing,
    /// Those of a string.
    String(ImmutableString),
    /// Those of a blob.
    Blob(Blob),
}

impl Default for Mailbox {
    fn default() -> Self {
        let mailbox = Mailbox {
            frame: UnsafeCell::default(),
            input: UnsafeCell::default(),
            text: Cell::default(),
            output: Cell::default(),
            kept: RefCell::new(KeptBytes::Nothing),
            published: RefCell::default(),
            released: OnceCell::new(),
            graveyard: Arc::default(),
        };
        mailbox.reserve_input(1024);
        mailbox
    }
}

impl Mailbox {
    /// The frame's address, which stays the same as long as the host lives.
    pub fn frame_pointer(&self) -> *mut Frame {
        self.frame.get()
    }

    /// Runs `f` with the frame. `f` must not come back here.
    #[inline]
    pub fn with_frame<R>(&self, f: impl FnOnce(&mut Frame) -> R) -> R {
        // SAFETY: an engine is used by one thread at a time, Dart touches the
        // frame only while no native code runs, and every caller in this crate
        // passes an `f` that does nothing but read and write the frame.
        f(unsafe { &mut *self.frame.get() })
    }

    /// Makes room for `len` bytes of input and publishes it in the frame.
    pub fn reserve_input(&self, len: usize) {
        // SAFETY: as in `with_frame`; nobody holds a slice of the input here,
        // as slices do not outlive the closure of `with_input`.
        let input = unsafe { &mut *self.input.get() };
        if len > input.len() || is_too_large(input.len(), len) {
            *input = vec![0; len.max(1024)];
        }
        let (address, capacity) = (input.as_mut_ptr() as u64, input.len() as u64);
        self.with_frame(|frame| {
            frame.input = address;
            frame.input_capacity = capacity;
        });
    }

    /// Runs `f` with what Dart wrote: slot 0 and the input buffer.
    #[inline]
    pub fn with_input<R>(&self, f: impl FnOnce(Slot, &[u8]) -> R) -> R {
        let slot = self.with_frame(|frame| frame.slots[0]);
        // SAFETY: as in `with_frame`: Dart does not write while native code
        // runs, and `f` does not call `reserve_input`.
        f(slot, unsafe { &*self.input.get() })
    }

    /// Adds a text to the end of a long one that comes in parts: so its memory is
    /// written once. The first part says how long all will be, `total` bytes.
    pub fn append_text(&self, part: &str, total: usize) {
        let mut text = self.text.take();
        if text.is_empty() {
            // A string this long takes over the capacity.
            let mut first = String::with_capacity(total.max(part.len()));
            first.push_str(part);
            text = first.into();
        } else {
            text.push_str(part);
        }
        self.text.set(text);
    }

    /// Takes the text that came in parts, if it has that many bytes.
    pub fn take_text(&self, len: usize) -> Option<Identifier> {
        Some(self.text.take()).filter(|text| text.len() == len)
    }

    /// Tells Dart in the frame which objects it can forget.
    #[inline]
    pub fn publish_released(&self, released: &Arc<ReleasedIds>) {
        if released.is_empty() {
            return;
        }
        self.released.get_or_init(|| released.clone());
        let mut published = self.published.borrow_mut();
        self.with_frame(|frame| {
            if frame.released_count == 0 {
                published.clear();
                published.shrink_to(KEPT_BUFFER / 8);
            }
            released.move_to(&mut published);
            frame.released = published.as_ptr() as u64;
            frame.released_count = published.len() as u64;
        });
    }

    /// Keeps bytes that Dart will read, in place of those before.
    pub fn keep(&self, bytes: KeptBytes) {
        // Those before are another script's: they count for none.
        memory::uncounted(|| drop(self.kept.replace(bytes)));
    }
}

impl Drop for Mailbox {
    /// Leaves what Dart has not read to other engines with the same objects.
    fn drop(&mut self) {
        let published = self.published.get_mut();
        if let Some(released) = self.released.get() {
            if self.frame.get_mut().released_count > 0 {
                released.add(published.drain(..));
            }
        }
    }
}
