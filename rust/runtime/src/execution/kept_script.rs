//! Scripts that the host has compiled and keeps.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use fibers::{OnFiber, StackPool};
use rhai::{
    Array, Dynamic, Engine, EvalAltResult, FnAccess, FnPtr, ImmutableString, Position,
    ScriptFuncDef, Shared,
};

use crate::analysis::declarations::declarations;
use crate::analysis::report::Declaration;
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
    name: Rc<str>,
    /// Its functions that the host can call, whose ids are their indices.
    functions: Box<[Signature]>,
    compiled: RefCell<Compiled>,
}

/// The name of a function, and the number of its parameters.
type Signature = (ImmutableString, usize);

#[derive(Debug)]
struct Compiled {
    script: Rc<CompiledScript>,
    /// The functions of the host that it is compiled for.
    host_functions: Rc<HashSet<String>>,
    pointers: Pointers,
}

/// Pointers to the functions of a script that the host can call, by their ids.
type Pointers = Rc<OnFiber<Vec<FnPtr>>>;

impl Compiled {
    fn new(
        script: Rc<CompiledScript>,
        host_functions: Rc<HashSet<String>>,
        functions: &[Signature],
        stacks: &Rc<StackPool>,
    ) -> Result<Self, Box<EvalAltResult>> {
        let public = public_functions(&script);
        let pointers = functions
            .iter()
            .map(|signature| match public.get(signature) {
                Some(Some(function)) => Ok(function.clone().into()),
                // Rhai finds it by the type of `this`.
                _ => FnPtr::new(&*signature.0),
            });
        let pointers: Result<Vec<FnPtr>, _> = pointers.collect();
        let pointers = OnFiber::new(pointers?, stacks);
        Ok(Compiled {
            script,
            host_functions,
            pointers: pointers.into(),
        })
    }
}

/// The functions of a script that are neither private nor closures. One that is for a type of
/// `this`, or has such a namesake, is without its definition.
fn public_functions(script: &CompiledScript) -> HashMap<Signature, Option<Shared<ScriptFuncDef>>> {
    let mut functions = HashMap::new();
    for function in script.ast.iter_fn_def() {
        if function.access == FnAccess::Public && !is_closure(&function.name) {
            let signature = (function.name.clone(), function.params.len());
            let is_alone = function.this_type.is_none() && !functions.contains_key(&signature);
            functions.insert(signature, is_alone.then(|| function.clone()));
        }
    }
    functions
}

impl KeptScript {
    /// Returns what it is compiled to, and pointers to its functions that the host can call, by
    /// their ids. It is compiled anew if the host has other functions by now.
    ///
    /// # Errors
    ///
    /// The script is not valid Rhai any more, or breaks a limit.
    pub fn compiled(
        &self,
        engine: &Engine,
        scripts: &ScriptCache,
        context: &ExecutionContext,
    ) -> Result<(Rc<CompiledScript>, Pointers), Box<EvalAltResult>> {
        context.error_details().note_script_name(&self.name);
        if !scripts.is_for(&self.compiled.borrow().host_functions) {
            self.compile(engine, scripts, context)?;
        }
        let compiled = self.compiled.borrow();
        Ok((compiled.script.clone(), compiled.pointers.clone()))
    }

    #[cold]
    #[inline(never)]
    fn compile(
        &self,
        engine: &Engine,
        scripts: &ScriptCache,
        context: &ExecutionContext,
    ) -> Result<(), Box<EvalAltResult>> {
        let host_functions = scripts.host_functions();
        let script = scripts.compile_for(engine, &self.text, &host_functions, context)?;
        let compiled = Compiled::new(script, host_functions, &self.functions, scripts.stacks())?;
        let before = self.compiled.replace(compiled);
        drop(before);
        Ok(())
    }
}

/// A script to be compiled, and where it is kept.
pub struct Compilation {
    /// The text of the script.
    pub text: Box<str>,
    /// Its name in errors, which may be empty.
    pub name: Rc<str>,
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
        let Compilation {
            text,
            name,
            scripts,
            kept,
        } = self;
        context.error_details().note_script_name(&name);
        let host_functions = scripts.host_functions();
        let script = scripts.compile_for(engine, &text, &host_functions, context)?;
        let public = public_functions(&script);
        let mut declarations = declarations(engine, &text);
        declarations.retain(|function| public.contains_key(&signature(function)));
        let functions: Box<[Signature]> = declarations.iter().map(signature).collect();
        let described = describe(&text, declarations);
        let compiled = Compiled::new(script, host_functions, &functions, scripts.stacks())?;
        let script = KeptScript {
            text,
            name,
            functions,
            compiled: compiled.into(),
        };
        let id = kept.add(script.into());
        // (Ids are small.)
        Ok((id, vec![Dynamic::from(id as i64), described].into()))
    }
}

fn signature(function: &Declaration) -> Signature {
    let name = function.name.as_str().into();
    (name, function.parameters.len())
}

/// Describes functions of a script: for each an array of its name, an array of the names of its
/// parameters, its line and column, and its comment.
fn describe(text: &str, functions: Vec<Declaration>) -> Dynamic {
    let lines: Vec<&str> = match text.contains(COMMENT) {
        true => text.lines().collect(),
        false => Vec::new(),
    };
    let functions = functions.into_iter().map(|function| {
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
