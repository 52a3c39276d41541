//! Scopes that live across evaluations.
//!
//! An evaluation takes the variables out of the scope and puts them back when it ends, with those
//! that it has declared. If it is abandoned, they are gone. What closures captured stays as
//! long as the scope, or as somebody has one of the functions that were made in it.
//!
//! Each evaluation may use as much memory and nest as deeply as its limits allow, so a scope is
//! measured when it may have grown, as what functions keep is: see `data::size` and
//! `data::depth`. If it is too large, scripts that use it end with an error, until the host has
//! taken something out of it.

use std::cell::{Cell, RefCell};
use std::mem;
use std::rc::Rc;

use fibers::{OnFiber, StackPool};
use rhai::{Array, Dynamic, EvalAltResult, GlobalRuntimeState, Scope};

use crate::analysis::surroundings::Surroundings;
use crate::border::exporter::Exporter;
use crate::context::context::ExecutionContext;
use crate::data::{depth, size, walk};
use crate::errors::termination::Termination;
use crate::execution::scope_changes::{self, entries, search, Entry};
use crate::execution::variables::{add_constant, Variables};
use crate::functions::bound::{function_of, BoundFunction};
use crate::functions::captured::CapturedVariables;
use crate::functions::table::FunctionTable;
use crate::language::compiled_script::CompiledScript;
use crate::limits::config::Config;
use crate::limits::limit::Limit;
use crate::limits::stack::MAX_KEPT_LEVELS;
use crate::objects::handles::HandleTable;

/// The scope that an execution uses: none, or one with this id.
pub type ScopeId = Option<u64>;

/// The scopes that the host has.
pub type KeptScopes = HandleTable<KeptScope>;

/// Operations of evaluations after which the levels of what a scope keeps are counted.
const BETWEEN_MEASURES: u64 = MAX_KEPT_LEVELS / 2;

/// The variables that evaluations find, and leave for later ones.
#[derive(Debug)]
pub struct KeptScope {
    parts: OnFiber<Parts>,
    is_used: Cell<bool>,
    /// Whether its variables are in the scope of a script.
    is_out: Cell<bool>,
    /// The number of its variables before it was used.
    before: Cell<usize>,
    /// The number of the engine's variables above them, while it is used.
    above: Cell<usize>,
    /// Operations since its levels were counted.
    operations: Cell<u64>,
    /// Bytes by which it may have grown since it was measured.
    left: Cell<usize>,
}

#[derive(Debug)]
struct Parts {
    variables: RefCell<Scope<'static>>,
    /// The variables that closures captured which were made in it.
    captured: RefCell<Rc<CapturedVariables>>,
}

impl Drop for Parts {
    fn drop(&mut self) {
        self.captured.borrow().keep(self.variables.take());
    }
}

impl KeptScope {
    /// Makes an empty scope, whose values are dropped on `stacks`.
    pub fn new(functions: &FunctionTable, stacks: &Rc<StackPool>) -> Self {
        let parts = Parts {
            variables: RefCell::default(),
            captured: RefCell::new(functions.new_captured()),
        };
        KeptScope {
            parts: OnFiber::new(parts, stacks),
            is_used: Cell::new(false),
            is_out: Cell::new(false),
            before: Cell::new(0),
            above: Cell::new(0),
            operations: Cell::new(0),
            left: Cell::new(0),
        }
    }

    /// Whether an evaluation uses it, which has not ended.
    pub fn is_used(&self) -> bool {
        self.is_used.get()
    }

    /// The variables that closures captured which were made in it.
    pub fn captured(&self) -> Rc<CapturedVariables> {
        self.parts.captured.borrow().clone()
    }

    /// Why no script can use it, if none can: it holds too much, or is nested too deeply.
    pub fn refusal(&self, config: &Config) -> Option<Termination> {
        let max = config.max(Limit::Memory);
        if self.left.get() > max / 4 {
            if memory::held(|| self.bytes()) > max {
                return Some(Termination::ScopeTooLarge);
            }
            self.left.set(0);
        }
        if self.operations.get() > BETWEEN_MEASURES {
            if memory::held(|| self.levels()) > MAX_KEPT_LEVELS {
                return Some(Termination::ScopeTooDeep);
            }
            self.operations.set(0);
        }
        None
    }

    /// Estimates the bytes that its variables take, and those that closures captured.
    fn bytes(&self) -> usize {
        let captured = self.captured();
        let captured = captured.values();
        let scope = self.parts.variables.borrow();
        size::bytes(scope.iter_raw().map(value).chain(captured.iter()))
    }

