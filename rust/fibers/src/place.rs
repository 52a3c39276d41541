//! A stack, and who is on it.

use std::cell::{Cell, RefCell};
use std::io;
use std::ptr::NonNull;
use std::rc::Rc;
use std::slice;

use corosensei::stack::{Stack, StackPointer};

use crate::spilled::{Images, Spilled};
use crate::stack::Mapping;

/// Where the used bytes of a fiber's stack are while another one needs the stack.
#[derive(Default)]
pub(crate) struct Frames {
    spilled: Cell<Option<Spilled>>,
}

/// A stack that fibers take turns on. Each has its frames at the same addresses for its
/// whole life, and while it is not there, a copy of them on the heap.
pub(crate) struct Place {
    mapping: Mapping,
    /// The fiber that has its frames here.
    occupant: RefCell<Option<Rc<Frames>>>,
    /// What the next occupant can have: a script that does not wait allocates nothing.
    spare: Cell<Option<Rc<Frames>>>,
    /// What occupants that are not here are compared with.
    images: RefCell<Images>,
    /// The lowest address that the occupant uses, while it is suspended.
    low: Cell<usize>,
    /// Whether something runs here, or is about to.
    is_in_use: Cell<bool>,
    /// When the occupant was suspended, in suspensions of its pool.
    suspended_at: Cell<u64>,
}

impl Place {
    /// Maps a stack with at least `size` usable bytes.
    ///
    /// # Errors
    ///
    /// The system has no more address space or memory mappings.
    pub fn map(size: usize) -> io::Result<Rc<Self>> {
        Ok(Rc::new(Place {
            mapping: Mapping::map(size)?,
            occupant: RefCell::default(),
            spare: Cell::default(),
            images: RefCell::default(),
            low: Cell::new(0),
            is_in_use: Cell::new(false),
            suspended_at: Cell::new(0),
        }))
    }

    /// Whether nobody needs the stack.
    pub fn is_free(&self) -> bool {
        !self.is_in_use.get() && self.occupant.borrow().is_none()
    }

    /// Whether something runs here, or is about to.
    #[inline]
    pub fn is_in_use(&self) -> bool {
        self.is_in_use.get()
    }

    /// Says whether something runs here, or is about to.
    #[inline]
    pub fn set_in_use(&self, is_in_use: bool) {
        self.is_in_use.set(is_in_use);
    }

    /// When the occupant was suspended.
    pub fn suspended_at(&self) -> u64 {
        self.suspended_at.get()
    }

    /// Says when the occupant was suspended.
    #[inline]
    pub fn set_suspended_at(&self, time: u64) {
        self.suspended_at.set(time);
    }

    /// Says which is the lowest address that the occupant will use while it is suspended.
    #[inline]
    pub fn set_low(&self, low: usize) {
        self.low.set(low.max(self.mapping.lowest()));
    }

    /// Bytes that the occupant uses while it is suspended.
    pub fn used(&self) -> usize {
        self.mapping.base() - self.low.get()
    }

    /// Takes a new occupant, which will use `used` bytes before it runs.
    #[inline]
    pub fn admit(&self, used: usize) -> Rc<Frames> {
        debug_assert!(self.occupant.borrow().is_none());
        let mut frames = self.spare.take().unwrap_or_default();
        if Rc::get_mut(&mut frames).is_none() {
            frames = Rc::default();
        }
        self.set_low(self.mapping.base() - used);
        *self.occupant.borrow_mut() = Some(frames.clone());
        frames
    }

    /// Whether these frames are here.
    #[inline]
    pub fn holds(&self, frames: &Rc<Frames>) -> bool {
        let occupant = self.occupant.borrow();
        occupant.as_ref().is_some_and(|it| Rc::ptr_eq(it, frames))
    }

    /// Lets the occupant go: it needs the stack no more.
    #[inline]
    pub fn vacate(&self) {
        self.spare.set(self.occupant.take());
        self.mapping.give_back_deep();
    }

