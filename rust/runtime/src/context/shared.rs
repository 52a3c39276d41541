//! What a running script and its host exchange.

use std::cell::{Cell, RefCell, UnsafeCell};
use std::ptr;
use std::rc::Rc;
use std::sync::Arc;

use rhai::{Blob, Dynamic, FnPtr, Identifier, ImmutableString};

use crate::border::host_functions::DartFunctions;
use crate::context::context::ExecutionContext;
use crate::functions::table::FunctionTable;
use crate::objects::host_object;
use crate::wire::decode::decode_slot;
use crate::wire::encode::{encode, export, within, Functions};
use fibers::StackPool;

use crate::border::exporter::{self, Exporter};
use crate::language::restrictions::Restrictions;
use crate::language::signatures::MAX_ARGUMENTS;
use crate::objects::released_ids::ReleasedIds;
use crate::wire::format::{encode_scalar, ConversionError, Slot, Tag};
use crate::wire::output::{encoding_room, is_too_large, Output, KEPT_BUFFER};

/// The memory through which Dart and an engine talk. Dart reads a request from
/// it right after a call returns, and writes a reply right before the next
/// call, so that one frame serves any number of executions.
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

/// What an engine shares with the scripts that run in it.
pub struct Host {
    frame: UnsafeCell<Frame>,
    input: UnsafeCell<Vec<u8>>,
    text: Cell<Identifier>,
    pub(crate) output: Cell<Vec<u8>>,
    held: RefCell<Held>,
    published: RefCell<Vec<u64>>,
    current: Cell<*const ExecutionContext>,
    /// Bytes that abandoned scripts have left behind.
    leaked: Cell<usize>,
    /// What is switched off in the engine.
    pub restrictions: RefCell<Restrictions>,
    /// What other function pointers are made from.
    pub pointers: Pointers,
    /// Dart objects that no script needs any more.
    pub released: Arc<ReleasedIds>,
    /// The functions of Dart that new scripts can call.
    pub dart_functions: RefCell<DartFunctions>,
    /// The functions of scripts that Dart has.
    pub functions: FunctionTable,
    /// The stacks of the engine's fibers.
    pub stacks: Rc<StackPool>,
}

/// Function pointers that others are made from.
#[derive(Debug)]
pub struct Pointers {
    /// Calls a Dart function.
    pub dart_closure: FnPtr,
    /// Calls a function of another script.
    pub bound: FnPtr,
}

/// What keeps the bytes of a result alive until the next one.
#[derive(Debug)]
#[allow(dead_code)]
enum Held {
    Nothing,
    String(ImmutableString),
    Blob(Blob),
}

