//! The stacks that fibers take turns on.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::io;
use std::rc::Rc;

use crate::place::{Frames, OnPlace, Place};

/// How the address space of a fiber stack is divided, from its base downwards.
///
/// The first region (`script`) is for code that asks, now and then, whether it has left it
/// ([`script_stack_limit`](crate::script_stack_limit)). The rest (`reserve`) is for what
/// cannot be checked while it recurses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StackLayout {
    /// Bytes that checked code may use.
    pub script: usize,
    /// Bytes kept free below them.
    pub reserve: usize,
}

/// Whether suspended fibers share stacks: a sanitizer knows one stack for each fiber, and
/// so does Windows.
pub const SHARES_STACKS: bool = cfg!(not(any(windows, feature = "sanitizer")));

/// Stacks of a pool: with so many, that many fibers can alternate without a copy. Where
/// addresses have 32 bits, there is no room for more than one.
const STACKS: usize = if usize::BITS < 64 { 1 } else { 3 };

/// Pools whose values can be dropped on each other's stacks: code that runs on a stack of one
/// does not switch to another.
#[derive(Debug, Clone, Default)]
pub struct StackGroup {
    /// Whether code runs on a stack of one of the pools.
    is_running: Rc<Cell<bool>>,
}

/// The stacks of some engines, all of the same size.
pub struct StackPool {
    layout: StackLayout,
    /// Stacks that are shared; where none are, those that are idle.
    places: RefCell<Vec<Rc<Place>>>,
    /// How many there may be before fibers make room for each other.
    max_places: usize,
    group: StackGroup,
    suspensions: Cell<u64>,
    spills: Cell<u64>,
    /// Bytes of the copies that there are.
    copied: Cell<usize>,
    /// The most that there were since [`take_freed`](Self::take_freed) returned some.
    most_copied: Cell<usize>,
}

impl StackPool {
    /// Makes an empty pool of stacks with this layout.
    pub fn new(layout: StackLayout) -> Rc<Self> {
        Self::in_group(layout, &StackGroup::default())
    }

    /// Makes an empty pool of stacks with this layout, in a group.
    pub fn in_group(layout: StackLayout, group: &StackGroup) -> Rc<Self> {
        Self::make(layout, STACKS, group)
    }

    /// Makes an empty pool in which `count` fibers can be suspended before one makes room
    /// for another.
    pub fn with_stacks(layout: StackLayout, count: usize) -> Rc<Self> {
        Self::make(layout, count, &StackGroup::default())
    }

    fn make(layout: StackLayout, count: usize, group: &StackGroup) -> Rc<Self> {
        Rc::new(StackPool {
            layout,
            group: group.clone(),
            places: RefCell::default(),
            max_places: count,
            suspensions: Cell::new(0),
            spills: Cell::new(0),
            copied: Cell::new(0),
            most_copied: Cell::new(0),
        })
    }

    /// How the stacks of this pool are divided.
    pub fn layout(&self) -> StackLayout {
        self.layout
    }

    /// The stacks that are mapped, or where they are not shared, idle.
    pub fn stack_count(&self) -> usize {
        self.places.borrow().len()
    }

    /// How often a fiber has made room for another.
    pub fn spill_count(&self) -> u64 {
        self.spills.get()
    }

    fn map(&self) -> io::Result<Rc<Place>> {
        let StackLayout { script, reserve } = self.layout;
        let size = script.checked_add(reserve);
        Place::map(size.ok_or(io::ErrorKind::OutOfMemory)?)
    }

    /// Finds a stack that nobody is on: one that is free, a new one, or that of the fiber
    /// which is suspended for longest.
    ///
    /// # Errors
    ///
    /// No stack can be mapped, or there is no memory to make room on one.
    #[inline]
    pub(crate) fn take(&self) -> io::Result<Rc<Place>> {
        if !SHARES_STACKS {
            let idle = self.places.borrow_mut().pop();
            return idle.map_or_else(|| self.map(), Ok);
        }
        let places = self.places.borrow();
        if let Some(place) = places.iter().find(|place| place.is_free()) {
            return Ok(place.clone());
        }
        drop(places);
        self.make_room()
    }

