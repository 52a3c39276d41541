//! Rhai scripts that can wait: engines, executions, limits and analysis.
//!
//! A script runs on a *fiber* on the thread of whoever evaluates it, its *host*. When it
//! calls a function of the host, the fiber suspends, and the call that runs the script
//! returns with a request; the host runs the function and resumes the execution with the
//! reply. No frame of the host is ever below one of the script.
//!
//! # Safety contract
//!
//! An engine and everything it owns are used by one thread at a time, although that may be
//! another one from one call to the next. Therefore nothing that must survive a call lives
//! in a `thread_local!`, and Rhai is built without its `sync` feature.

pub mod analysis;
pub mod commons;
pub mod engine;
mod engine_builder;
pub mod engine_fork;
pub mod engine_registration;
pub mod engine_scripts;
pub mod engine_stats;
pub mod host;
mod snapshot;

pub mod border {
    //! Functions on both sides: calls of the host, and functions of scripts given to it.

    pub mod exporter;
    pub mod host_call;
    pub mod host_functions;
    pub mod hosted;
    pub mod iteration;
    pub mod object_functions;
    pub mod parallel;
}

pub mod context {
    //! State of running code: limits, time, and what scripts of an engine share.

    pub mod clock;
    // The namesake is the module's subject.
    #[allow(clippy::module_inception)]
    pub mod context;
    pub mod end_reason;
    pub mod environment;
    pub mod error_details;
    pub mod exchange;
    pub mod execution_time;
    pub mod operations;
    pub mod output;
    pub mod running;
    pub mod shared;
    pub mod strand;
    pub mod suspension;
    pub mod tokens;
}

pub mod data {
    //! Values, gone through without recursion.

    pub mod conversion_error;
    pub mod depth;
    pub mod marker;
    pub mod size;
    pub mod walk;
}

pub mod errors {
    //! Script errors as structured data, and advice about them.

    pub mod data_race;
    pub mod exception;
    pub mod hint;
    pub mod hints;
    pub mod rhai_error;
    pub mod script_error;
    pub mod shortened;
    pub mod suggestions;
    pub mod termination;
    pub mod translate;
}

pub mod execution {
    //! Running scripts, from their text to their end.

    pub mod arguments;
    pub mod child;
    pub mod compiled_scripts;
    pub mod ending;
    // The namesake is the module's subject.
    #[allow(clippy::module_inception)]
    pub mod execution;
    pub mod file_modules;
    pub mod job;
    pub mod kept;
    pub mod kept_scope;
    pub mod kept_script;
    pub mod loaded_modules;
    pub mod module_texts;
    pub mod modules;
    pub mod named_call;
    pub mod parsing;
    pub mod pending_futures;
    pub mod scope_changes;
    pub mod script;
    pub mod script_cache;
    pub mod task;
    pub mod variables;
}

pub mod functions {
    //! Functions of scripts that outlive them.

    pub mod bound;
    pub mod captured;
    pub mod host_constants;
    pub mod host_functions;
    pub mod parameters;
    pub mod script_function;
    pub mod table;
}

pub mod language {
    //! Names, compiling, and changes to the language.

    pub mod code;
    pub mod compile;
    pub mod compiled_script;
    pub mod host_names;
    pub mod imports;
    pub mod interface;
    pub mod module_paths;
    pub mod names;
    pub mod parsing;
    pub mod place;
    pub mod restrictions;
    pub mod rewrite;
    pub mod signatures;
    pub mod tokens;
    pub mod tree;
}

pub mod library {
    //! Functions of Rhai's standard library that are replaced here.

    pub mod builtins;
    pub mod callbacks;
    pub mod footprint;
    pub mod json;
    pub mod native_function;
    pub mod text;
}

pub mod limits {
    //! Limits and the configuration of an engine.

    pub mod config;
    pub mod likeness;
    pub mod limit;
    pub mod sizes;
    pub mod stack;
    pub mod time;
}

pub mod objects {
    //! Objects of the host that scripts hold.

    pub mod handles;
    pub mod host_object;
    pub mod released_ids;
}
