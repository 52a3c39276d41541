//! Forks: engines that begin with what another one has.
//!
//! A fork shares what does not change, until one of both changes it: functions, constants,
//! variables, compiled scripts, and the Rhai engine, which takes nearly all the time and memory
//! of an engine. So it costs little more than its own mailbox.

use std::rc::Rc;

use fibers::StackPool;

use crate::commons::Commons;
use crate::engine::ScriptEngine;
use crate::host::Host;
use crate::limits::config::Config;
use crate::limits::likeness::are_alike;

/// The parts of an engine that a fork takes over only where its host wants the same.
#[derive(Debug, Clone, Copy)]
pub struct Inherited {
    /// The words and functions that are switched off; otherwise none are.
    pub restrictions: bool,
    /// The texts of modules that the host has loaded.
    pub module_texts: bool,
}

impl<H: Host> ScriptEngine<H> {
    /// Makes an engine with the same functions, constants and variables, for scripts under the
    /// limits of `config`. `commons` are those of this engine, and `host` knows its functions
    /// and objects by the same ids.
    ///
    /// Later changes of one engine are none of the other.
    ///
    /// No variable or constant may hold a function of a script: that belongs to its engine.
    pub fn fork(
        &self,
        commons: &Commons<H>,
        config: Config,
        host: H,
        inherited: Inherited,
    ) -> Self {
        let shared = &self.hosted.shared;
        let is_alike = inherited.restrictions && are_alike(&self.config, &config);
        let stacks = self.stacks_for(&config, commons);
        let scripts = shared
            .scripts
            .fork(&config, &stacks, is_alike, inherited.module_texts);
        let forked = shared.fork(stacks, scripts);
        if inherited.restrictions {
            forked
                .restrictions
                .replace(shared.restrictions.borrow().clone());
        }
        let mut fork = Self::assemble(commons, config, host, forked);
        fork.plain = self.plain.clone();
        fork.variables = self.variables.clone();
        if is_alike {
            fork.snapshot = self.snapshot.clone();
        }
        fork
    }

    /// The stacks of this engine if they are large enough under `config`, or other ones.
    fn stacks_for(&self, config: &Config, commons: &Commons<H>) -> Rc<StackPool> {
        let stacks = &self.hosted.shared.stacks;
        let (own, needed) = (stacks.layout(), config.stack_layout());
        match own.script >= needed.script && own.reserve >= needed.reserve {
            true => stacks.clone(),
            false => commons.stacks(needed),
        }
    }
}