    /// Copies the frames of the occupant to the heap, so that another can have the stack.
    ///
    /// # Errors
    ///
    /// There is no memory for the copy, or the occupant runs; nothing was done.
    pub fn spill(&self) -> io::Result<()> {
        if self.is_in_use.get() {
            return Err(io::ErrorKind::ResourceBusy.into());
        }
        let mut occupant = self.occupant.borrow_mut();
        let Some(frames) = &*occupant else {
            return Ok(());
        };
        // SAFETY: the stack is mapped down to `low`, which is aligned, and nobody writes to
        // it: its occupant does not run. To the machine a word that holds nothing is some
        // word, and no compiler sees both this and the frames.
        let stack = unsafe {
            let words = self.used() / size_of::<u64>();
            slice::from_raw_parts(self.mapping.pointer_to(self.used()).cast(), words)
        };
        let spilled = self.images.borrow_mut().spill(stack)?;
        frames.spilled.set(Some(spilled));
        *occupant = None;
        self.mapping.give_back_deep();
        Ok(())
    }

    /// Puts frames that were spilled from this stack back to where they were.
    pub fn restore(&self, frames: &Rc<Frames>) {
        let mut occupant = self.occupant.borrow_mut();
        assert!(occupant.is_none() && !self.is_in_use.get());
        let spilled = frames.spilled.take().expect("its frames were spilled");
        let used = spilled.len() * size_of::<u64>();
        // SAFETY: these words of the stack held the same once, and nobody has frames there
        // now, as asserted.
        let stack = unsafe {
            slice::from_raw_parts_mut(self.mapping.pointer_to(used).cast(), spilled.len())
        };
        spilled.restore(stack);
        self.set_low(self.mapping.base() - used);
        *occupant = Some(frames.clone());
    }

    /// Overwrites what the last occupant had here, and what is next to it.
    #[cfg(feature = "poison")]
    pub fn poison(&self) {
        /// No address, no small number, no character.
        const PATTERN: u8 = 0xa7;
        /// Bytes below what was in use that must not matter either.
        const BELOW: usize = 4096;
        assert!(self.occupant.borrow().is_none() && !self.is_in_use.get());
        let used = self.used() + BELOW;
        // SAFETY: a part of the stack, which nobody uses. Tests have stacks that are not
        // exhausted when fibers suspend themselves.
        unsafe { std::ptr::write_bytes(self.mapping.pointer_to(used), PATTERN, used) };
    }
}

/// A place as the stack that a coroutine is made on.
#[derive(Clone, Copy)]
pub(crate) struct OnPlace(NonNull<Place>);

impl OnPlace {
    /// # Safety
    ///
    /// The place must live as long as this is used.
    #[inline]
    pub unsafe fn new(place: &Place) -> Self {
        OnPlace(NonNull::from(place))
    }

    #[inline]
    pub fn place(&self) -> &Place {
        // SAFETY: the contract of `new`.
        unsafe { self.0.as_ref() }
    }
}

// SAFETY: `base` is the page-aligned end of a mapping that is larger than
// `MIN_STACK_SIZE` and whose lowest page is a guard page. It lives as long as this is used.
unsafe impl Stack for OnPlace {
    #[inline]
    fn base(&self) -> StackPointer {
        StackPointer::new(self.place().mapping.base()).expect("no mapping ends at address 0")
    }

    #[inline]
    fn limit(&self) -> StackPointer {
        StackPointer::new(self.place().mapping.limit()).expect("no mapping starts at address 0")
    }

    #[cfg(windows)]
    fn teb_fields(&self) -> corosensei::stack::StackTebFields {
        self.place().mapping.teb_fields()
    }

    #[cfg(windows)]
    fn update_teb_fields(&mut self, limit: usize, guaranteed: usize) {
        self.place().mapping.update_teb_fields(limit, guaranteed);
    }
}
