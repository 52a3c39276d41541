//! Changes to the syntax tree of a script, which make Rhai do what is said of modules
//! and of the host's functions.
//!
//! **Captured variables.** What a closure has captured is a shared value. For a method
//! call such as `s.save()`, Rhai locks it until the function returns, and whatever uses `s`
//! before that fails with a data race: the callback of `s.map(…)`, or a handler that
//! the host calls while `save` waits. So a call that may run such code gets a copy, see
//! [`Unlocked`](crate::language::tree::unlocked::Unlocked).
//!
//! **Memory.** Rhai's operator `+`, and strings with `${…}`, ask for no memory, and nothing
//! looks at it between the end of one such and the next that it is an operand of. So what
//! takes such a result becomes an operation: `a + f(x)` is `a + look(f(x))`.
//!
//! **Names of the host's functions.** A closure that uses one has not captured a variable.
//!
//! **Properties.** What is only read of a property of the host's objects is not put back: see
//! [`keep`].
//!
//! **Loops without statements.** They end with the errors of what they go through: see [`loops`].
//!
//! **Callbacks.** A function that is given to one of a module is bound to where it comes
//! from: see [`BIND`](crate::language::names::BIND).
//!
//! Most scripts have nothing to rewrite: it is for those with closures that capture variables,
//! those that call functions of modules, and those with strings that grow while calls return.

mod bind;
mod growth;
mod keep;
mod loops;
mod script;
mod unlock;

use std::collections::HashSet;

use rhai::{ASTNode, Engine, Expr, FnCallExpr, ImmutableString, Module, Stmt, StmtBlock, AST};

use crate::language::parsing::ScriptParser;
use crate::language::tree::chain::Chain;
use crate::language::tree::stubs::{self, BIND_CALL, KEEP_CALL, LOOK_CALL};
use crate::language::tree::walk::{alone, walk};
use bind::{is_of_module, may_have_functions};
pub use growth::register_look;
pub use keep::register as register_keep;
use loops::is_empty_loop;
use script::Script;

/// Rewrites a script for an engine in which the host has functions of these names.
pub fn rewrite(
    engine: &Engine,
    ast: AST,
    host_functions: &HashSet<String>,
    parser: &dyn ScriptParser,
) -> AST {
    let mut script = Script::new(host_functions);
    let stubs = &parser.parsing().stubs;
    script.find_what_to_change(&ast, parser);
    let grows = script.growth.can_be_large();
    if !grows && !script.has_something_to_change() {
        return ast;
    }
    if script.has_properties {
        script.keep = stubs::call(engine, KEEP_CALL, stubs);
    }
    if grows {
        script.look = stubs::call(engine, LOOK_CALL, stubs);
    }
    script.look_around(&ast, parser);
    if script.calls_modules {
        script.bind = stubs::call(engine, BIND_CALL, stubs);
    }
    if !script.captured.is_empty() {
        script.unlocked = stubs::unlocked(engine, stubs);
    }
    let mut statements = ast.statements().to_vec();
    script.visit_statements(&mut statements);
    let mut functions = Module::new();
    for function in ast.iter_fn_def() {
        let was_changed = std::mem::take(&mut script.is_changed);
        let mut body = body_of(function, parser);
        script.visit_statements(&mut body);
        let changed = script
            .is_changed
            .then(|| stubs::with_statements(engine, function, body, stubs))
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

fn body_of(function: &rhai::Shared<rhai::ScriptFuncDef>, parser: &dyn ScriptParser) -> Vec<Stmt> {
    let mut body = Vec::new();
    let must_stop = || parser.tick_token();
    walk(&alone(function), must_stop, |path| {
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
                    index.is_some() || !self.host_functions.contains(name.name.as_str())
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
                let flow = &mut parts.2;
                self.visit_expr(&mut flow.expr);
                self.visit_block(&mut flow.body);
                if is_empty_loop(&flow.expr, &flow.body) {
                    loops::fill(&mut flow.body);
                    self.is_changed = true;
                }
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
                self.visit_expr(&mut parts.1.rhs);
                let target @ (Expr::Dot(..) | Expr::Index(..)) = &mut parts.1.lhs else {
                    return;
                };
                let mut chain = Chain::take(target);
                self.visit_links(&mut chain);
                let unlocked = self.unlock_assignment(&parts.0, &chain, &parts.1.rhs);
                match unlocked {
                    Some(expr) => *statement = Stmt::Expr(expr.into()),
                    None => parts.1.lhs = chain.into_expr(),
                }
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
                self.keep_properties(&mut chain);
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
