//! Scripts that the host has compiled and keeps.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use fibers::OnFiber;
use rhai::{
    Array, Dynamic, Engine, EvalAltResult, FnAccess, ImmutableString, Position, ScriptFuncDef,
    Shared,
};

use crate::analysis::declarations::declarations;
use crate::context::context::ExecutionContext;
use crate::execution::script_cache::ScriptCache;
use crate::language::compiled_script::CompiledScript;
use crate::language::names::is_closure;
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
    /// Its functions that the host can call, by their names.
    functions: OnFiber<Functions>,
}

type Functions = HashMap<ImmutableString, Vec<Shared<ScriptFuncDef>>>;

/// The functions of a script that are neither private nor closures.
fn public_functions(script: &CompiledScript) -> Functions {
    let mut functions = Functions::new();
    for function in script.ast.iter_fn_def() {
        if function.access == FnAccess::Public && !is_closure(&function.name) {
            let same = functions.entry(function.name.clone()).or_default();
            same.push(function.clone());
        }
    }
    functions
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
        let host_functions = scripts.host_functions();
        let script = scripts.compile_for(engine, &self.text, &host_functions, context)?;
        let functions = OnFiber::new(public_functions(&script), scripts.stacks());
        let compiled = Compiled {
            script: script.clone(),
            host_functions,
            functions,
        };
        let before = self.compiled.replace(Some(compiled));
        drop(before);
        Ok(script)
    }

    /// The function that the host can call by a name with some number of arguments.
    pub fn function(&self, name: &str, arity: usize) -> Option<Shared<ScriptFuncDef>> {
        let compiled = self.compiled.borrow();
        let same = compiled.as_ref()?.functions.get(name)?.iter();
        same.into_iter()
            .find(|function| function.params.len() == arity)
            .cloned()
    }

    /// Describes its functions that the host can call, in the order in which they are
    /// declared: for each an array of its name, an array of the names of its parameters, its
    /// line and column, and its comment.
    fn describe(&self, engine: &Engine) -> Dynamic {
        let functions = declarations(engine, &self.text).into_iter();
        let functions = functions.filter(|function| {
            self.function(&function.name, function.parameters.len())
                .is_some()
        });
        let lines: Vec<&str> = match self.text.contains(COMMENT) {
            true => self.text.lines().collect(),
            false => Vec::new(),
        };
        let functions = functions.map(|function| {
            let comment = comment_above(&lines, function.position);
            let parameters: Array = function.parameters.into_iter().map(Into::into).collect();
            let number = |number: Option<usize>| Dynamic::from(number.unwrap_or(0) as i64);
            Dynamic::from(vec![
                function.name.into(),
                parameters.into(),
                number(function.position.line()),
                number(function.position.position()),
                comment.into(),
            ])
        });
        functions.collect::<Array>().into()
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
        self.script.compiled(engine, &self.scripts, context)?;
        let functions = self.script.describe(engine);
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
