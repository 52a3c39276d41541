//! Numbers, orders and layouts that Dart and the native side agree on.
//!
//! `lib/src/wire/protocol.dart` has the same groups with the same names, and a test compares
//! them. So each group is a module, and each constant a plain literal. Numbers that the
//! runtime has are compared with these where the crate is compiled (`agreement`).

/// Types of encoded values; each takes a byte.
pub mod tag {
    /// Rhai's `()`.
    pub const UNIT: u8 = 0;

    /// `false`.
    pub const NO: u8 = 1;

    /// `true`.
    pub const YES: u8 = 2;

    /// An integer of 64 bits.
    pub const INTEGER: u8 = 3;

    /// A floating point number of 64 bits.
    pub const FLOAT: u8 = 4;

    /// A string: its length, and its bytes in UTF-8.
    pub const STRING: u8 = 5;

    /// A blob: its length, and its bytes.
    pub const BLOB: u8 = 6;

    /// An array: the number of its values, and these. In a slot, any flat encoding.
    pub const ARRAY: u8 = 7;

    /// An object map: the number of its entries, and a key and a value for each.
    pub const MAP: u8 = 8;

    /// An array of integers alone: their number, and 8 bytes each.
    pub const INTS: u8 = 9;

    /// An array of floating point numbers alone: their number, and 8 bytes each.
    pub const FLOATS: u8 = 10;

    /// A range without its end: two integers.
    pub const RANGE: u8 = 11;

    /// A range with its end: two integers.
    pub const INCLUSIVE_RANGE: u8 = 12;

    /// A Dart object. To Dart, its id.
    pub const OBJECT: u8 = 13;

    /// A Dart function. To Dart, its id; from Dart, the numbers of arguments it takes.
    pub const CLOSURE: u8 = 14;

    /// A function of a script: its id. To Dart also its handle, serial number and name.
    pub const FUNCTION: u8 = 15;
}

/// Keys of object maps in the flat encoding.
pub mod key {
    /// The first keys of a value, which later ones can refer to.
    pub const MAX_REFERABLE: usize = 32;

    /// The bit that marks the index of an earlier key. Without it the number is a length.
    pub const REFERENCE: u32 = 0x80000000;
}

/// The header of a flat encoding from Dart, in bytes.
pub mod header {
    /// Where the id of the first new object is.
    pub const FIRST_OBJECT: usize = 0;

    /// Where the number of new objects is.
    pub const OBJECT_COUNT: usize = 8;

    /// The length of the header.
    pub const LENGTH: usize = 16;
}

/// Slots of the frame. The first word has a `tag` and a length, the second one a scalar,
/// or where the bytes are.
pub mod slot {
    /// Words of 64 bits in a slot.
    pub const WORDS: i64 = 2;

    /// The bits of the first word that are the `tag`.
    pub const TAG_MASK: i64 = 0xff;

    /// How far the length is shifted in the first word.
    pub const LENGTH_SHIFT: i64 = 8;

    /// The second word of a long string that was sent in parts before.
    pub const APPENDED: i64 = -1;

    /// In place of the number of slots that are arguments: slot 0 has an array of them.
    pub const IN_ARRAY: i64 = -1;
}

/// Words of the frame, the memory through which Dart and an engine talk.
pub mod frame_word {
    /// The execution that makes a request.
    pub const EXECUTION: usize = 0;

    /// The id of the function that it calls.
    pub const FUNCTION: usize = 1;

    /// How many slots are arguments of the call, in either direction.
    pub const ARGUMENT_COUNT: usize = 2;

    /// The id of the Future that it waits for.
    pub const FUTURE: usize = 3;

    /// The address of the input, for Dart to write to.
    pub const INPUT: usize = 4;

    /// The bytes that fit into the input.
    pub const INPUT_CAPACITY: usize = 5;

    /// The address of the ids of objects that no script needs any more.
    pub const RELEASED: usize = 6;

    /// The number of these ids. Dart sets it to 0 when it has read them.
    pub const RELEASED_COUNT: usize = 7;

    /// The first slot. It has results and replies, too.
    pub const SLOTS: usize = 8;
}

/// Bounds that hold under every configuration.
pub mod bound {
    /// Arguments of a call, and slots in the frame.
    pub const ARGUMENTS: usize = 16;

    /// Levels of nesting in a value that crosses.
    pub const NESTING: usize = 100000;

    /// Levels of nesting in an expression.
    pub const EXPRESSION_DEPTH: usize = 256;

