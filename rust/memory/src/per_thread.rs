//! A value for each thread that the global allocator may use.
//!
//! `thread_local!` will do where the linker knows thread-local storage. On Android Rust
//! keeps each value in a block of its own, under a key of the C library. It asks the global
//! allocator for that block, which before Rust 1.93 never ends if the allocator needs the
//! value; and when a thread has ended so far that its block is freed, it panics. Blocks
//! here are the C library's, and a thread that is ending can have another one.

use std::ffi::c_void;
use std::marker::PhantomData;
use std::process::abort;
use std::ptr;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A value for each thread, made when the thread first asks for it. It is not dropped.
pub(crate) struct PerThread<T> {
    make: fn() -> T,
    /// The key of the C library and one more, as 0 is a key too; 0 before there is one.
    key: AtomicUsize,
    value: PhantomData<*const T>,
}

// SAFETY: no thread is given the value of another one.
unsafe impl<T> Sync for PerThread<T> {}

impl<T: 'static> PerThread<T> {
    const IS_PLAIN: () = assert!(!std::mem::needs_drop::<T>() && align_of::<T>() <= 8);

    /// A value that `make` makes, which allocates nothing.
    pub const fn new(make: fn() -> T) -> Self {
        let () = Self::IS_PLAIN;
        PerThread {
            make,
            key: AtomicUsize::new(0),
            value: PhantomData,
        }
    }

    /// Calls `f` with the value of this thread.
    #[inline]
    pub fn with<R>(&'static self, f: impl FnOnce(&T) -> R) -> R {
        let key = match self.key.load(Ordering::Acquire) {
            0 => self.make_key(),
            key => key - 1,
        } as libc::pthread_key_t;
        // SAFETY: the key was made and is never deleted.
        let mut value = unsafe { libc::pthread_getspecific(key) }.cast::<T>();
        if value.is_null() {
            value = self.make_value(key);
        }
        // SAFETY: what `make_value` made on this thread. It is freed when the thread has
        // ended and runs nothing of ours.
        f(unsafe { &*value })
    }

    #[cold]
    fn make_key(&self) -> usize {
        let mut key = 0;
        // SAFETY: `free` takes what is stored under the key, which is from `malloc`.
        if unsafe { libc::pthread_key_create(&mut key, Some(free)) } != 0 {
            abort();
        }
        let mine = key as usize + 1;
        let exchange = self
            .key
            .compare_exchange(0, mine, Ordering::AcqRel, Ordering::Acquire);
        match exchange {
            Ok(_) => mine - 1,
            Err(other) => {
                // SAFETY: another thread was first, and nobody knows this key.
                unsafe { libc::pthread_key_delete(key) };
                other - 1
            }
        }
    }

    #[cold]
    fn make_value(&self, key: libc::pthread_key_t) -> *mut T {
        // SAFETY: a block of the size of the value, and aligned for it as asserted, is
        // written to before anybody reads it. An allocator has no other way to fail.
        unsafe {
            let value = libc::malloc(size_of::<T>()).cast::<T>();
            if value.is_null() || libc::pthread_setspecific(key, value.cast()) != 0 {
                abort();
            }
            ptr::write(value, (self.make)());
            value
        }
    }
}

unsafe extern "C" fn free(value: *mut c_void) {
    // SAFETY: the C library calls it once for each block that was stored.
    unsafe { libc::free(value) };
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::thread;

    use super::*;

    #[test]
    fn each_thread_has_its_own() {
        static COUNT: PerThread<Cell<u64>> = PerThread::new(|| Cell::new(40));
        let count = || COUNT.with(|count| count.replace(count.get() + 1));
        let both = move || (count(), count());
        let threads: Vec<_> = (0..8).map(|_| thread::spawn(both)).collect();
        assert_eq!(both(), (40, 41));
        for thread in threads {
            assert_eq!(thread.join().expect("no panic"), (40, 41));
        }
        assert_eq!(count(), 42);
    }

    #[test]
    fn a_thread_that_ends_has_another_one() {
        static COUNT: PerThread<Cell<u64>> = PerThread::new(|| Cell::new(7));
        /// Asks for the value when the thread drops what is local to it.
        struct Late;
        impl Drop for Late {
            fn drop(&mut self) {
                COUNT.with(|count| assert!((7..9).contains(&count.get())));
            }
        }
        thread_local!(static LATE: Late = const { Late });
        let thread = thread::spawn(|| {
            LATE.with(|_| COUNT.with(|count| count.set(8)));
        });
        thread.join().expect("no panic");
    }
}