    #[cold]
    fn make_room(&self) -> io::Result<Rc<Place>> {
        let mut places = self.places.borrow_mut();
        let suspended = places.iter().filter(|place| !place.is_in_use());
        let oldest = suspended.min_by_key(|place| place.suspended_at()).cloned();
        let is_full = places.len() >= self.max_places;
        match oldest {
            Some(place) if is_full => self.spill(&place).map(|()| place),
            oldest => match (self.map(), oldest) {
                (Ok(place), _) => {
                    places.push(place.clone());
                    Ok(place)
                }
                // Where address space is short, those that there are must do.
                (Err(_), Some(place)) => self.spill(&place).map(|()| place),
                (Err(error), None) => Err(error),
            },
        }
    }

    /// Puts the frames of a fiber back on its stack.
    ///
    /// # Errors
    ///
    /// Something runs on it, or there is no memory to make room on it.
    #[inline]
    pub(crate) fn bring_back(&self, frames: &Rc<Frames>, place: &Place) -> io::Result<()> {
        match place.holds(frames) {
            true => Ok(()),
            false => self.restore(frames, place),
        }
    }

    #[cold]
    fn restore(&self, frames: &Rc<Frames>, place: &Place) -> io::Result<()> {
        self.spill(place)?;
        self.note_freed(place.restore(frames));
        Ok(())
    }

    /// Makes room on a stack.
    ///
    /// # Errors
    ///
    /// Something runs there, or there is no memory for a copy of the frames.
    pub(crate) fn spill(&self, place: &Place) -> io::Result<()> {
        if !place.is_free() {
            let copied = self.copied.get() + place.spill()?;
            self.copied.set(copied);
            self.most_copied.set(self.most_copied.get().max(copied));
            self.spills.set(self.spills.get() + 1);
        }
        Ok(())
    }

    /// Notes that a copy of so many bytes was freed.
    pub(crate) fn note_freed(&self, bytes: usize) {
        self.copied.set(self.copied.get() - bytes);
    }

    /// The bytes of copies that were freed for good. Copies come and go while fibers take
    /// turns, so it is 0 until nearly all are gone that there were at most.
    #[inline]
    pub fn take_freed(&self) -> usize {
        let (copied, most) = (self.copied.get(), self.most_copied.get());
        match copied <= most / 8 {
            true => self.most_copied.replace(copied) - copied,
            false => 0,
        }
    }

    /// Notes that the fiber on a stack has suspended itself.
    #[inline]
    pub(crate) fn note_suspension(&self, place: &Place) {
        place.set_suspended_at(self.suspensions.get());
        self.suspensions.set(self.suspensions.get() + 1);
    }

    /// Takes back a stack that nobody is on any more.
    #[inline]
    pub(crate) fn leave(&self, place: &Rc<Place>) {
        place.vacate();
        if !SHARES_STACKS {
            let mut idle = self.places.borrow_mut();
            if idle.len() < self.max_places {
                idle.push(place.clone());
            }
        }
    }

    /// Runs `f` on a stack of this pool: for work that recurses as deeply as a
    /// value is nested, such as dropping it.
    ///
    /// # Errors
    ///
    /// No stack could be had; `f` did not run.
    ///
    /// # Panics
    ///
    /// `f` does.
    pub fn run<R>(&self, f: impl FnOnce() -> R) -> io::Result<R> {
        /// Takes the stack back, also if `f` panics.
        struct Lease<'a>(&'a StackPool, Rc<Place>);
        impl Drop for Lease<'_> {
            fn drop(&mut self) {
                let Lease(pool, place) = self;
                place.set_in_use(false);
                pool.leave(place);
            }
        }

        let lease = Lease(self, self.take()?);
        lease.1.set_in_use(true);
        let _running = self.enter();
        // SAFETY: the lease keeps the place until `f` has ended.
        Ok(corosensei::on_stack(unsafe { OnPlace::new(&lease.1) }, f))
    }

    /// Says that code runs on one of the stacks, until the result is dropped.
    #[inline]
    pub(crate) fn enter(&self) -> Running<'_> {
        Running {
            pool: self,
            before: self.group.is_running.replace(true),
        }
    }

    /// Whether the code that asks runs on one of the stacks, or of another pool in the group.
    #[inline]
    pub fn is_running(&self) -> bool {
        self.group.is_running.get()
    }
}

impl fmt::Debug for StackPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StackPool")
            .field("layout", &self.layout)
            .finish_non_exhaustive()
    }
}

/// Says that code runs on a stack of a pool. It ends also when that panics.
pub(crate) struct Running<'a> {
    pool: &'a StackPool,
    before: bool,
}

impl Drop for Running<'_> {
    #[inline]
    fn drop(&mut self) {
        self.pool.group.is_running.set(self.before);
    }
}
