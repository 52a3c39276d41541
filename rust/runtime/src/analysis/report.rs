//! Facts about a script that was not run.

use rhai::{ImmutableString, Position};

use crate::language::place::FaultyLine;

/// Result of an analysis. Of a script that does not parse, only the error is known.
#[derive(Debug, Default)]
pub struct Report {
    /// Why it does not parse, if it does not.
    pub fault: Option<Fault>,
    /// Valid parts that look wrong, by position.
    pub warnings: Vec<Warning>,
    /// Functions that it declares, in their order.
    pub functions: Vec<Declaration>,
    /// Modules that it imports, by position.
    pub imports: Vec<Import>,
    /// Variables that it uses and does not declare, by position.
    pub free_variables: Vec<(ImmutableString, Position)>,
    /// Its shape, in one line.
    pub summary: String,
}

/// Error of a script that does not parse.
#[derive(Debug)]
pub struct Fault {
    /// A sentence.
    pub message: String,
    /// The line that is not valid, if it is known.
    pub line: Option<FaultyLine>,
    /// Where it is.
    pub position: Position,
}

/// Kinds of warnings; the numbers are the protocol's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum WarningKind {
    /// A call of a function that is not there.
    UnknownFunction,
    /// A variable whose value nobody uses.
    UnusedVariable,
    /// The use of a variable that is not there.
    UndefinedVariable,
    /// Code that never runs.
    UnreachableCode,
    /// A function that is called instead of one of the engine's.
    ShadowedFunction,
    /// A constant that something is assigned to.
    ConstantChanged,
}

/// Something valid that looks wrong.
#[derive(Debug)]
pub struct Warning {
    /// Its kind.
    pub kind: WarningKind,
    /// The name that it concerns.
    pub name: String,
    /// A sentence.
    pub message: String,
    /// Where it is.
    pub position: Position,
}

/// An `import` of a script.
#[derive(Debug)]
pub struct Import {
    /// The path, if it is a literal.
    pub path: Option<ImmutableString>,
    /// The name that it has in the script.
    pub alias: Option<ImmutableString>,
    /// Where it is.
    pub position: Position,
}

/// A function that a script declares.
#[derive(Debug)]
pub struct Declaration {
    /// Its name.
    pub name: String,
    /// The names of its parameters.
    pub parameters: Vec<String>,
    /// Where its name is.
    pub position: Position,
    /// Whether it is a method of one type only: `fn int.twice() { … }`.
    pub is_typed: bool,
}
