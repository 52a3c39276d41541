//! Changes to the syntax tree of a script, which make Rhai do what is said of modules
//! and Dart functions.
//!
//! **Captured variables.** What a closure has captured is a shared value. For a method
//! call such as `s.save()`, Rhai locks it until the function returns, and whatever uses `s`
//! before that fails with a data race: the callback of `s.map(…)`, or a handler that Dart
//! calls while `save` waits. So a call that may run such code gets a copy, see [`unlocked`].
//!
//! **Memory.** Rhai's operator `+`, and strings with `${…}`, ask for no memory, and nothing
//! looks at it between the end of one such and the next that it is an operand of. So what
//! takes such a result becomes an operation: `a + f(x)` is `a + look(f(x))`.
//!
//! **Names of Dart functions.** A closure that uses one has not captured a variable.
//!
//! **Callbacks.** A function that is given to one of a module is bound to where it comes
//! from: see [`BIND`](crate::language::names::BIND).

mod chain;
mod fingerprint;
mod growth;
mod script;
mod stubs;
mod unlock;
mod unlocked;

use std::collections::HashSet;

use rhai::{ASTNode, Engine, Expr, FnCallExpr, ImmutableString, Module, Stmt, StmtBlock, AST};

use crate::context::context::ExecutionContext;
use crate::language::names::GLOBAL;
pub use chain::Chain;
pub use growth::register_look;
use script::Script;
pub use stubs::{register, walk_all, Stubs};
use stubs::{BIND_CALL, LOOK_CALL};

/// Rewrites a script for an engine that has the functions `dart` of Dart.
pub fn rewrite(
    engine: &Engine,
    ast: AST,
    dart: &HashSet<String>,
    context: &ExecutionContext,
) -> AST {
    let mut script = Script::new(dart);
    script.find_what_to_change(&ast, context);
    let grows = script.growth.can_be_large();
    if script.captured.is_empty() && !script.calls_modules && !grows {
        return ast;
    }
    if grows {
        script.look = stubs::call(engine, LOOK_CALL, context);
    }
    script.look_around(&ast, context);
    if script.calls_modules {
        script.bind = stubs::call(engine, BIND_CALL, context);
    }
    if !script.captured.is_empty() {
        script.unlocked = stubs::unlocked(engine, context);
    }
    let mut statements = ast.statements().to_vec();
    script.visit_statements(&mut statements);
    let mut functions = Module::new();
    for function in ast.iter_fn_def() {
        let was_changed = std::mem::take(&mut script.is_changed);
        let mut body = body_of(function, context);
        script.visit_statements(&mut body);
        let changed = script
            .is_changed
            .then(|| stubs::with_statements(engine, function, body, context))
            .flatten();
        match changed {
            Some(changed) => functions.set_script_fn(changed),
            None => functions.set_script_fn(function.clone()),
        };
        script.is_changed |= was_changed;
    }
    match script.is_changed {
        true => AST::new(statements, functions),
        false => ast,
    }
}

/// Goes through the parts of a script, or of a function alone.
fn walk(ast: &AST, context: &ExecutionContext, mut look: impl FnMut(&[ASTNode])) {
    ast.walk(&mut |path: &[ASTNode]| look_below(path, context, &mut look));
}

/// Rhai leaves out what a loop ends with, as in `break x`.
fn look_below(
    path: &[ASTNode],
    context: &ExecutionContext,
    look: &mut dyn FnMut(&[ASTNode]),
) -> bool {
    look(path);
    if let Some(ASTNode::Stmt(Stmt::BreakLoop(Some(expr), ..))) = path.last() {
        expr.walk(&mut Vec::new(), &mut |path: &[ASTNode]| {
            look_below(path, context, look)
        });
    }
    !context.tick_token()
}

/// A script that has this function alone: Rhai shows the body of a function only to those
/// who walk through all bodies.
pub fn alone(function: &rhai::Shared<rhai::ScriptFuncDef>) -> AST {
    let mut module = Module::new();
    module.set_script_fn(function.clone());
    AST::new([], module)
}

fn body_of(function: &rhai::Shared<rhai::ScriptFuncDef>, context: &ExecutionContext) -> Vec<Stmt> {
    let mut body = Vec::new();
    walk(&alone(function), context, |path| {
        if let [ASTNode::Stmt(statement)] = path {
            body.push(Stmt::clone(statement));
        }
    });
    body
}

