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
use std::collections::HashSet;
use std::mem;
use std::rc::Rc;

use fibers::{OnFiber, StackPool};
use rhai::{Array, Dynamic, EvalAltResult, GlobalRuntimeState, Scope};

use crate::analysis::surroundings::Surroundings;
use crate::border::exporter::Exporter;
use crate::context::context::ExecutionContext;
use crate::data::{depth, size, walk};
use crate::errors::termination::Termination;
use crate::execution::variables::add_constant;
use crate::functions::bound::{function_of, BoundFunction};
use crate::functions::captured::CapturedVariables;
use crate::functions::table::FunctionTable;
use crate::language::compiled_script::CompiledScript;
use crate::language::names::GLOBAL;
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
    /// The number of the engine's variables below those of the scope, while it is used.
    below: Cell<usize>,
    /// The number of its variables before it was used.
    before: Cell<usize>,
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
            below: Cell::new(0),
            before: Cell::new(0),
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

    /// Moves its variables into the scope of a script, above the engine's.
    pub fn move_to(
        &self,
        scope: &mut Scope<'static>,
        global: &mut GlobalRuntimeState,
        script: &CompiledScript,
    ) {
        memory::held(|| {
            self.add_constants_to(global, script);
            let mut own = self.parts.variables.take();
            self.is_out.set(true);
            self.below.set(scope.len());
            self.before.set(own.len());
            match scope.is_empty() {
                true => mem::swap(scope, &mut own),
                false => scope.extend(entries(own)),
            }
        });
    }

    /// Takes the variables of a script that has ended back, if it came to have them. Functions among them get what they
    /// need to run in other scripts from `exporter`.
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
            let captured = self.captured();
            if self.below.get() > 0 || scope.len() != self.before.get() {
                scope = self.only_own(scope, &captured);
            }
            if script.is_some_and(may_make_functions) {
                scope = entries(scope).map(|entry| bound(entry, exporter)).collect();
            }
            self.parts.variables.replace(scope);
        });
        self.note_growth(context.operations(), memory::used());
    }

    /// The variables of a scope without those of the engine, and without those that others
    /// shadow.
    fn only_own(&self, scope: Scope<'static>, captured: &CapturedVariables) -> Scope<'static> {
        let mut own: Vec<Entry> = entries(scope).collect();
        let above = own.split_off(self.below.get().min(own.len()));
        let mut gone = own;
        let mut seen = HashSet::new();
        let mut last: Vec<Entry> = Vec::with_capacity(above.len());
        for entry in above.into_iter().rev() {
            match seen.insert(entry.0.clone()) {
                true => last.push(entry),
                false => gone.push(entry),
            }
        }
        captured.keep(gone.into_iter().collect());
        last.into_iter().rev().collect()
    }

    /// Adds copies of its constants that `script` may use to `global`, if functions may look
    /// for them.
    pub fn add_constants_to(&self, global: &mut GlobalRuntimeState, script: &CompiledScript) {
        if !script.may_use(GLOBAL) {
            return;
        }
        for (name, is_constant, value) in self.parts.variables.borrow().iter_raw() {
            if is_constant && script.may_use(name) {
                if let Ok(value) = copy_of(value) {
                    add_constant(global, name, value);
                }
            }
        }
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
        match self.parts.variables.borrow().get(name) {
            Some(value) => copy_of(value),
            None => Ok(Dynamic::UNIT),
        }
    }

    /// The names of its variables, in the order in which they were declared.
    pub fn names(&self) -> Array {
        let scope = &*self.parts.variables.borrow();
        let names = scope.into_iter().map(|(name, ..)| name.into());
        names.collect()
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
        let mut scope = Scope::new();
        for (name, value, _) in &*other.parts.variables.borrow() {
            let is_constant = value.is_read_only();
            let mut value = copy_of(value)?;
            exporter.bind_all(&mut value, Some(&captured));
            scope.extend([(name, is_constant, value)]);
        }
        self.parts.variables.replace(scope);
        self.note_growth(other.operations.get(), other.left.get());
        Ok(())
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

/// A variable: its name, whether it is a constant, and its value.
type Entry = (String, bool, Dynamic);

/// The variables of a scope, in their order.
fn entries(scope: Scope<'static>) -> impl Iterator<Item = Entry> {
    scope
        .into_iter()
        .map(|(name, value, _)| (name, value.is_read_only(), value))
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
