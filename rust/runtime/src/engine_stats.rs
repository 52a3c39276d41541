//! The numbers of an engine.

use crate::engine::ScriptEngine;
use crate::host::Host;

/// The numbers of an engine at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EngineStats {
    /// Bytes of memory that executions use which have made a request and not ended.
    pub memory: usize,
    /// The most bytes of memory that one execution has used; see [`memory::Budget::peak`].
    pub peak_memory: usize,
    /// Bytes of memory that abandoned scripts have left behind.
    pub leaked_bytes: usize,
    /// Texts of scripts and modules that are kept compiled.
    pub cached_scripts: usize,
    /// Bytes that these take.
    pub cached_bytes: usize,
    /// Scripts that the host keeps.
    pub compiled_scripts: usize,
}

impl<H: Host> ScriptEngine<H> {
    /// The numbers now. It looks at every execution, so that none has to count while it runs.
    pub fn stats(&mut self) -> EngineStats {
        let mut memory = 0;
        let mut peak_memory = self.peak_memory;
        for (_, execution) in &self.executions {
            let used = execution.used_memory();
            memory += used;
            peak_memory = peak_memory.max(used).max(execution.peak_memory());
        }
        // What was told is not taken back.
        self.peak_memory = peak_memory;
        let (cached_scripts, cached_bytes) = self.scripts().len_and_bytes();
        EngineStats {
            memory,
            peak_memory,
            leaked_bytes: self.hosted.shared.leaked(),
            cached_scripts,
            cached_bytes,
            compiled_scripts: self.kept.scripts.count(),
        }
    }
}