    fn levels(&self) -> u64 {
        depth::levels(self.parts.variables.borrow().iter_raw().map(value))
    }

    /// Counts operations that may have nested what it holds, and bytes by which it may have
    /// grown.
    fn note_growth(&self, operations: u64, bytes: usize) {
        self.operations
            .set(self.operations.get().saturating_add(operations));
        self.left.set(self.left.get().saturating_add(bytes));
    }

    /// Moves its variables into the scope of a script, and above them copies of those of the
    /// engine that the script may use, but for those of a name that it has itself.
    #[inline(never)]
    pub fn move_to(
        &self,
        scope: &mut Scope<'static>,
        global: &mut GlobalRuntimeState,
        script: &CompiledScript,
        engine: &Variables,
    ) {
        memory::held(|| {
            *scope = self.parts.variables.take();
            self.is_out.set(true);
            self.before.set(scope.len());
            if !engine.is_empty() {
                let is_hidden = search(scope, engine.most_used_by(script));
                engine.add_to(scope, global, script, is_hidden);
            }
            let above = scope.len() - self.before.get();
            self.above.set(above);
            // After the engine's, which they hide. The last variables come first here.
            add_constants(scope.iter_raw().skip(above), global, script);
        });
    }

    /// Takes the variables of a script that has ended back, if it came to have them. Functions
    /// among them get what they need to run in other scripts from `exporter`.
    pub fn take_back(
        &self,
        mut scope: Scope<'static>,
        script: Option<&CompiledScript>,
        exporter: &Exporter,
        context: &ExecutionContext,
    ) {
        if !self.is_out.take() {
            return;
        }
        memory::held(|| {
            if scope.len() != self.before.get() {
                let (before, above) = (self.before.get(), self.above.get());
                scope = scope_changes::only_own(scope, before, above, &self.captured());
            }
            if script.is_some_and(may_make_functions) && scope_changes::has_unbound(&scope) {
                scope = entries(scope).map(|entry| bound(entry, exporter)).collect();
            }
            self.parts.variables.replace(scope);
        });
        self.note_growth(context.operations(), memory::used());
    }

    /// Adds copies of its constants that `script` may use to `global`, if functions may look
    /// for them.
    pub fn add_constants_to(&self, global: &mut GlobalRuntimeState, script: &CompiledScript) {
        memory::held(|| {
            add_constants(self.parts.variables.borrow().iter_raw(), global, script);
        });
    }

    /// Sets a variable, or a constant, for later evaluations. Closures that captured it find
    /// the new value.
    pub fn set(&self, name: &str, value: Dynamic, is_constant: bool) {
        let new = || std::iter::once(&value);
        self.note_growth(depth::levels(new()), size::bytes(new()));
        let mut value = value;
        self.own_functions(&mut value);
        if !is_constant && self.replace(name, &mut value) {
            return;
        }
        self.remove(name);
        let mut scope = self.parts.variables.borrow_mut();
        scope.extend([(name, is_constant, value)]);
    }

    /// Makes functions in a value belong to the scope: else one that was made in it would keep
    /// what it captured for ever.
    fn own_functions(&self, value: &mut Dynamic) {
        let captured = self.captured();
        walk::for_each_function(value, |pointer| {
            if let Some(function) = function_of(pointer) {
                pointer[0] = Dynamic::from(BoundFunction::new(function, Some(&captured)));
            }
        });
    }

    /// Swaps the value of a variable that can be changed with another one. Returns whether
    /// there is such a variable.
    fn replace(&self, name: &str, value: &mut Dynamic) -> bool {
        let mut scope = self.parts.variables.borrow_mut();
        let slot = scope.get_mut(name);
        let Some(mut slot) = slot.and_then(Dynamic::write_lock::<Dynamic>) else {
            return false;
        };
        mem::swap(&mut *slot, value);
        true
    }

    /// Removes a variable. Returns whether there was one.
    pub fn remove(&self, name: &str) -> bool {
        if !self.contains(name) {
            return false;
        }
        let all = entries(self.parts.variables.take());
        let (gone, rest): (Vec<Entry>, Vec<Entry>) = all.partition(|entry| entry.0 == name);
        self.captured().keep(gone.into_iter().collect());
        self.parts.variables.replace(rest.into_iter().collect());
        true
    }