    /// Bytes of input that are always kept. A larger buffer may be given back.
    pub const KEPT_INPUT: usize = 65536;
}

/// Results of native functions that run no script.
pub mod status {
    /// The call did what it was asked to.
    pub const OK: i32 = 0;

    /// The call was given something invalid, and did nothing.
    pub const INVALID: i32 = -1;
}

/// Results of native functions that run a script, or else `status::INVALID`.
pub mod step {
    /// The script ended with the value in slot 0.
    pub const DONE: i32 = 0;

    /// It wants a Dart function called.
    pub const CALL: i32 = 1;

    /// It waits for a Future.
    pub const PENDING: i32 = 2;

    /// It ended with the error that slot 0 describes.
    pub const FAILED: i32 = 3;

    /// It has run for a while, and lets the event loop run.
    pub const YIELDED: i32 = 4;
}

/// Answers that an execution is resumed with.
pub mod reply {
    /// The awaited Future has completed, or the event loop had its turn.
    pub const GO_ON: i32 = 0;

    /// The function returned the value in slot 0.
    pub const VALUE: i32 = 1;

    /// The function failed with the error that slot 0 describes.
    pub const ERROR: i32 = 2;

    /// The function returned a Future.
    pub const PENDING: i32 = 3;
}

/// Time in the event loop, in microseconds.
pub mod event_loop {
    /// How long scripts hold the event loop before they let it run.
    pub const TURN: i64 = 500;

    /// In place of how long it has been held, if the script need not let it run.
    pub const UNWATCHED: i64 = -1;
}

/// Ids of the Dart functions that every engine has.
pub mod function_id {
    /// Writes what `print` prints.
    pub const PRINT: u64 = 0;

    /// Writes what `debug` prints, with its line and its column.
    pub const DEBUG: u64 = 1;

    /// Compares two Dart objects.
    pub const EQUALS: u64 = 2;

    /// Makes a string of a Dart object.
    pub const DESCRIBE: u64 = 3;

    /// Names the type of a Dart object.
    pub const TYPE_NAME: u64 = 4;

    /// Drives the calls of `parallel`.
    pub const PARALLEL: u64 = 5;

    /// Makes an iterator of a Dart object.
    pub const ITERATE: u64 = 6;

    /// Takes the next value of an iterator: an array of it, or `()` after the last one.
    pub const NEXT: u64 = 7;

    /// Loads the text of a module.
    pub const LOAD_MODULE: u64 = 8;

    /// How many there are.
    pub const COUNT: u64 = 9;
}

/// Kinds of values that a parameter accepts, as bits.
pub mod kind {
    /// `()`.
    pub const UNIT: u32 = 0x0001;

    /// A boolean.
    pub const BOOLEAN: u32 = 0x0002;

    /// An integer.
    pub const INTEGER: u32 = 0x0004;

    /// A floating point number.
    pub const FLOAT: u32 = 0x0008;

    /// A string.
    pub const STRING: u32 = 0x0010;

    /// A character.
    pub const CHAR: u32 = 0x0020;

    /// An array.
    pub const ARRAY: u32 = 0x0040;

    /// An object map.
    pub const MAP: u32 = 0x0080;

    /// A blob.
    pub const BLOB: u32 = 0x0100;

    /// A range with or without its end.
    pub const RANGE: u32 = 0x0200;

    /// A function pointer.
    pub const FUNCTION: u32 = 0x0400;

    /// A Dart object.
    pub const OBJECT: u32 = 0x0800;

    /// Everything, also what is not listed here.
    pub const ANY: u32 = 0x0fff;

    /// Values of other kinds too. The call then fails.
    pub const OPEN: u32 = 0x8000;

    /// How far the kinds are shifted that Dart converts for the parameter.
    pub const CONVERTED_SHIFT: u32 = 16;
}

/// Bits that say what scripts of a new engine may use.
pub mod engine_flag {
    /// Files that are imported.
    pub const ALLOW_FILE_IO: u32 = 1;

    /// `eval`.
    pub const ALLOW_EVAL: u32 = 2;

    /// `import` and `export`.
    pub const ALLOW_MODULES: u32 = 4;

    /// Modules whose texts a Dart function loads.
    pub const LOADS_MODULES: u32 = 8;
}

/// Bits of what a fork takes over that its configuration could have otherwise.
pub mod inherited {
    /// Words and functions that are switched off.
    pub const RESTRICTIONS: u32 = 1;

