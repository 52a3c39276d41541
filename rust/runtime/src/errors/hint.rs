//! Hints about an error, beside what Rhai says of it.

/// Facts about an error that Rhai does not tell.
#[derive(Debug, Default)]
pub struct Hint {
    /// Advice, for the message.
    pub advice: Option<String>,
    /// Advice for it that follows the functions of the host that there are.
    pub remark: Option<String>,
    /// How the script calls the host's function that the error is about, if that is a value.
    pub called: Option<String>,
    /// Types, in the host, of the arguments that are objects of it, where these are known.
    pub types: Vec<Option<String>>,
}
