//! Memory that an allocated block takes.

/// How the system's allocator makes blocks, as far as it matters for counting them.
struct Blocks {
    /// Bytes that it adds to what was asked for.
    header: usize,
    /// Bytes that every block is a multiple of.
    quantum: usize,
    /// Bytes of the smallest block.
    smallest: usize,
    /// Sizes that blocks may have between a size and twice that, where that is few; else 0.
    classes: usize,
}

const WORD: usize = size_of::<usize>();

/// Chunks of glibc: a header of one word, and aligned to two, or to 16 bytes on x86
/// (`request2size` in malloc/malloc.c; sysdeps/i386/malloc-alignment.h).
const GLIBC: Blocks = Blocks {
    header: WORD,
    quantum: if cfg!(target_arch = "x86") {
        16
    } else {
        2 * WORD
    },
    smallest: 4 * WORD,
    classes: 0,
};

/// Slots of musl's mallocng (meta.h, `size_classes` in malloc.c).
const MUSL: Blocks = Blocks {
    header: 4,
    quantum: 16,
    smallest: 16,
    classes: 4,
};

/// Chunks of Scudo, which Android has since version 11 (`AndroidSizeClassConfig` in
/// size_class_map.h, `getHeaderSize` in chunk.h). Its classes are chosen by hand, so that
/// some blocks are a third larger. Its predecessor, jemalloc, adds less.
const SCUDO: Blocks = Blocks {
    header: 2 * WORD,
    quantum: 16,
    smallest: 32,
    classes: 4,
};

/// Regions of Apple's libmalloc: tiny ones, and from 1 KiB on small ones of 512 bytes each
/// (thresholds.h).
const APPLE: Blocks = Blocks {
    header: 0,
    quantum: 16,
    smallest: 16,
    classes: 4,
};

/// Heaps of Windows (the table in Microsoft's "Low-fragmentation Heap").
const WINDOWS: Blocks = Blocks {
    header: 2 * WORD,
    quantum: 2 * WORD,
    smallest: 4 * WORD,
    classes: 16,
};

/// Those of the target; the most careful ones where it is another.
const SYSTEM: Blocks = if cfg!(all(target_os = "linux", target_env = "gnu")) {
    GLIBC
} else if cfg!(target_env = "musl") {
    MUSL
} else if cfg!(target_vendor = "apple") {
    APPLE
} else if cfg!(windows) {
    WINDOWS
} else {
    SCUDO
};

/// Bytes of a page, at least. Where a large block is larger than was asked for, whole pages
/// at its end are never touched.
const PAGE: usize = 4096;

impl Blocks {
    /// The bytes that a block of `size` bytes takes, of at most `isize::MAX`.
    #[inline(always)]
    const fn taken(&self, size: usize) -> usize {
        let bytes = size + self.header;
        let step = match self.classes {
            0 => self.quantum,
            classes => {
                let step = (1 << (bytes | 1).ilog2()) / classes;
                // `clamp` is no `const fn`.
                if step < self.quantum {
                    self.quantum
                } else if step > PAGE {
                    PAGE
                } else {
                    step
                }
            }
        };
        let taken = (bytes + step - 1) & !(step - 1);
        if taken < self.smallest {
            self.smallest
        } else {
            taken
        }
    }
}

/// The bytes that a block of `size` bytes takes.
#[inline(always)]
pub(crate) fn taken(size: usize) -> i64 {
    // No layout has more than `isize::MAX` bytes.
    SYSTEM.taken(size) as i64
}

/// The bytes that a block of `size` bytes takes; the most that there may be if they are too
/// many to count.
pub fn block(size: usize) -> usize {
    match isize::try_from(size) {
        Ok(_) => SYSTEM.taken(size),
        Err(_) => usize::MAX,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_that_no_layout_has_is_too_large() {
        assert_eq!(block(isize::MAX as usize + 1), usize::MAX);
        assert_eq!(block(usize::MAX), usize::MAX);
        assert!(block(isize::MAX as usize) >= isize::MAX as usize);
    }

    #[test]
    fn every_target_s_blocks_hold_what_was_asked_for() {
        for blocks in [GLIBC, MUSL, SCUDO, APPLE, WINDOWS] {
            let mut before = blocks.smallest;
            for size in 0..=3 * PAGE {
                let taken = blocks.taken(size);
                assert_eq!(taken % blocks.quantum, 0);
                assert!(taken >= size + blocks.header && taken >= before);
                // Half as large again is what size classes may add, and small blocks take
                // a quantum more.
                let most = (size + blocks.header) * 3 / 2 + blocks.quantum;
                assert!(taken <= most.max(blocks.smallest));
                before = taken;
            }
        }
    }

    #[test]
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    fn glibc_takes_what_is_counted() {
        for size in 1..=16 * PAGE {
            let data = Vec::<u8>::with_capacity(size);
            // SAFETY: a block that was just allocated by the system's allocator, which is
            // the global one of this test.
            let usable = unsafe { libc::malloc_usable_size(data.as_ptr().cast_mut().cast()) };
            let chunk = (usable + WORD) as i64;
            // It is larger only where what is left would be too small for a chunk.
            let spare = chunk - taken(size);
            assert!(
                (0..SYSTEM.smallest as i64).contains(&spare),
                "{size}: {spare}"
            );
        }
    }
}
