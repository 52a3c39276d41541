//! Functions, constants, variables and modules that the host gives to scripts.

use std::rc::Rc;

use memory::Budget;
use rhai::Engine;

use crate::context::shared::Shared;
use crate::engine::ScriptEngine;
use crate::errors::script_error::ScriptError;
use crate::errors::translate::limit_of;
use crate::functions::host_functions::HostFunction;
use crate::functions::parameters::Parameter;
use crate::host::Host;
use crate::language::names;
use crate::language::restrictions::NameList;
use crate::limits::limit::Limit;
use crate::limits::time::BrokenTime;

impl<H: Host> ScriptEngine<H> {
    /// Switches off words of the language or functions of Rhai, for scripts that start
    /// from now on.
    ///
    /// # Errors
    ///
    /// The index of the first name that means nothing; then nothing changes.
    pub fn restrict(&mut self, list: NameList, names: &[&str]) -> Result<(), usize> {
        let Shared {
            restrictions,
            host_functions,
            scripts,
            ..
        } = &*self.hosted.shared;
        let mut all = restrictions.borrow_mut();
        let restrictions = Rc::make_mut(&mut all);
        restrictions.add(list, names)?;
        for registered in host_functions.borrow().iter() {
            restrictions.note_registered(&registered.function.name);
        }
        drop(all);
        scripts.forget();
        self.renew_snapshot();
        Ok(())
    }

    /// Registers a host function that takes any arguments, in place of those of the same
    /// name. Scripts that are running keep what they started with.
    pub fn register_function(&mut self, function: HostFunction) {
        self.register_typed_function(function, Vec::new(), false);
    }

    /// Registers a host function with what its parameters accept, in place of those of
    /// the same name, or beside them if it is an `overload`.
    pub fn register_typed_function(
        &mut self,
        function: HostFunction,
        parameters: Vec<Parameter>,
        overload: bool,
    ) {
        let Shared {
            restrictions,
            host_functions,
            scripts,
            released,
            ..
        } = &*self.hosted.shared;
        if restrictions.borrow().hides(&function.name) {
            Rc::make_mut(&mut restrictions.borrow_mut()).note_registered(&function.name);
        }
        if !self.variables.names().any(|name| name == function.name) {
            scripts.add_host_function(&function.name);
        }
        let mut functions = host_functions.borrow_mut();
        Rc::make_mut(&mut functions).add(function, parameters, overload, released);
        drop(functions);
        self.renew_snapshot();
    }

    /// Removes the host functions of this name, also those in a namespace. Returns whether
    /// there were some. Scripts that are running keep what they started with.
    pub fn unregister_function(&mut self, name: &str) -> bool {
        let Shared {
            restrictions,
            host_functions,
            scripts,
            ..
        } = &*self.hosted.shared;
        if !host_functions.borrow().has(name) {
            return false;
        }
        Rc::make_mut(&mut host_functions.borrow_mut()).remove(name);
        if restrictions.borrow().hides(name) {
            Rc::make_mut(&mut restrictions.borrow_mut()).note_unregistered(name);
        }
        scripts.hide_host_function(name);
        self.renew_snapshot();
        true
    }

    /// Sets a variable or constant for every later execution, to the value that the host
    /// has put where replies are. A name in a namespace is a constant of a module, and waits
    /// for [`replace_module`](Self::replace_module).
    ///
    /// # Errors
    ///
    /// There is no value or one that is too large, or there is no stack to read it on.
    pub fn set_variable(&mut self, name: &str, constant: bool) -> Result<(), ScriptError> {
        let hosted = &*self.hosted;
        let (host, shared) = (&hosted.host, &hosted.shared);
        let value = if host.has_scalar_reply() {
            host.take_reply(shared).map_err(ScriptError::conversion)?
        } else {
            // Values are handled on a stack that is large enough to drop them.
            let read = shared.stacks.run(|| {
                let budget = Budget::new(usize::MAX, self.config.sizes(), 1);
                let _charged = memory::charge(&budget);
                host.take_reply(shared)
                    .map_err(|error| match budget.exceeded() {
                        Some(limit) => limit_of(limit.into(), &self.config),
                        None => ScriptError::conversion(error),
                    })
            });
            read.map_err(|error| ScriptError::no_stack(&error))??
        };
        if name.contains(names::NAMESPACE_SEPARATOR) {
            let mut constants = shared.host_constants.borrow_mut();
            constants.stage(name, value, &shared.stacks);
            return Ok(());
        }
        shared.scripts.hide_host_function(name);
        Rc::make_mut(&mut self.variables).set(name, value, constant, &shared.stacks);
        Ok(())
    }

    /// Puts the constants that were set in place of all that there is in a namespace, its
    /// functions included. Scripts that are running keep what they started with.
    pub fn replace_module(&mut self, namespace: &str) {
        let shared = &self.hosted.shared;
        shared.host_constants.borrow_mut().commit(namespace);
        let mut functions = shared.host_functions.borrow_mut();
        let removed = Rc::make_mut(&mut functions).remove_namespace(namespace);
        drop(functions);
        for name in removed {
            shared.scripts.hide_host_function(&name);
        }
        self.renew_snapshot();
    }

    /// Forgets the constants that were set for a module, which is not to be.
    pub fn discard_module(&self) {
        self.hosted.shared.host_constants.borrow_mut().discard();
    }

    /// The error for a value that the host stopped reading: it breaks `limit`, or took longer to
    /// read than scripts may run.
    pub fn value_error(&self, limit: Option<Limit>) -> ScriptError {
        match (limit, self.config.time_limit) {
            (Some(limit), _) => limit_of(limit, &self.config),
            (None, time) => ScriptError::time(BrokenTime::Running(time.unwrap_or_default())),
        }
    }

    /// Keeps the text of a module that the host has loaded, before the scripts that wait for it
    /// go on.
    pub fn keep_module(&self, name: &str, text: &str) {
        let texts = &self.hosted.shared.scripts.module_texts;
        texts.keep(name, text, texts.generation());
    }

    /// Forgets the text of a module that the host has loaded, or of all: the next import
    /// asks for it again.
    pub fn invalidate_modules(&self, name: Option<&str>) {
        self.hosted.shared.scripts.module_texts.forget(name);
    }

    /// Whether a script can have a variable of this name.
    pub fn is_usable_variable_name(&self, name: &str) -> bool {
        names::is_usable_variable_name(self.plain.get_or_init(Engine::new_raw), name)
    }

    /// Removes all variables and constants.
    pub fn clear_scope(&mut self) {
        self.variables = Rc::default();
        for name in self.hosted.shared.host_functions.borrow().names() {
            self.hosted.shared.scripts.add_host_function(&name);
        }
    }

    /// Gives new scripts another Rhai engine, as the functions of the host have changed. Others
    /// that share it keep theirs.
    pub(crate) fn renew_snapshot(&mut self) {
        self.snapshot = Rc::default();
    }
}