    /// Texts of modules that a Dart function has loaded.
    pub const MODULE_TEXTS: u32 = 2;
}

/// Places of the numbers that a new engine is made of; 0 stands for no limit.
pub mod engine_number {
    /// Operations.
    pub const MAX_OPERATIONS: usize = 0;

    /// Nested calls.
    pub const MAX_STACK_DEPTH: usize = 1;

    /// Levels of nested expressions.
    pub const MAX_EXPRESSION_DEPTH: usize = 2;

    /// Bytes of a string.
    pub const MAX_STRING_LENGTH: usize = 3;

    /// Elements of an array, and bytes of a blob.
    pub const MAX_ARRAY_SIZE: usize = 4;

    /// Entries of an object map.
    pub const MAX_MAP_SIZE: usize = 5;

    /// Variables.
    pub const MAX_VARIABLES: usize = 6;

    /// Functions.
    pub const MAX_FUNCTIONS: usize = 7;

    /// Imports.
    pub const MAX_MODULES: usize = 8;

    /// Bytes of memory.
    pub const MAX_MEMORY: usize = 9;

    /// Bytes of output.
    pub const MAX_OUTPUT_LENGTH: usize = 10;

    /// Bytes of compiled scripts that are kept. Here, 0 stands for none.
    pub const SCRIPT_CACHE_SIZE: usize = 11;

    /// Microseconds of running.
    pub const TIMEOUT: usize = 12;

    /// Microseconds in all, waiting included.
    pub const TOTAL_TIMEOUT: usize = 13;

    /// The number of these numbers.
    pub const COUNT: usize = 14;
}

/// Slots of the numbers of an engine.
pub mod engine_stat {
    /// Bytes of memory that executions use which have not ended.
    pub const MEMORY: usize = 0;

    /// The most bytes of memory that one execution has used.
    pub const PEAK_MEMORY: usize = 1;

    /// Bytes of memory that were lost.
    pub const LEAKED_BYTES: usize = 2;

    /// Texts that are kept compiled.
    pub const CACHED_SCRIPTS: usize = 3;

    /// Bytes that these take.
    pub const CACHED_BYTES: usize = 4;

    /// Scripts that were compiled once, and that Dart has.
    pub const COMPILED_SCRIPTS: usize = 5;

    /// The number of these numbers.
    pub const COUNT: usize = 6;
}

/// Lists of names that are switched off, or on.
pub mod name_list {
    /// Keywords and operators that are disabled.
    pub const DISABLED_SYMBOLS: i64 = 0;

    /// The functions of Rhai that are allowed; all others are not.
    pub const ALLOWED_FUNCTIONS: i64 = 1;

    /// Functions of Rhai that are not allowed.
    pub const DENIED_FUNCTIONS: i64 = 2;

    /// In place of the index of an unknown name: all are known.
    pub const ALL_KNOWN: i64 = -1;

    /// In place of the index of an unknown name: the call was invalid.
    pub const INVALID: i64 = -2;

    /// The line feed that ends each name.
    pub const TERMINATOR: i64 = 0x0a;
}

/// Limits that a script or a value can break.
pub mod limit {
    /// The time that reading a value may take. It is reported as a limit of time.
    pub const READING_TIME: i64 = -1;

    /// Operations.
    pub const OPERATIONS: i64 = 0;

    /// Nested calls.
    pub const STACK_DEPTH: i64 = 1;

    /// Levels of nested expressions.
    pub const EXPRESSION_DEPTH: i64 = 2;

    /// Bytes of a string.
    pub const STRING_LENGTH: i64 = 3;

    /// Elements of an array, and bytes of a blob.
    pub const ARRAY_SIZE: i64 = 4;

    /// Entries of an object map.
    pub const MAP_SIZE: i64 = 5;

    /// Variables.
    pub const VARIABLES: i64 = 6;

    /// Functions.
    pub const FUNCTIONS: i64 = 7;

    /// Imports.
    pub const MODULES: i64 = 8;

    /// Bytes of memory.
    pub const MEMORY: i64 = 9;

    /// Bytes of output.
    pub const OUTPUT_LENGTH: i64 = 10;

    /// Levels of data that script functions held by Dart keep alive.
    pub const NESTING: i64 = 11;

    /// Bytes of native stack.
    pub const NATIVE_STACK: i64 = 12;
}

/// Kinds of script errors.
pub mod error_kind {
    /// The script is not valid Rhai.
    pub const SYNTAX: i64 = 1;

    /// The script failed while it ran, or threw.
    pub const RUNTIME: i64 = 2;

