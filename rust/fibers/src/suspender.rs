//! How a fiber suspends itself, and how much of its stack it uses then.

use corosensei::Yielder;

use crate::place::Place;

/// Lets the code on a fiber suspend it.
pub struct Suspender<Reply, Request> {
    yielder: *const Yielder<Reply, Request>,
    place: *const Place,
}

impl<Reply, Request> Suspender<Reply, Request> {
    /// Bytes that a suspension takes below the frame of [`suspend`](Self::suspend).
    ///
    /// `Yielder::suspend` has a frame there, unless it is inlined: its return address, the
    /// registers that are the caller's to keep, the request and the reply. Below it the
    /// switch pushes three words, or four with padding; on 64-bit PowerPC it writes two
    /// words below the stack pointer. No red zone of a caller counts: code that switches
    /// has none, as it pushes.
    ///
    /// Where registers are few (x86, x86-64, ARM with NEON or without: 160 bytes at most)
    /// 256 bytes do, else 1024. An unoptimised build has copies of both values, and frames
    /// of what it does not inline. Poisoning what is below tests this wherever tests run.
    pub(crate) const MARGIN: usize = {
        let values = size_of::<Reply>() + size_of::<Request>();
        let few_registers = cfg!(any(
            target_arch = "x86",
            target_arch = "x86_64",
            target_arch = "arm",
            target_arch = "aarch64",
        ));
        match (cfg!(debug_assertions), few_registers) {
            (false, true) => 256 + 2 * values,
            (false, false) => 1024 + 2 * values,
            (true, _) => 1024 + 4 * values,
        }
    };

    /// # Safety
    ///
    /// The yielder is that of a fiber at this place, and the result is used on that fiber
    /// only.
    #[inline]
    pub(crate) unsafe fn new(yielder: &Yielder<Reply, Request>, place: *const Place) -> Self {
        Suspender { yielder, place }
    }

    /// Suspends the fiber with `request`; returns the reply it is resumed with.
    ///
    /// Never inlined: the fiber may continue on another thread, and a caller
    /// must not keep the address of a thread-local across the switch.
    #[inline(never)]
    pub fn suspend(&self, request: Request) -> Reply {
        // SAFETY: the fiber keeps its place, and its yielder is at the base of its stack.
        let (yielder, place) = unsafe { (&*self.yielder, &*self.place) };
        place.set_low(address_below().saturating_sub(Self::MARGIN) & !(ALIGNMENT - 1));
        yielder.suspend(request)
    }
}

/// What stacks are copied in multiples of.
pub(crate) const ALIGNMENT: usize = 16;

/// An address in the current stack frame.
#[inline(always)]
pub fn stack_address() -> usize {
    let here = 0u8;
    std::hint::black_box(&raw const here) as usize
}

/// An address below the stack frame of the caller.
#[inline(never)]
fn address_below() -> usize {
    stack_address()
}