impl Host {
    /// Makes the shared part of an engine.
    pub fn new(stacks: Rc<StackPool>) -> Rc<Self> {
        let host = Rc::new_cyclic(|host| Host {
            frame: UnsafeCell::default(),
            input: UnsafeCell::default(),
            text: Cell::default(),
            output: Cell::default(),
            held: RefCell::new(Held::Nothing),
            published: RefCell::default(),
            current: Cell::new(ptr::null()),
            leaked: Cell::new(0),
            restrictions: RefCell::default(),
            pointers: Pointers {
                dart_closure: host_object::closure_prototype(host.clone()),
                bound: exporter::bound_prototype(host.clone()),
            },
            released: Arc::default(),
            dart_functions: RefCell::default(),
            functions: FunctionTable::new(&stacks),
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

    /// Whether the reply that Dart wrote is neither text nor bytes nor anything that
    /// holds values.
    pub fn has_scalar_reply(&self) -> bool {
        self.with_input(|slot, _| !slot.has_bytes())
    }

    /// Reads the reply that Dart wrote.
    ///
    /// # Errors
    ///
    /// What Dart wrote is not the encoding of a value.
    #[inline]
    pub fn take_reply(&self) -> Result<Dynamic, ConversionError> {
        self.with_input(|slot, input| decode_slot(slot, input, self))
    }

    /// Writes the request to call `function` into the frame. Dart must read it before
    /// `arguments` change.
    ///
    /// # Errors
    ///
    /// An argument cannot cross; the error's path starts at `args[n]`.
    #[inline]
    pub fn write_call(
        &self,
        function: u64,
        arguments: &[&mut Dynamic],
        exporter: Option<&Exporter>,
    ) -> Result<(), ConversionError> {
        let mut output = None;
        let mut functions = Functions::new();
        let room = encoding_room();
        // Bit n: argument n is in the output, whose address is not yet known: the
        // buffer moves while it grows.
        let mut in_output = 0_u32;
        for (index, argument) in arguments.iter().enumerate() {
            let below = |error: ConversionError| error.below(&format!("args[{index}]"));
            let slot = match encode_scalar(argument) {
                Some(slot) => Some(slot),
                None => refer(argument).map_err(below)?,
            };
            let slot = match slot {
                Some(slot) => slot,
                None => {
                    let output = output.get_or_insert_with(|| Output::take(self));
                    in_output |= 1 << index;
                    encode_into(argument, output, room, exporter.map(|_| &mut functions))
                        .map_err(below)?
                }
            };
            self.with_frame(|frame| frame.slots[index] = slot);
        }
        if let (Some(output), Some(exporter)) = (&mut output, exporter) {
            export(functions, output, exporter);
        }
        self.with_frame(|frame| {
            frame.function = function;
            frame.argument_count = arguments.len() as u64;
            if let Some(output) = output {
                for (index, slot) in frame.slots[..arguments.len()].iter_mut().enumerate() {
                    if in_output & (1 << index) != 0 {
                        slot.payload += output.as_ptr() as u64;
                    }
                }
            }
        });
        Ok(())
    }

    /// Writes a script's result into slot 0. Strings and blobs are not copied.
    ///
    /// # Errors
    ///
    /// The result cannot cross; the error's path starts at `result`.
    #[inline]
    pub fn write_result(
        &self,
        value: Dynamic,
        exporter: Option<&Exporter>,
    ) -> Result<(), ConversionError> {
        let slot = match encode_scalar(&value) {
            Some(slot) => slot,
            None => self
                .hold(value, exporter)
                .map_err(|error| error.below("result"))?,
        };
        self.with_frame(|frame| frame.slots[0] = slot);
        Ok(())
    }

    fn hold(&self, value: Dynamic, exporter: Option<&Exporter>) -> Result<Slot, ConversionError> {
        let value = value.flatten();
        let (slot, held) = if value.is_string() {
            let string = value.into_immutable_string().unwrap_or_default();
            within(memory::sizes().of_string(string.len()))?;
            (
                refer_to(Tag::String, string.as_bytes()),
                Held::String(string),
            )
        } else if value.is_blob() {
            let blob = value.into_blob().unwrap_or_default();
            within(memory::sizes().of_blob(blob.len()))?;
            (refer_to(Tag::Blob, &blob), Held::Blob(blob))
        } else {
            let mut output = Output::take(self);
            let mut functions = Functions::new();
            let room = encoding_room();
            let slot = encode_into(&value, &mut output, room, exporter.map(|_| &mut functions))?;
            if let Some(exporter) = exporter {
                export(functions, &mut output, exporter);
            }
            let payload = output.as_ptr() as u64;
            (Slot { payload, ..slot }, Held::Nothing)
        };
        // What was held is another script's: it counts for none.
        memory::uncounted(|| drop(self.held.replace(held)));
        Ok(slot)
    }

    /// Tells Dart in the frame which objects it can forget.
    #[inline]
    pub fn publish_released(&self) {
        if self.released.is_empty() {
            return;
        }
        let mut published = self.published.borrow_mut();
        self.with_frame(|frame| {
            if frame.released_count == 0 {
                published.clear();
                published.shrink_to(KEPT_BUFFER / 8);
            }
            self.released.move_to(&mut published);
            frame.released = published.as_ptr() as u64;
            frame.released_count = published.len() as u64;
        });
    }

    /// The execution that is running.
    #[inline(always)]
    pub fn current(&self) -> Option<&ExecutionContext> {
        // SAFETY: the pointer is set while the fiber of that execution runs, see
        // `enter`, and the context outlives its fiber.
        unsafe { self.current.get().as_ref() }
    }

    /// Says that an execution runs, until the result is dropped. Only for
    /// [`Execution::resume`](crate::execution::execution::Execution::resume).
    #[inline]
    pub(crate) fn enter<'a>(&'a self, context: &'a ExecutionContext) -> Current<'a> {
        self.current.set(context);
        Current(self)
    }

    /// Bytes that abandoned scripts have left behind.
    pub fn leaked(&self) -> usize {
        self.leaked.get()
    }

    /// Counts what an abandoned script leaves behind.
    pub fn add_leaked(&self, bytes: usize) {
        self.leaked.set(self.leaked.get().saturating_add(bytes));
    }
}

/// Says that an execution runs. It ends also when that panics.
pub(crate) struct Current<'a>(&'a Host);

impl Drop for Current<'_> {
    #[inline]
    fn drop(&mut self) {
        self.0.current.set(ptr::null());
    }
}

/// A slot for a string or a blob that stays where it is until Dart has read it.
fn refer(value: &Dynamic) -> Result<Option<Slot>, ConversionError> {
    if let Ok(string) = value.as_immutable_string_ref() {
        within(memory::sizes().of_string(string.len()))?;
        Ok(Some(refer_to(Tag::String, string.as_bytes())))
    } else if let Ok(blob) = value.as_blob_ref() {
        within(memory::sizes().of_blob(blob.len()))?;
        Ok(Some(refer_to(Tag::Blob, &blob)))
    } else {
        Ok(None)
    }
}

fn refer_to(tag: Tag, bytes: &[u8]) -> Slot {
    Slot::new(tag, bytes.len(), bytes.as_ptr() as u64)
}

/// Appends a value to `output`; the slot's payload is its offset there.
fn encode_into(
    value: &Dynamic,
    output: &mut Vec<u8>,
    room: usize,
    functions: Option<&mut Functions>,
) -> Result<Slot, ConversionError> {
    let start = output.len();
    encode(value, output, room, functions)?;
    Ok(Slot::new(Tag::Array, output.len() - start, start as u64))
}