impl Script<'_> {
    fn visit_block(&mut self, block: &mut StmtBlock) {
        self.visit_statements(block.statements_mut());
    }

    fn visit_statements(&mut self, statements: &mut [Stmt]) {
        for statement in statements {
            self.visit_statement(statement);
        }
    }

    fn visit_statement(&mut self, statement: &mut Stmt) {
        match statement {
            Stmt::Share(names) => {
                let position = names[0].0.pos;
                let count = names.len();
                names.retain(|(name, index)| {
                    index.is_some() || !self.dart.contains(name.name.as_str())
                });
                self.is_changed |= names.len() < count;
                // Rhai expects one to have names.
                if names.is_empty() {
                    *statement = Stmt::Noop(position);
                }
            }
            Stmt::If(flow, _)
            | Stmt::While(flow, _)
            | Stmt::Do(flow, ..)
            | Stmt::TryCatch(flow, _) => {
                self.visit_expr(&mut flow.expr);
                self.visit_block(&mut flow.body);
                self.visit_block(&mut flow.branch);
            }
            Stmt::For(parts, _) => {
                self.visit_expr(&mut parts.2.expr);
                self.visit_block(&mut parts.2.body);
            }
            Stmt::Switch(parts, _) => {
                self.visit_expr(&mut parts.0);
                for case in &mut parts.1.expressions {
                    self.visit_expr(&mut case.lhs);
                    self.visit_expr(&mut case.rhs);
                }
            }
            Stmt::Var(parts, ..) => self.visit_expr(&mut parts.1),
            Stmt::Assignment(parts) => {
                // Rhai needs the variable itself.
                if let target @ (Expr::Dot(..) | Expr::Index(..)) = &mut parts.1.lhs {
                    let mut chain = Chain::take(target);
                    self.visit_links(&mut chain);
                    *target = chain.into_expr();
                }
                self.visit_expr(&mut parts.1.rhs);
            }
            Stmt::FnCall(call, _) => self.visit_call(call),
            Stmt::Block(block) => self.visit_block(block),
            Stmt::Expr(expr) => self.visit_expr(expr),
            Stmt::BreakLoop(Some(expr), ..) | Stmt::Return(Some(expr), ..) => {
                self.visit_expr(expr);
            }
            Stmt::Import(parts, _) => self.visit_expr(&mut parts.0),
            _ => (),
        }
    }

    fn visit_all(&mut self, exprs: &mut [Expr]) {
        for expr in exprs {
            self.visit_expr(expr);
        }
    }

    fn visit_call(&mut self, call: &mut FnCallExpr) {
        self.visit_all(&mut call.args);
        if let (true, Some(look)) = (growth::is_sum(call), &self.look) {
            wrap(look, &mut call.args[1]);
            self.is_changed = true;
        }
        let Some(bind) = self.bind.as_ref().filter(|_| is_of_module(call)) else {
            return;
        };
        for argument in call.args.iter_mut().filter(|a| may_have_functions(a)) {
            wrap(bind, argument);
            self.is_changed = true;
        }
    }

    fn visit_links(&mut self, chain: &mut Chain) {
        for link in &mut chain.links {
            self.visit_all(link.inputs_mut());
        }
    }

    fn visit_expr(&mut self, expr: &mut Expr) {
        match expr {
            Expr::InterpolatedString(parts, position) => {
                self.visit_all(parts);
                if self.look.is_some() && growth::ends_unseen(parts) {
                    // Evaluating it is an operation.
                    let nothing = ImmutableString::new();
                    parts.push(Expr::StringConstant(nothing, *position));
                    self.is_changed = true;
                }
            }
            Expr::Array(parts, _) => self.visit_all(parts),
            Expr::Map(parts, _) => {
                for (_, value) in &mut parts.0 {
                    self.visit_expr(value);
                }
            }
            Expr::And(parts, _) | Expr::Or(parts, _) | Expr::Coalesce(parts, _) => {
                self.visit_all(parts);
            }
            Expr::Stmt(block) => self.visit_block(block),
            Expr::FnCall(call, _) => self.visit_call(call),
            Expr::Dot(..) | Expr::Index(..) => {
                let mut chain = Chain::take(expr);
                self.visit_expr(&mut chain.root);
                self.visit_links(&mut chain);
                *expr = self.unlock(chain);
            }
            _ => (),
        }
    }
}

/// Makes an expression the argument of a call.
fn wrap(call: &FnCallExpr, expr: &mut Expr) {
    let position = expr.position();
    let mut call = call.clone();
    call.args[0] = std::mem::take(expr);
    *expr = call.into_fn_call_expr(position);
}

/// Whether a function is one of a module.
fn is_of_module(call: &FnCallExpr) -> bool {
    call.is_qualified() && call.namespace.root() != GLOBAL
}

/// Whether an expression can be a function pointer, or have one among its elements.
fn may_have_functions(expr: &Expr) -> bool {
    match expr {
        Expr::Array(parts, _) => parts.iter().any(may_have_functions),
        Expr::Map(parts, _) => parts.0.iter().any(|(_, value)| may_have_functions(value)),
        expr => may_be_function(expr),
    }
}

/// Whether an expression can be a function pointer.
fn may_be_function(expr: &Expr) -> bool {
    match expr {
        Expr::Variable(..)
        | Expr::ThisPtr(_)
        | Expr::Stmt(_)
        | Expr::Dot(..)
        | Expr::Index(..)
        | Expr::Coalesce(..) => true,
        Expr::FnCall(call, _) => call.op_token.is_none(),
        Expr::DynamicConstant(value, _) => value.is_fnptr(),
        _ => false,
    }
}
