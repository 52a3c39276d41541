//! Facts about a script that rewriting depends on.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use rhai::{ASTNode, CustomExpr, Expr, FnCallExpr, Stmt, AST};

use super::bind::is_of_module;
use super::growth::Growth;
use super::loops::is_empty_loop;
use crate::language::names::GETTER;
use crate::language::parsing::ScriptParser;
use crate::language::tree::unlocked::Functions;
use crate::language::tree::walk::{alone, walk};

/// A script that is rewritten, and facts about it.
pub struct Script<'a> {
    /// Names of the host's functions.
    pub host_functions: &'a HashSet<String>,
    /// Names of variables that closures capture.
    pub captured: HashSet<String>,
    /// Whether it calls functions of modules.
    pub calls_modules: bool,
    /// Its functions: numbers of parameters by name.
    pub arities: HashMap<String, Vec<usize>>,
    /// Facts about its functions.
    pub own: Rc<Functions>,
    /// An expression that stands for a chain which does not lock its variable, if that is
    /// needed.
    pub unlocked: Option<CustomExpr>,
    /// A call of [`BIND`](crate::language::names::BIND), if that is needed.
    pub bind: Option<FnCallExpr>,
    /// Whether loops without statements may go through objects of the host.
    pub has_empty_loops: bool,
    /// Whether it names properties that objects of the host have.
    pub has_properties: bool,
    /// A call of [`KEEP`](crate::language::names::KEEP), if that is needed.
    pub keep: Option<FnCallExpr>,
    /// How its strings can grow.
    pub growth: Growth,
    /// A call that looks at the memory, if that is needed.
    pub look: Option<FnCallExpr>,
    /// Whether something was rewritten.
    pub is_changed: bool,
}

impl<'a> Script<'a> {
    /// Knows nothing yet.
    pub fn new(host_functions: &'a HashSet<String>) -> Self {
        Script {
            host_functions,
            captured: HashSet::new(),
            calls_modules: false,
            arities: HashMap::new(),
            own: Rc::default(),
            unlocked: None,
            bind: None,
            has_empty_loops: false,
            has_properties: false,
            keep: None,
            growth: Growth::default(),
            look: None,
            is_changed: false,
        }
    }

    /// Finds out whether there is something to rewrite.
    pub fn find_what_to_change(&mut self, ast: &AST, parser: &dyn ScriptParser) {
        let own: HashSet<_> = ast.iter_fn_def().map(|f| f.name.clone()).collect();
        let mut properties = self
            .host_functions
            .iter()
            .filter_map(|f| f.strip_prefix(GETTER));
        let may_have_properties = properties.next().is_some();
        walk(
            ast,
            || parser.tick_token(),
            |path| {
                match path.last() {
                    Some(ASTNode::Stmt(Stmt::Share(names))) => {
                        let names = names.iter().map(|(name, _)| name.name.to_string());
                        self.captured.extend(names);
                    }
                    Some(
                        ASTNode::Stmt(Stmt::FnCall(call, _)) | ASTNode::Expr(Expr::FnCall(call, _)),
                    ) => {
                        self.calls_modules |= is_of_module(call);
                    }
                    Some(ASTNode::Stmt(Stmt::For(parts, _))) => {
                        let (_, _, flow) = &**parts;
                        self.has_empty_loops |= is_empty_loop(&flow.expr, &flow.body);
                    }
                    Some(ASTNode::Expr(Expr::Property(parts, _))) if may_have_properties => {
                        let getter = parts.0 .0.as_str();
                        self.has_properties |= self.host_functions.contains(getter);
                    }
                    _ => (),
                }
                if let Some(node) = path.last() {
                    self.growth.look_at(node, &own);
                }
            },
        );
    }

    /// Whether there is something to rewrite, growing strings aside.
    pub fn has_something_to_change(&self) -> bool {
        !self.captured.is_empty()
            || self.calls_modules
            || self.has_properties
            || self.has_empty_loops
    }

    /// Finds the facts that rewriting depends on.
    pub fn look_around(&mut self, ast: &AST, parser: &dyn ScriptParser) {
        for function in ast.iter_fn_def() {
            let name = function.name.to_string();
            let arities = self.arities.entry(name).or_default();
            arities.push(function.params.len());
        }
        self.own = Rc::new(self.look_into_functions(ast, parser));
    }

    fn look_into_functions(&self, ast: &AST, parser: &dyn ScriptParser) -> Functions {
        let mut functions = Functions::default();
        // Functions of a name, as one.
        let mut running = HashSet::new();
        let mut calls: HashMap<String, Vec<String>> = HashMap::new();
        for function in ast.iter_fn_def() {
            let name = function.name.to_string();
            let mut runs_others = false;
            let mut called = Vec::new();
            let must_stop = || parser.tick_token();
            walk(&alone(function), must_stop, |path| match path.last() {
                Some(ASTNode::Expr(Expr::ThisPtr(_))) => {
                    functions.with_this.insert(name.clone());
                }
                Some(
                    ASTNode::Stmt(Stmt::FnCall(call, _))
                    | ASTNode::Expr(Expr::FnCall(call, _) | Expr::MethodCall(call, _)),
                ) => match self.arities.contains_key(call.name.as_str()) {
                    true => called.push(call.name.to_string()),
                    false => runs_others |= self.may_run_other_code(call),
                },
                _ => {}
            });
            if runs_others {
                running.insert(name.clone());
            }
            calls.entry(name.clone()).or_default().extend(called);
            functions.names.insert(name);
        }
        loop {
            let mut callers = calls.iter().filter(|(name, called)| {
                !running.contains(*name) && called.iter().any(|other| running.contains(other))
            });
            let Some((name, _)) = callers.next() else {
                break;
            };
            running.insert(name.clone());
        }
        functions.quiet = functions.names.difference(&running).cloned().collect();
        functions
    }
}
