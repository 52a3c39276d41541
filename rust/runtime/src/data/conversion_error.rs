//! Values that cannot cross between a script and its host.

use std::fmt;

/// A value cannot cross the boundary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConversionError {
    /// Where it sits in the value that was to cross: `args[1].user.avatar`.
    pub path: String,
    /// The reason why it cannot cross.
    pub problem: String,
    /// Advice to whoever wrote the code.
    pub hint: String,
}

impl ConversionError {
    /// An error in a value as a whole.
    pub fn new(problem: impl Into<String>, hint: impl Into<String>) -> Self {
        ConversionError {
            path: String::new(),
            problem: problem.into(),
            hint: hint.into(),
        }
    }

    /// Bytes that are no encoding of a value: a mistake of the host.
    pub fn malformed(what: &str) -> Self {
        Self::new(
            format!("malformed value: {what}"),
            "this is a bug in the host",
        )
    }

    /// The same error in a value that is a part of another.
    pub fn below(mut self, path: &str) -> Self {
        self.path.insert_str(0, path);
        self
    }
}

impl fmt::Display for ConversionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.problem)?;
        match self.hint.is_empty() {
            true => Ok(()),
            false => write!(f, " ({})", self.hint),
        }
    }
}
