//! What a running script and its host exchange.

use std::cell::{Cell, RefCell, UnsafeCell};
use std::fmt::Write as _;
use std::ptr;
use std::rc::Rc;

use rhai::{Blob, Dynamic, ImmutableString, Position};

use crate::execution_context::ExecutionContext;
use crate::fiber_stack::StackPool;
use crate::values::{self, ConversionError, Slot, Tag};

/// Arguments that a call can have: what Rhai allows for a native function.
pub const MAX_ARGUMENTS: usize = 16;

/// The memory through which Dart and an engine talk. Dart reads a request from
/// it right after a call returns, and writes a reply right before the next
/// call, so that one frame serves any number of executions.
#[derive(Debug, Default)]
#[repr(C)]
pub struct Frame {
    /// Of a request: the execution that makes it.
    pub execution: u64,
    /// Of a call: the function's id.
    pub function: u64,
    /// Of a call: how many of `slots` are arguments.
    pub argument_count: u64,
    /// Of a pending execution: the id of the Future it waits for.
    pub future: u64,
    /// Where Dart writes what does not fit into a slot.
    pub input: u64,
    /// How many bytes it may write there.
    pub input_capacity: u64,
    /// The arguments of a call; slot 0 also holds results and replies.
    pub slots: [Slot; MAX_ARGUMENTS],
}

/// What an engine shares with the scripts that run in it.
#[derive(Debug)]
pub struct Host {
    frame: UnsafeCell<Frame>,
    input: UnsafeCell<Vec<u8>>,
    output: RefCell<Vec<u8>>,
    held: RefCell<Held>,
    current: Cell<*const ExecutionContext>,
    /// The stacks of the engine's fibers.
    pub stacks: Rc<StackPool>,
}

/// What keeps the bytes of a result alive until the next one.
#[derive(Debug)]
#[allow(dead_code)]
enum Held {
    Nothing,
    String(ImmutableString),
    Blob(Blob),
}

/// Bytes that the input and output buffers keep between calls; a larger buffer
/// is given back once its content is read.
const KEPT_BUFFER: usize = 64 * 1024;

impl Host {
    /// Makes the shared part of an engine.
    pub fn new(stacks: Rc<StackPool>) -> Rc<Self> {
        let host = Rc::new(Host {
            frame: UnsafeCell::default(),
            input: UnsafeCell::default(),
            output: RefCell::default(),
            held: RefCell::new(Held::Nothing),
            current: Cell::new(ptr::null()),
            stacks,
        });
        host.reserve_input(1024);
        host
    }

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
        if len > input.len() || input.len() > KEPT_BUFFER.max(len) {
            *input = vec![0; len.next_power_of_two().max(1024)];
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

    /// Reads the reply that Dart wrote.
    ///
    /// # Errors
    ///
    /// What Dart wrote is not the encoding of a value.
    #[inline]
    pub fn take_reply(&self) -> Result<Dynamic, ConversionError> {
        self.with_input(values::decode_slot)
    }

    /// Writes the request to call `function` into the frame.
    ///
    /// # Errors
    ///
    /// An argument cannot cross; the error's path starts at `args[n]`.
    #[inline]
    pub fn write_call(
        &self,
        function: u32,
        arguments: &[&mut Dynamic],
    ) -> Result<(), ConversionError> {
        let mut output = None;
        for (index, argument) in arguments.iter().enumerate() {
            let slot = match values::encode_scalar(argument) {
                Some(slot) => slot,
                None => {
                    let output = output.get_or_insert_with(|| self.cleared_output());
                    self.write_bytes(argument, output).map_err(|mut error| {
                        error.path = format!("args[{index}]{}", error.path);
                        error
                    })?
                }
            };
            self.with_frame(|frame| frame.slots[index] = slot);
        }
        self.with_frame(|frame| {
            frame.function = function.into();
            frame.argument_count = arguments.len() as u64;
            if let Some(output) = output {
                // Only now are the addresses known: the buffer moves while it grows.
                for slot in &mut frame.slots[..arguments.len()] {
                    if slot.has_bytes() {
                        slot.payload += output.as_ptr() as u64;
                    }
                }
            }
        });
        Ok(())
    }

    /// Appends an argument to `output`; the slot's payload is its offset there.
    fn write_bytes(&self, value: &Dynamic, output: &mut Vec<u8>) -> Result<Slot, ConversionError> {
        let start = output.len();
        let tag = if let Ok(string) = value.as_immutable_string_ref() {
            output.extend_from_slice(string.as_bytes());
            Tag::String
        } else if let Ok(blob) = value.as_blob_ref() {
            output.extend_from_slice(&blob);
            Tag::Blob
        } else if let Ok(c) = value.as_char() {
            output.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            Tag::String
        } else {
            values::encode(value, output)?;
            if value.is_array() {
                Tag::Array
            } else {
                Tag::Map
            }
        };
        Ok(Slot::new(tag, output.len() - start, start as u64))
    }

    fn cleared_output(&self) -> std::cell::RefMut<'_, Vec<u8>> {
        let mut output = self.output.borrow_mut();
        output.clear();
        output.shrink_to(KEPT_BUFFER);
        output
    }

    /// Writes a script's result into slot 0. Strings and blobs are not copied.
    ///
    /// # Errors
    ///
    /// The result cannot cross; the error's path starts at `result`.
    #[inline]
    pub fn write_result(&self, value: Dynamic) -> Result<(), ConversionError> {
        let slot = match values::encode_scalar(&value) {
            Some(slot) => slot,
            None => self.hold(value).map_err(|mut error| {
                error.path = format!("result{}", error.path);
                error
            })?,
        };
        self.with_frame(|frame| frame.slots[0] = slot);
        Ok(())
    }

    fn hold(&self, value: Dynamic) -> Result<Slot, ConversionError> {
        let value = value.flatten();
        let (slot, held) = if value.is_string() {
            let string = value.into_immutable_string().unwrap_or_default();
            let slot = Slot::new(Tag::String, string.len(), string.as_ptr() as u64);
            (slot, Held::String(string))
        } else if value.is_blob() {
            let blob = value.into_blob().unwrap_or_default();
            let slot = Slot::new(Tag::Blob, blob.len(), blob.as_ptr() as u64);
            (slot, Held::Blob(blob))
        } else {
            let mut output = self.cleared_output();
            let slot = self.write_bytes(&value, &mut output)?;
            let payload = output.as_ptr() as u64;
            (Slot { payload, ..slot }, Held::Nothing)
        };
        *self.held.borrow_mut() = held;
        Ok(slot)
    }

    /// The execution that is running.
    #[inline(always)]
    pub fn current(&self) -> Option<&ExecutionContext> {
        // SAFETY: the pointer is set while the fiber of that execution runs, see
        // `set_current`, and the context outlives its fiber.
        unsafe { self.current.get().as_ref() }
    }

    /// Says which execution runs from now on; null when none does. Only for
    /// [`Execution::resume`](crate::execution::Execution::resume).
    #[inline]
    pub(crate) fn set_current(&self, context: *const ExecutionContext) {
        self.current.set(context);
    }
}

/// Formats where in a script something is: `line 3, position 5`.
pub fn describe_position(position: Position) -> String {
    let mut text = String::new();
    if let Some(line) = known(position.line()) {
        let _ = write!(text, "line {line}");
        if let Some(column) = known(position.position()) {
            let _ = write!(text, ", position {column}");
        }
    }
    text
}

/// A line or column as Rhai knows it: it counts to 65,535 and no further.
pub fn known(number: Option<usize>) -> Option<usize> {
    number.filter(|number| *number < usize::from(u16::MAX))
}
