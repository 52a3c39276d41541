//! Scripts that the host has compiled and keeps.

use std::cell::RefCell;
use std::collections::HashSet;
use std::rc::Rc;

use fibers::OnFiber;
use rhai::{Dynamic, Engine, EvalAltResult, Position};

use crate::analysis::declarations::declarations;
use crate::context::context::ExecutionContext;
use crate::execution::script_cache::ScriptCache;
use crate::language::compiled_script::CompiledScript;
use crate::language::interface::{Described, Interface};
use crate::objects::handles::HandleTable;

/// The scripts that the host keeps.
pub type KeptScripts = HandleTable<KeptScript>;

/// A script that the host keeps, and what it is compiled to.
#[derive(Debug)]
pub struct KeptScript {
    text: Box<str>,
    /// Its name in errors, which may be empty.
    pub name: Rc<str>,
    compiled: RefCell<Option<Compiled>>,
}

#[derive(Debug)]
struct Compiled {
    script: Rc<CompiledScript>,
    /// The functions of the host that it is compiled for.
    host_functions: Rc<HashSet<String>>,
}

impl KeptScript {
    /// Makes a script that is not compiled.
    pub fn new(text: Box<str>, name: &str) -> Self {
        KeptScript {
            text,
            name: name.into(),
            compiled: RefCell::default(),
        }
    }

    /// Returns what it is compiled to. It is compiled first if it is not, or if the host
    /// has other functions by now.
    ///
    /// # Errors
    ///
    /// The script is not valid Rhai, or breaks a limit.
    pub fn compiled(
        &self,
        engine: &Engine,
        scripts: &ScriptCache,
        context: &ExecutionContext,
    ) -> Result<Rc<CompiledScript>, Box<EvalAltResult>> {
        context.error_details().note_script_name(&self.name);
        if let Some(compiled) = &*self.compiled.borrow() {
            if scripts.is_for(&compiled.host_functions) {
                return Ok(compiled.script.clone());
            }
        }
        self.compile(engine, scripts, context)
    }

    #[cold]
    #[inline(never)]
    fn compile(
        &self,
        engine: &Engine,
        scripts: &ScriptCache,
        context: &ExecutionContext,
    ) -> Result<Rc<CompiledScript>, Box<EvalAltResult>> {
        // Compiling can be suspended.
        let host_functions = scripts.host_functions();
        let script = scripts.compile_kept(engine, &self.text, context)?;
        if script.interface.get().is_none() {
            let interface = Interface::new(&script.ast, self.described(engine))?;
            // Somebody else may have found them meanwhile.
            let _ = script
                .interface
                .set(OnFiber::new(interface, scripts.stacks()));
        }
        let compiled = Compiled {
            script: script.clone(),
            host_functions,
        };
        let before = self.compiled.replace(Some(compiled));
        drop(before);
        Ok(script)
    }

    /// Its functions in the order in which they are declared.
    fn described(&self, engine: &Engine) -> impl Iterator<Item = Described> + '_ {
        let lines: Vec<&str> = match self.text.contains(COMMENT) {
            true => self.text.lines().collect(),
            false => Vec::new(),
        };
        let functions = declarations(engine, &self.text).into_iter();
        functions.map(move |function| Described {
            comment: comment_above(&lines, function.position),
            name: function.name,
            parameters: function.parameters,
            position: function.position,
        })
    }
}

/// A script to be compiled, and where it is kept.
pub struct Compilation {
    /// The script.
    pub script: KeptScript,
    /// The cache that it is compiled by.
    pub scripts: Rc<ScriptCache>,
    /// The scripts that the host keeps.
    pub kept: Rc<KeptScripts>,
}

impl Compilation {
    /// Compiles the script and keeps it. Returns its id, and an array of that and of what
    /// the host can call.
    ///
    /// # Errors
    ///
    /// As of [`KeptScript::compiled`].
    pub fn run(
        self,
        engine: &Engine,
        context: &ExecutionContext,
    ) -> Result<(u64, Dynamic), Box<EvalAltResult>> {
        let script = self.script.compiled(engine, &self.scripts, context)?;
        let functions = script.interface.get().map(|interface| interface.describe());
        let functions = functions.unwrap_or_default();
        let id = self.kept.add(self.script.into());
        // (Ids are small.)
        Ok((id, vec![Dynamic::from(id as i64), functions].into()))
    }
}

/// Beginning of a line that describes the function below.
const COMMENT: &str = "///";

/// The text of the comment right above a line, without slashes.
fn comment_above(lines: &[&str], position: Position) -> String {
    let line = position.line().unwrap_or(1).min(lines.len() + 1);
    let above = lines[..line.saturating_sub(1)].iter().rev();
    let mut comment: Vec<&str> = above
        .map_while(|line| line.trim().strip_prefix(COMMENT))
        .take_while(|text| !text.starts_with('/'))
        .map(|text| text.strip_prefix(' ').unwrap_or(text))
        .collect();
    comment.reverse();
    comment.join("\n")
}