    /// The script took longer than it may.
    pub const TIME_LIMIT: i64 = 3;

    /// The script was cancelled.
    pub const CANCELLED: i64 = 4;

    /// The native side failed.
    pub const FFI: i64 = 5;

    /// A value cannot cross.
    pub const CONVERSION: i64 = 6;

    /// The script broke a limit.
    pub const LIMIT: i64 = 7;
}

/// Kinds of `error_kind::RUNTIME` errors, in the order of `RhaiRuntimeErrorKind`.
pub mod runtime_error_kind {
    /// The script threw something, or a function of Rhai's failed.
    pub const THROWN: i64 = 0;

    /// A Dart function failed.
    pub const DART_FUNCTION: i64 = 1;

    /// There is no such function, or none with such arguments.
    pub const FUNCTION_NOT_FOUND: i64 = 2;

    /// There is no such variable.
    pub const VARIABLE_NOT_FOUND: i64 = 3;

    /// A value has no such property.
    pub const PROPERTY_NOT_FOUND: i64 = 4;

    /// An index is out of bounds.
    pub const INDEX_OUT_OF_BOUNDS: i64 = 5;

    /// A value has another type than the needed one.
    pub const TYPE_MISMATCH: i64 = 6;

    /// `this` is used where there is none.
    pub const UNBOUND_THIS: i64 = 7;

    /// A `for` goes over something without items.
    pub const NOT_ITERABLE: i64 = 8;

    /// A constant would be changed.
    pub const CONSTANT_CHANGED: i64 = 9;

    /// A value is used while it is being changed.
    pub const DATA_RACE: i64 = 10;

    /// A number is too large, or divided by 0.
    pub const ARITHMETIC: i64 = 11;

    /// There is no such module.
    pub const MODULE_NOT_FOUND: i64 = 12;

    /// A `break` or the like is where it means nothing.
    pub const MISPLACED: i64 = 13;

    /// More scripts wait than the system has stacks for.
    pub const TOO_MANY_SCRIPTS: i64 = 14;

    /// Something else failed.
    pub const OTHER: i64 = 15;

    /// A module imports itself, perhaps through others.
    pub const IMPORT_CYCLE: i64 = 16;
}

/// Ids in place of that of a Dart error, for errors that have no Dart object.
pub mod dart_error_id {
    /// The native side failed.
    pub const FFI_ERROR: i64 = -1;

    /// The awaited Future can never complete.
    pub const CHANNEL_CLOSED: i64 = -2;

    /// A value cannot cross.
    pub const CONVERSION_ERROR: i64 = -3;

    /// A value from Dart broke a limit.
    pub const BROKEN_LIMIT: i64 = -4;
}

/// Fields of a script error, an array.
pub mod error_field {
    /// The `error_kind`.
    pub const KIND: usize = 0;

    /// The message.
    pub const MESSAGE: usize = 1;

    /// The line, or `place::UNKNOWN`.
    pub const LINE: usize = 2;

    /// The column, or `place::UNKNOWN`.
    pub const COLUMN: usize = 3;

    /// The calls that had not returned, innermost first.
    pub const CALLS: usize = 4;

    /// The id of the Dart error, 0, or a `dart_error_id`.
    pub const DART_ERROR_ID: usize = 5;

    /// The value that the script threw.
    pub const THROWN: usize = 6;

    /// The `runtime_error_kind`, the `limit`, or the caret in the faulty line.
    pub const NUMBER: usize = 7;

    /// The value of the limit, or the time limit in microseconds.
    pub const VALUE: usize = 8;

    /// The name that a runtime error is about, or the faulty line.
    pub const TEXT: usize = 9;
}

/// Fields of a call in a script error.
pub mod call_field {
    /// The function's name.
    pub const FUNCTION: usize = 0;

    /// The module that it is from.
    pub const SOURCE: usize = 1;

    /// The line, or `place::UNKNOWN`.
    pub const LINE: usize = 2;

    /// The column, or `place::UNKNOWN`.
    pub const COLUMN: usize = 3;
}

/// Fields of a Dart error, an array that Dart writes.
pub mod dart_error_field {
    /// The error's id, or `dart_error_id::BROKEN_LIMIT`.
    pub const ID: usize = 0;

    /// The type's name. After `dart_error_id::BROKEN_LIMIT` it is a `limit`.
    pub const TYPE: usize = 1;

    /// The message.
    pub const MESSAGE: usize = 2;

