//! Copies of what fibers have on a stack, while another one is there.
//!
//! Scripts that wait in the same place have nearly the same on a stack: the same return
//! addresses, the same pointers into the stack, the same remains of what was called before.
//! So most of them keep only the words in which they differ from an [`Image`] that they
//! share, some tenth of what they use.

use std::io;
use std::rc::Rc;

/// Words for which one word says which of them differ.
const GROUP: usize = u64::BITS as usize;

/// Images of one stack: so many kinds of waits can take turns.
const IMAGES: usize = 4;

/// Words of the largest image. What is larger is copied as it is.
const LARGEST: usize = 8192;

/// A copy of the used words of a stack.
pub(crate) struct Spilled {
    /// Words that most of them are equal to.
    image: Option<Rc<Image>>,
    /// For each group of words, which of them differ; then those that do. Without an image,
    /// all words.
    words: Box<[u64]>,
}

/// A copy of the used words of a stack that others are compared with.
struct Image(Vec<u64>);

/// The images of one stack.
#[derive(Default)]
pub(crate) struct Images {
    images: Vec<Rc<Image>>,
    /// The one that is replaced next.
    next: usize,
    /// Where differences are collected.
    scratch: Vec<u64>,
}

impl Images {
    /// Copies what is on a stack.
    ///
    /// # Errors
    ///
    /// There is no memory for it.
    pub fn spill(&mut self, stack: &[u64]) -> io::Result<Spilled> {
        if stack.len() > LARGEST {
            return Ok(Spilled {
                image: None,
                words: copied(stack)?.into_boxed_slice(),
            });
        }
        let of_same_size = |image: &Rc<Image>| image.0.len() == stack.len();
        let mut index = self.images.iter().position(of_same_size);
        if let Some(index) = index {
            let image = &self.images[index];
            find_differences(stack, &image.0, &mut self.scratch)?;
            if self.scratch.len() <= stack.len() / 2 {
                return Ok(Spilled {
                    image: Some(image.clone()),
                    words: copied(&self.scratch)?.into_boxed_slice(),
                });
            }
        }
        // It is the image of those that come after.
        let image = Rc::new(Image(copied(stack)?));
        // It does not differ from itself.
        let words = copied(&[0; LARGEST / GROUP][..stack.len().div_ceil(GROUP)])?;
        if index.is_none() && self.images.len() < IMAGES {
            self.images.push(image.clone());
        } else {
            let replaced = index.get_or_insert_with(|| {
                self.next = (self.next + 1) % IMAGES;
                self.next
            });
            self.images[*replaced] = image.clone();
        }
        Ok(Spilled {
            image: Some(image),
            words: words.into_boxed_slice(),
        })
    }
}

impl Spilled {
    /// How many words of the stack this is.
    pub fn len(&self) -> usize {
        match &self.image {
            Some(image) => image.0.len(),
            None => self.words.len(),
        }
    }

    /// Bytes that it takes by itself.
    pub fn bytes(&self) -> usize {
        size_of_val(&*self.words)
    }

    /// Writes it back to the stack.
    pub fn restore(&self, stack: &mut [u64]) {
        let Some(image) = &self.image else {
            return stack.copy_from_slice(&self.words);
        };
        stack.copy_from_slice(&image.0);
        let (groups, different) = self.words.split_at(stack.len().div_ceil(GROUP));
        let mut different = different.iter();
        for (group, stack) in groups.iter().zip(stack.chunks_mut(GROUP)) {
            let mut group = *group;
            while group != 0 {
                let index = group.trailing_zeros() as usize;
                stack[index] = *different.next().expect("a word for each bit");
                group &= group - 1;
            }
        }
    }
}

/// Finds the words in which a stack differs from an image of the same size: in `found` are
/// a bit for each that does, and these words.
fn find_differences(stack: &[u64], image: &[u64], found: &mut Vec<u64>) -> io::Result<()> {
    let groups = stack.len().div_ceil(GROUP);
    found.clear();
    found
        .try_reserve(groups + stack.len())
        .map_err(|_| io::ErrorKind::OutOfMemory)?;
    found.resize(groups, 0);
    let pairs = stack.chunks(GROUP).zip(image.chunks(GROUP));
    for (group, (stack, image)) in pairs.enumerate() {
        let mut bits = 0;
        for (index, (word, other)) in stack.iter().zip(image).enumerate() {
            bits |= u64::from(word != other) << index;
        }
        found[group] = bits;
        while bits != 0 {
            found.push(stack[bits.trailing_zeros() as usize]);
            bits &= bits - 1;
        }
    }
    Ok(())
}

/// A copy for which the process does not end if there is no memory.
fn copied(words: &[u64]) -> io::Result<Vec<u64>> {
    let mut copy = Vec::new();
    copy.try_reserve_exact(words.len())
        .map_err(|_| io::ErrorKind::OutOfMemory)?;
    copy.extend_from_slice(words);
    Ok(copy)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Spills some words and brings them back; returns the words that this takes.
    fn check(images: &mut Images, stack: &[u64]) -> usize {
        let spilled = images.spill(stack).expect("memory");
        assert_eq!(spilled.len(), stack.len());
        let mut back = vec![u64::MAX; stack.len()];
        spilled.restore(&mut back);
        assert_eq!(back, stack);
        spilled.words.len()
    }

    #[test]
    fn what_differs_in_few_words_takes_few() {
        let mut images = Images::default();
        for len in [1, 63, 64, 65, 1000, LARGEST] {
            let stack: Vec<u64> = (0..len as u64).collect();
            let groups = len.div_ceil(GROUP);
            assert_eq!(check(&mut images, &stack), groups);
            assert_eq!(check(&mut images, &stack), groups);
            for index in [0, len / 2, len - 1] {
                let mut other = stack.clone();
                other[index] = 77_777;
                if len > 4 {
                    assert_eq!(check(&mut images, &other), groups + 1);
                }
            }
        }
    }

    #[test]
    fn what_differs_in_many_words_is_the_next_image() {
        let mut images = Images::default();
        let (one, other) = (vec![1; 640], vec![2; 640]);
        let first = images.spill(&one).expect("memory");
        assert_eq!(check(&mut images, &other), 10);
        assert_eq!(check(&mut images, &other), 10);
        assert_eq!(images.images.len(), 1, "it has replaced the other");
        let mut back = vec![0; 640];
        first.restore(&mut back);
        assert_eq!(back, one, "which lives as long as it is needed");
    }

    #[test]
    fn some_kinds_take_turns() {
        let mut images = Images::default();
        for round in 0..10 {
            for len in 0..IMAGES {
                let mut stack = vec![5; 1000 + len];
                stack[len] = round;
                let words = check(&mut images, &stack);
                assert_eq!(words, 16 + usize::from(round > 0), "{round}");
            }
        }
        for len in 0..100 {
            check(&mut images, &vec![7; len]);
        }
        assert_eq!(images.images.len(), IMAGES);
    }

    #[test]
    fn what_is_large_has_no_image() {
        let mut images = Images::default();
        let stack = vec![3; LARGEST + 1];
        assert_eq!(check(&mut images, &stack), LARGEST + 1);
        assert!(images.images.is_empty());
    }
}
