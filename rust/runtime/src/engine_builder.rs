//! Rhai engines as scripts run in them.

use std::io;

use rhai::{Engine, Module, OptimizationLevel};

use crate::border::host_call::forward_text;
use crate::border::host_functions::register as register_host_functions;
use crate::border::hosted::Hosted;
use crate::commons::Library;
use crate::execution::file_modules::FileModules;
use crate::execution::loaded_modules::LoadedModules;
use crate::execution::modules::Modules;
use crate::execution::parsing;
use crate::functions::host_functions::{DEBUG_FUNCTION, PRINT_FUNCTION};
use crate::host::Host;
use crate::limits::config::Config;
use crate::limits::limit::Limit;
use crate::limits::sizes;

/// Strings that an engine keeps only once; Rhai's own default.
const MAX_INTERNED_STRINGS: usize = 256;

/// Builds a Rhai engine with the functions that `hosted` has so far, for it and for others with
/// the same; `library` has the functions that all engines have.
///
/// # Errors
///
/// There is no stack to copy the constants of the host's modules on.
pub fn build<H: Host>(
    hosted: &Hosted<H>,
    config: &Config,
    library: &Library,
) -> io::Result<Engine> {
    let Hosted {
        shared, running, ..
    } = hosted;
    let execution = &running.running;
    let mut engine = Engine::new_raw();
    let restrictions = shared.restrictions.borrow();
    // The module registered last is searched first.
    for module in library {
        engine.register_global_module(module.clone());
    }
    let mut hidden = Module::new();
    restrictions.hide(&mut hidden);
    if !hidden.is_empty() {
        engine.register_global_module(hidden.into());
    }
    let host_functions = shared.host_functions.borrow();
    register_host_functions(&mut engine, hosted)?;

    // `scripts` does, where that is safe.
    engine.set_optimization_level(OptimizationLevel::None);
    engine.set_max_strings_interned(MAX_INTERNED_STRINGS);
    let (global_depth, function_depth) = config.expr_depths();
    engine.set_max_expr_depths(global_depth, function_depth);
    // Rhai's own limits of sizes are off: it would walk through whole values after each
    // call.
    sizes::watch_variables(&mut engine, config);
    engine.set_max_call_levels(config.max(Limit::StackDepth));
    engine.set_max_variables(config.max(Limit::Variables));
    engine.set_max_functions(config.max(Limit::Functions));
    restrictions.disable_symbols(&mut engine);
    if !config.allow_eval {
        engine.disable_symbol("eval");
    }
    if !config.allow_modules {
        engine.disable_symbol("import").disable_symbol("export");
    }
    let max_modules = config.max(Limit::Modules);
    if config.allow_modules && config.loads_modules {
        let source = LoadedModules::new(running);
        engine.set_module_resolver(Modules::new(execution, max_modules, source));
    } else if config.allow_modules && config.allow_file_io {
        engine.set_module_resolver(Modules::new(execution, max_modules, FileModules));
    }

    let counting = execution.clone();
    // Operations are counted here and not by Rhai: it does not count what a
    // closure does that a native function calls.
    engine.on_progress(move |_| counting.context()?.tick(|| counting.functions()));
    let has_type_of = !restrictions.disables_type_of();
    parsing::watch(&mut engine, has_type_of, execution);
    // Rhai would print the result of a function that replaces `print`.
    let host = running.clone();
    if !host_functions.has("print") {
        engine.on_print(move |text| forward_text(&host, PRINT_FUNCTION, text, None));
    }
    let host = running.clone();
    if !host_functions.has("debug") {
        engine.on_debug(move |text, _, position| {
            forward_text(&host, DEBUG_FUNCTION, text, Some(position));
        });
    }
    Ok(engine)
}
