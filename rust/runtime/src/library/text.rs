//! Texts that ask before they grow.

use std::fmt;

use rhai::{Identifier, ImmutableString};

use crate::limits::limit::Limit;

use memory::Sizes;

use crate::limits::sizes::{self, TooLarge};

/// A text whose length is known. It is made where it stays, so that it takes no more than
/// its length.
///
/// A string of scripts doubles its capacity until that is enough, and none can be made
/// with a given one except from another string, which is copied with its capacity. So the
/// text begins with a string that has to be doubled so and so often.
#[derive(Debug)]
pub struct SizedText {
    start: String,
    all: Identifier,
}

/// Bytes that a text of known length begins with at most.
const START: usize = 8 << 10;

impl SizedText {
    /// Begins a text of `len` bytes.
    ///
    /// # Errors
    ///
    /// It may not have so many.
    pub fn new(len: usize) -> Result<Self, TooLarge> {
        sizes::check_string(len)?;
        let (mut start, mut doublings) = (len, 0);
        while start > START {
            start = start.div_ceil(2);
            doublings += 1;
        }
        let doubled = start.saturating_mul(1 << doublings);
        sizes::ask(doubled.saturating_add(2 * START))?;
        Ok(SizedText::with_start(start))
    }

    /// Copies a part of a string, which needs no more than that.
    pub fn copy(part: &str) -> ImmutableString {
        let mut start = part.len();
        while start > START {
            start = start.div_ceil(2);
        }
        let mut copy = SizedText::with_start(start);
        copy.push_str(part);
        copy.finish()
    }

    fn with_start(start: usize) -> Self {
        SizedText {
            start: String::with_capacity(start),
            all: Identifier::new(),
        }
    }

    /// Appends `part`.
    pub fn push_str(&mut self, part: &str) {
        if !self.all.is_empty() {
            return self.all.push_str(part);
        }
        let room = self.start.capacity() - self.start.len();
        let fits = (0..=room.min(part.len()))
            .rev()
            .find(|end| part.is_char_boundary(*end));
        let (fitting, rest) = part.split_at(fits.unwrap_or(0));
        self.start.push_str(fitting);
        if !rest.is_empty() {
            self.all = std::mem::take(&mut self.start).into();
            self.all.push_str(rest);
        }
    }

    /// Ends the text.
    pub fn finish(self) -> ImmutableString {
        match self.all.is_empty() {
            true => self.start.into(),
            false => self.all.into(),
        }
    }
}

/// A text that grows as far as it may.
///
/// Writing to it with [`fmt::Write`] fails without a reason;
/// [`failure`](Self::failure) then tells it.
#[derive(Debug)]
pub struct Text {
    text: String,
    sizes: Sizes,
    failure: Option<TooLarge>,
}

/// Bytes that a text grows by at least where there is no room to double it.
const STEP: usize = 64 << 10;

impl Default for Text {
    /// Begins a text.
    fn default() -> Self {
        Text {
            text: String::new(),
            sizes: memory::sizes(),
            failure: None,
        }
    }
}

impl Text {
    /// Appends `part`.
    ///
    /// # Errors
    ///
    /// The text would be too large.
    #[inline]
    pub fn push_str(&mut self, part: &str) -> Result<(), TooLarge> {
        if part.len() > self.text.capacity() - self.text.len() {
            self.grow(part.len())?;
        }
        self.text.push_str(part);
        Ok(())
    }

    /// Appends `c`.
    ///
    /// # Errors
    ///
    /// As [`push_str`](Self::push_str).
    #[inline]
    pub fn push(&mut self, c: char) -> Result<(), TooLarge> {
        self.push_str(c.encode_utf8(&mut [0; 4]))
    }

    /// The text so far.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Cuts off what comes after the first `len` bytes.
    pub fn truncate(&mut self, len: usize) {
        self.text.truncate(len);
    }

    /// Why writing to the text failed.
    pub fn failure(&self) -> TooLarge {
        self.failure.unwrap_or(TooLarge(Limit::StringLength))
    }

    /// Ends the text.
    ///
    /// # Errors
    ///
    /// It cannot be made a string of scripts, which is a copy.
    pub fn finish(mut self) -> Result<ImmutableString, TooLarge> {
        // The copy has the capacity of the original.
        self.text.shrink_to_fit();
        sizes::ask(self.text.len())?;
        Ok(self.text.into())
    }

    #[cold]
    fn grow(&mut self, more: usize) -> Result<(), TooLarge> {
        let (len, capacity) = (self.text.len(), self.text.capacity());
        let needed = len.saturating_add(more);
        sizes::check_string(needed)?;
        let most = self.sizes.longest_string();
        let doubled = needed.max(capacity.saturating_mul(2)).min(most).max(64);
        let stepped = needed.saturating_add(STEP).min(most);
        let enough = [doubled, stepped, needed]
            .into_iter()
            .find(|wanted| memory::fits(wanted - capacity))
            .ok_or_else(sizes::refusal)?;
        let reserved = self.text.try_reserve_exact(enough - len);
        reserved.map_err(|_| sizes::refusal())
    }
}

impl fmt::Write for Text {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        self.push_str(part).map_err(|reason| {
            self.failure = Some(reason);
            fmt::Error
        })
    }
}
