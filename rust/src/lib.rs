//! The native side of the Dart package `rhai_dart`.
//!
//! A script runs on a *fiber* (a stackful coroutine) on the thread of the Dart
//! isolate that evaluates it. When the script calls a Dart function, the fiber
//! suspends and the FFI call *returns* to Dart with a request; Dart runs the
//! function and calls [`ffi::rhai_resume`] with the reply. A function that
//! returns a `Future` is answered with *pending*: the execution parks until
//! [`ffi::rhai_complete_future`] delivers the value. No Dart frame is ever below
//! a Rust frame, nothing blocks the isolate, and nothing polls.
//!
//! # Map
//!
//! | module | what it holds |
//! |---|---|
//! | [`ffi`] | the only `extern "C"` functions |
//! | [`engine`] | an engine: its limits, functions and variables |
//! | [`variables`] | the variables that scripts start with |
//! | [`scripts`] | compiling scripts |
//! | [`script_cache`] | compiled scripts, and the cache of them |
//! | [`execution`] | one running script: start, resume, cancel |
//! | [`limits`] | what is limited |
//! | [`sizes`] | how large one string, array, blob or object map may be |
//! | [`memory`] | the allocator that counts what a script takes, and its budget |
//! | [`countdown`] | operations until an execution looks at its limits |
//! | [`job`] | what it runs: a script, or a function of one |
//! | [`execution_context`] | what its running code knows of it: limits, suspending |
//! | [`execution_time`] | when it looks at the clock, and what is due by then |
//! | [`clock`] | how long scripts run, and those that run for them |
//! | [`fiber`] | the only stack-switching code |
//! | [`fiber_stack`] | stacks for fibers, and the pool that keeps them |
//! | [`stack_slab`] | the memory of these stacks, on Unix |
//! | [`on_fiber`] | values that are dropped on such a stack |
//! | [`functions`] | calls of Dart functions |
//! | [`dart_functions`] | the Dart functions that have names, as Rhai functions |
//! | [`parameters`] | what their parameters accept, as types of Rhai |
//! | [`builtins`] | Rhai's own functions that this crate replaces |
//! | [`callbacks`] | those of them that call functions of the script |
//! | [`json`] | JSON text as values, and object maps as JSON text |
//! | [`host`] | what a running script and its host exchange: the frame, the current execution |
//! | [`output`] | the buffer in which values go to Dart |
//! | [`pending_futures`] | the registry of Futures that scripts wait for |
//! | [`values`] | the binary encoding of values |
//! | [`encode`], [`decode`] | values on their way to Dart, and from it |
//! | [`walk`] | going through a value without recursion |
//! | [`dart_objects`] | Dart objects and functions that scripts hold |
//! | [`data_races`] | what a data race is about |
//! | [`rewrite`] | changes to the syntax tree of a script |
//! | [`modules`] | what `import` reads |
//! | [`script_functions`] | functions of scripts that Dart and other scripts can call |
//! | [`marked_pointers`] | function pointers that carry what they call |
//! | [`function_table`] | the functions that Dart has, and what keeps them working |
//! | [`nesting`] | how deeply what they keep is nested |
//! | [`kept_size`] | how much memory it takes |
//! | [`released_ids`] | what one side no longer needs of the other's |
//! | [`error`] | script errors as structured data |
//! | [`rhai_errors`] | what the errors of Rhai are as such |
//! | [`error_hints`] | what to do about them |
//! | [`suggestions`] | names that are nearly the one that somebody wrote |
//! | [`config`] | limits and what is disabled |
//! | [`restrictions`] | words, operators and functions that scripts cannot use |
//! | [`analysis`] | what can be said about a script without running it |
//! | [`benchmark`] | baselines that run in Rust alone |
//!
//! # Safety contract
//!
//! An engine and everything it owns belong to one isolate: no two threads ever
//! use it at once, although the isolate may move between threads from one call
//! to the next. Therefore nothing that must survive a call lives in a
//! `thread_local!`, and Rhai is built without its `sync` feature.

pub mod analysis;
pub mod benchmark;
pub mod builtins;
pub mod callbacks;
pub mod clock;
pub mod config;
pub mod countdown;
pub mod dart_functions;
pub mod dart_objects;
pub mod data_races;
pub mod decode;
pub mod encode;
pub mod engine;
pub mod error;
pub mod error_hints;
pub mod execution;
pub mod execution_context;
pub mod execution_time;
pub mod ffi;
pub mod fiber;
pub mod fiber_stack;
pub mod function_table;
pub mod functions;
pub mod host;
pub mod job;
pub mod json;
pub mod kept_size;
pub mod limits;
pub mod marked_pointers;
pub mod memory;
pub mod modules;
pub mod nesting;
pub mod on_fiber;
pub mod output;
pub mod parameters;
pub mod pending_futures;
pub mod released_ids;
pub mod restrictions;
pub mod rewrite;
pub mod rhai_errors;
pub mod script_cache;
pub mod script_functions;
pub mod scripts;
pub mod sizes;
#[cfg(unix)]
pub mod stack_slab;
pub mod suggestions;
pub mod values;
pub mod variables;
pub mod walk;

#[cfg(not(target_pointer_width = "64"))]
compile_error!("rhai_dart needs a 64-bit target: fiber stacks reserve address space generously");