    /// Removes all variables. What closures captured stays as long as somebody has one.
    pub fn clear(&self, functions: &FunctionTable) {
        let scope = self.parts.variables.take();
        let captured = self.parts.captured.replace(functions.new_captured());
        captured.keep(scope);
        self.left.set(0);
        self.operations.set(0);
    }

    /// Whether there is a variable of this name.
    pub fn contains(&self, name: &str) -> bool {
        self.parts.variables.borrow().contains(name)
    }

    /// A copy of a variable's value; unit if there is none.
    ///
    /// # Errors
    ///
    /// A function that waits is changing it.
    pub fn get(&self, name: &str) -> Result<Dynamic, Box<EvalAltResult>> {
        memory::held(|| match self.parts.variables.borrow().get(name) {
            Some(value) => copy_of(value),
            None => Ok(Dynamic::UNIT),
        })
    }

    /// The names of its variables, in the order in which they were declared.
    pub fn names(&self) -> Array {
        memory::held(|| {
            let scope = &*self.parts.variables.borrow();
            let names = scope.into_iter().map(|(name, ..)| name.into());
            names.collect()
        })
    }

    /// Adds the names of its variables to those that an analysis knows.
    pub fn add_names_to(&self, surroundings: &mut Surroundings) {
        for (name, is_constant, _) in self.parts.variables.borrow().iter_raw() {
            surroundings.add_variable(name, is_constant);
        }
    }

    /// Copies the variables of `other` into this scope, which is empty. Closures keep what they
    /// captured in the other one.
    ///
    /// # Errors
    ///
    /// A function that waits is changing one of them.
    pub fn copy_from(
        &self,
        other: &KeptScope,
        exporter: &Exporter,
    ) -> Result<(), Box<EvalAltResult>> {
        let captured = self.captured();
        let copies = memory::held(|| {
            let mut scope = Scope::new();
            for (name, value, _) in &*other.parts.variables.borrow() {
                let is_constant = value.is_read_only();
                let mut value = copy_of(value)?;
                exporter.bind_all(&mut value, Some(&captured));
                scope.extend([(name, is_constant, value)]);
            }
            Ok::<_, Box<EvalAltResult>>(scope)
        });
        self.parts.variables.replace(copies?);
        self.note_growth(other.operations.get(), other.left.get());
        Ok(())
    }
}

/// Adds copies of the constants among variables that `script` may use to `global`, if functions
/// may look for them.
fn add_constants<'a>(
    variables: impl Iterator<Item = (&'a str, bool, &'a Dynamic)>,
    global: &mut GlobalRuntimeState,
    script: &CompiledScript,
) {
    if !script.may_use_global {
        return;
    }
    for (name, is_constant, value) in variables {
        if is_constant && script.may_use(name) {
            if let Ok(value) = copy_of(value) {
                add_constant(global, name, value);
            }
        }
    }
}

/// A copy of a variable's value that shares nothing with closures which captured it.
fn copy_of(value: &Dynamic) -> Result<Dynamic, Box<EvalAltResult>> {
    let copy = match value.is_shared() {
        true => value.read_lock::<Dynamic>().map(|inner| inner.clone()),
        false => Some(value.clone()),
    };
    copy.ok_or_else(|| "the variable is being changed by a function that waits".into())
}

/// The use of a scope by an execution, until that ends.
#[derive(Debug)]
pub struct ScopeUse(Rc<KeptScope>);

impl ScopeUse {
    /// Begins to use a scope that nobody uses.
    pub fn begin(scope: &Rc<KeptScope>) -> Self {
        scope.is_used.set(true);
        ScopeUse(scope.clone())
    }
}

impl Drop for ScopeUse {
    fn drop(&mut self) {
        self.0.is_used.set(false);
        // If the script was abandoned, they are gone.
        self.0.is_out.set(false);
    }
}

fn value<'a>((_, _, value): (&'a str, bool, &'a Dynamic)) -> &'a Dynamic {
    value
}

/// Whether a script may leave function pointers behind that mean something in it alone.
fn may_make_functions(script: &CompiledScript) -> bool {
    script.ast.has_functions() || script.words().is_none()
}

/// Gives function pointers in a variable what they need to be called from other scripts.
fn bound((name, is_constant, mut value): Entry, exporter: &Exporter) -> Entry {
    match value.is_shared() {
        true => {
            if let Some(mut inner) = value.write_lock::<Dynamic>() {
                exporter.bind_own(&mut inner);
            }
        }
        false => exporter.bind_own(&mut value),
    }
    (name, is_constant, value)
}