    /// The Dart stack trace, or nothing.
    pub const STACK_TRACE: usize = 3;

    /// An object map of more entries; it may be left out.
    pub const MORE: usize = 4;
}

/// Keys of an error that says why a value cannot cross.
pub mod conversion_key {
    /// Where the value is.
    pub const PATH: &str = "path";

    /// The problem with it.
    pub const PROBLEM: &str = "problem";

    /// A way to solve the problem.
    pub const HINT: &str = "hint";
}

/// The result of a call with a `this`, an array.
pub mod call_with_field {
    /// The function's result.
    pub const RESULT: usize = 0;

    /// `this` before the call.
    pub const BEFORE: usize = 1;

    /// `this` after the call.
    pub const AFTER: usize = 2;
}

/// The description of a script that was compiled, an array.
pub mod compiled_field {
    /// The script's id.
    pub const SCRIPT: usize = 0;

    /// The functions that Dart can call: [`declaration_field`](super::declaration_field)s, with
    /// a comment.
    pub const FUNCTIONS: usize = 1;
}

/// Fields of an analysis, an array.
pub mod analysis_field {
    /// The message of the syntax error, or `()`.
    pub const ERROR: usize = 0;

    /// The line that is not valid.
    pub const FAULTY_LINE: usize = 1;

    /// The place of the error in this line, or `place::UNKNOWN`.
    pub const CARET: usize = 2;

    /// The line of the error, or `place::UNKNOWN`.
    pub const LINE: usize = 3;

    /// The column of the error, or `place::UNKNOWN`.
    pub const COLUMN: usize = 4;

    /// The warnings.
    pub const WARNINGS: usize = 5;

    /// The functions that the script declares.
    pub const FUNCTIONS: usize = 6;

    /// The imports.
    pub const IMPORTS: usize = 7;

    /// The variables that the script does not declare.
    pub const FREE_VARIABLES: usize = 8;

    /// The shape of the script in one line.
    pub const SUMMARY: usize = 9;
}

/// Kinds of warnings, in the order of `AnalysisWarningKind`.
pub mod warning_kind {
    /// A call of a function that does not exist.
    pub const UNKNOWN_FUNCTION: i64 = 0;

    /// A variable that nobody uses.
    pub const UNUSED_VARIABLE: i64 = 1;

    /// The use of a variable that does not exist.
    pub const UNDEFINED_VARIABLE: i64 = 2;

    /// Code that never runs.
    pub const UNREACHABLE_CODE: i64 = 3;

    /// A function that hides one of the engine's.
    pub const SHADOWED_FUNCTION: i64 = 4;

    /// An assignment to a constant.
    pub const CONSTANT_CHANGED: i64 = 5;
}

/// Fields of a warning in an analysis.
pub mod warning_field {
    /// The `warning_kind`.
    pub const KIND: usize = 0;

    /// The name that it is about.
    pub const NAME: usize = 1;

    /// The message.
    pub const MESSAGE: usize = 2;

    /// The line, or `place::UNKNOWN`.
    pub const LINE: usize = 3;

    /// The column, or `place::UNKNOWN`.
    pub const COLUMN: usize = 4;
}

/// Fields of a declared function in an analysis.
pub mod declaration_field {
    /// The function's name.
    pub const NAME: usize = 0;

    /// The names of its parameters.
    pub const PARAMETERS: usize = 1;

    /// The line, or `place::UNKNOWN`.
    pub const LINE: usize = 2;

    /// The column, or `place::UNKNOWN`.
    pub const COLUMN: usize = 3;

    /// The comment above it, of a script that was compiled.
    pub const COMMENT: usize = 4;
}

/// Fields of an import in an analysis.
pub mod import_field {
    /// The path, or `()`.
    pub const PATH: usize = 0;

    /// The name in the script, or `()`.
    pub const ALIAS: usize = 1;

    /// The line, or `place::UNKNOWN`.
    pub const LINE: usize = 2;

    /// The column, or `place::UNKNOWN`.
    pub const COLUMN: usize = 3;
}

/// Fields of a free variable in an analysis.
pub mod free_variable_field {
    /// The variable's name.
    pub const NAME: usize = 0;

    /// The line, or `place::UNKNOWN`.
    pub const LINE: usize = 1;

    /// The column, or `place::UNKNOWN`.
    pub const COLUMN: usize = 2;
}

/// Lines and columns.
pub mod place {
    /// A line or a column that is not known.
    pub const UNKNOWN: i64 = 0;
}
