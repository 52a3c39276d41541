//! What must be known of a script to rewrite it.

use std::collections::{HashMap, HashSet};

use rhai::{ASTNode, Expr, FnCallExpr, Stmt, AST};

use super::changes::Calls;
use super::copies::{CHANGING, READING};
use super::growth::Growth;
use super::{alone, is_of_module, may_be_function, walk};
use crate::execution_context::ExecutionContext;

/// A script, and what is to be known of it.
pub struct Script<'a> {
    /// Names of Dart functions.
    pub dart: &'a HashSet<String>,
    /// Names of variables that closures capture.
    pub captured: HashSet<String>,
    /// Whether it calls functions of modules.
    pub calls_modules: bool,
    /// Its functions: numbers of parameters by name.
    pub functions: HashMap<String, Vec<usize>>,
    /// Names of entries of its object maps that may be functions.
    pub entries: HashSet<String>,
    /// Names of its functions that use `this`.
    pub with_this: HashSet<String>,
    /// Names of its functions that run no code but their own.
    pub quiet: HashSet<String>,
    /// Whether it calls methods that call back.
    pub calls_back: bool,
    /// Calls for what changes a captured variable and calls back.
    pub calls: Option<Calls>,
    /// Whether it may get functions of other scripts.
    pub has_foreign: bool,
    /// A call of [`BIND`](crate::script_functions::BIND), if that is needed.
    pub bind: Option<FnCallExpr>,
    /// How its strings can grow.
    pub growth: Growth,
    /// A call that looks at the memory, if that is needed.
    pub look: Option<FnCallExpr>,
    /// Whether something was rewritten.
    pub is_changed: bool,
}

impl<'a> Script<'a> {
    /// Knows nothing yet.
    pub fn new(dart: &'a HashSet<String>) -> Self {
        Script {
            dart,
            captured: HashSet::new(),
            calls_modules: false,
            functions: HashMap::new(),
            entries: HashSet::new(),
            with_this: HashSet::new(),
            quiet: HashSet::new(),
            calls_back: false,
            calls: None,
            has_foreign: false,
            bind: None,
            growth: Growth::default(),
            look: None,
            is_changed: false,
        }
    }

    /// Finds out whether there is something to rewrite.
    pub fn find_what_to_change(&mut self, ast: &AST, context: &ExecutionContext) {
        let own: HashSet<_> = ast.iter_fn_def().map(|f| f.name.clone()).collect();
        walk(ast, context, |path| {
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
                Some(ASTNode::Expr(Expr::MethodCall(call, _))) => {
                    let name = call.name.as_str();
                    self.calls_back |= READING.contains(&name) || CHANGING.contains(&name);
                }
                _ => (),
            }
            if let Some(node) = path.last() {
                self.growth.look_at(node, &own);
            }
        });
    }

    /// Finds out what rewriting must know.
    pub fn look_around(&mut self, ast: &AST, context: &ExecutionContext) {
        let mut declared = HashSet::new();
        for function in ast.iter_fn_def() {
            let name = function.name.to_string();
            let arities = self.functions.entry(name).or_default();
            arities.push(function.params.len());
            declared.extend(function.params.iter().cloned());
        }
        for function in ast.iter_fn_def() {
            let name = function.name.to_string();
            let mut is_quiet = true;
            walk(&alone(function), context, |path| match path.last() {
                Some(ASTNode::Expr(Expr::ThisPtr(_))) => {
                    self.with_this.insert(name.clone());
                }
                Some(
                    ASTNode::Stmt(Stmt::FnCall(call, _))
                    | ASTNode::Expr(Expr::FnCall(call, _) | Expr::MethodCall(call, _)),
                ) => is_quiet &= !self.may_run_other_code(call),
                _ => {}
            });
            if is_quiet {
                self.quiet.insert(name);
            }
        }
        walk(ast, context, |path| match path.last() {
            Some(ASTNode::Stmt(Stmt::Var(parts, ..))) => {
                declared.insert(parts.0.name.clone());
            }
            Some(ASTNode::Stmt(Stmt::For(parts, _))) => {
                declared.insert(parts.0.name.clone());
            }
            _ => (),
        });
        walk(ast, context, |path| match path {
            [.., ASTNode::Stmt(Stmt::Import(..))] => self.has_foreign = true,
            [.., ASTNode::Expr(Expr::Variable(variable, ..))] => {
                let name = variable.1.as_str();
                self.has_foreign |= !declared.contains(name)
                    && !self.dart.contains(name)
                    && !self.functions.contains_key(name);
            }
            [.., ASTNode::Stmt(Stmt::FnCall(call, _))]
            | [.., ASTNode::Expr(Expr::FnCall(call, _) | Expr::MethodCall(call, _))] => {
                self.has_foreign |= self.dart.contains(call.name.as_str());
            }
            [.., ASTNode::Expr(Expr::Property(property, _))] => {
                self.entries.insert(property.2.to_string());
            }
            // `m["save"] = …` and `m.set("save", …)`
            [.., ASTNode::Expr(parent), ASTNode::Expr(Expr::StringConstant(text, _))]
                if names_entries(parent) =>
            {
                self.entries.insert(text.to_string());
            }
            [.., ASTNode::Expr(Expr::Map(map, _))] => {
                let entries = map.0.iter().filter(|(_, value)| may_be_function(value));
                let keys = entries.map(|(key, _)| key.name.to_string());
                self.entries.extend(keys);
            }
            _ => (),
        });
    }
}

/// Whether a text in an expression may be the name of an entry of an object map.
fn names_entries(expr: &Expr) -> bool {
    match expr {
        Expr::Index(..) => true,
        Expr::MethodCall(call, _) => call.name == "set",
        _ => false,
    }
}
