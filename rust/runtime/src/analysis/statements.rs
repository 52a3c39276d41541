//! Goes through the statements of a script.

use std::collections::HashSet;

use rhai::{ASTFlags, Expr, FlowControl, Ident, ImmutableString, Position, Stmt, StmtBlock};

use super::findings::{Doubt, Findings};
use super::known_functions::KnownFunctions;
use super::report::{Import, Warning, WarningKind};
use super::scopes::{Declared, DeclaredVariable, Scopes};
use crate::language::parsing::ScriptParser;

/// Statements with variables of their own: those at global level, or a function. A closure is a function; what it captures are parameters.
#[derive(Debug)]
pub struct Body {
    /// The function's name; `None` at global level.
    pub function: Option<ImmutableString>,
    /// Its variables.
    pub scopes: Scopes,
    /// Whether it evaluates scripts, which may declare variables in it.
    pub uses_eval: bool,
    /// Undefined variables that were warned of: once is enough.
    pub undefined: HashSet<ImmutableString>,
    /// For each loop around, whether it has a `break`.
    breaks: Vec<bool>,
}

impl Body {
    /// The statements at global level.
    pub fn of_script() -> Self {
        let mut scopes = Scopes::default();
        scopes.open();
        Body {
            function: None,
            scopes,
            uses_eval: false,
            undefined: HashSet::new(),
            breaks: Vec::new(),
        }
    }

    /// A function.
    pub fn of_function(name: &ImmutableString, parameters: &[ImmutableString]) -> Self {
        let mut body = Body::of_script();
        body.function = Some(name.clone());
        for name in parameters {
            body.scopes.declare(DeclaredVariable {
                name: name.clone(),
                position: Position::NONE,
                declared: Declared::Parameter,
                is_used: false,
                is_own_data: false,
            });
        }
        body.scopes.open();
        body
    }
}

/// Where statements that follow each other have got to.
#[derive(Debug, Default)]
pub struct Flow {
    /// The word that has ended them, if one has.
    ended: Option<&'static str>,
    warned: bool,
}

/// Goes through the statements of one body.
pub struct BodyVisitor<'a, 'b> {
    /// The functions that can be called.
    pub known: &'a KnownFunctions<'a>,
    /// Where to put what is found.
    pub findings: &'a mut Findings<'b>,
    /// Where this is.
    pub body: Body,
    /// The analysis as an execution.
    pub parser: &'a dyn ScriptParser,
}

impl<'a, 'b> BodyVisitor<'a, 'b> {
    /// One that is at the start of a body.
    pub fn new(
        known: &'a KnownFunctions<'a>,
        findings: &'a mut Findings<'b>,
        body: Body,
        parser: &'a dyn ScriptParser,
    ) -> Self {
        BodyVisitor {
            known,
            findings,
            body,
            parser,
        }
    }

    /// Ends the body.
    pub fn finish(mut self) {
        while self.body.scopes.depth() > 0 {
            self.close();
        }
    }

    /// Looks at a statement; `flow` tells of those before it in the same block.
    pub fn visit_next(&mut self, statement: &Stmt, flow: &mut Flow) {
        if let (Some(word), false) = (flow.ended, flow.warned) {
            flow.warned = true;
            self.findings.warnings.push(Warning {
                kind: WarningKind::UnreachableCode,
                name: word.into(),
                message: match word {
                    "loop" => "unreachable code after an endless loop".into(),
                    word => format!("unreachable code after {word}"),
                },
                position: start_of(statement),
            });
        }
        let ended = self.visit(statement);
        flow.ended = flow.ended.or(ended);
    }

    /// Looks at a block. Returns the word because of which nothing runs after it.
    pub fn visit_block(&mut self, block: &StmtBlock) -> Option<&'static str> {
        self.body.scopes.open();
        let mut flow = Flow::default();
        for statement in block {
            self.visit_next(statement, &mut flow);
        }
        self.close();
        flow.ended
    }

    /// Looks at a statement. Returns the word because of which nothing runs after it.
    fn visit(&mut self, statement: &Stmt) -> Option<&'static str> {
        match statement {
            Stmt::Expr(expr) => match &**expr {
                Expr::Stmt(block) => return self.visit_block(block),
                expr => self.visit_expr(expr),
            },
            Stmt::FnCall(call, position) => self.visit_call(call, *position),
            Stmt::Block(block) => return self.visit_block(block),
            Stmt::Var(parts, flags, _) => {
                let (name, value, _) = &**parts;
                self.visit_expr(value);
                self.declare_by_script(name, value, *flags);
            }
            Stmt::Assignment(parts) => {
                self.visit_assignment(parts.0.is_op_assignment(), &parts.1.lhs, &parts.1.rhs);
            }
            Stmt::If(parts, _) => {
                self.visit_expr(&parts.expr);
                let body = self.visit_block(&parts.body);
                let branch = self.visit_block(&parts.branch);
                return body.and(branch);
            }
            Stmt::Switch(parts, _) => {
                let (value, cases) = &**parts;
                self.visit_expr(value);
                let mut ended = cases.def_case.map(|_| "");
                for case in &cases.expressions {
                    self.visit_expr(&case.lhs);
                    let end = match &case.rhs {
                        Expr::Stmt(block) => self.visit_block(block),
                        expr => {
                            self.visit_expr(expr);
                            None
                        }
                    };
                    ended = ended.and(end);
                }
                return ended;
            }
            Stmt::While(parts, _) => return self.visit_while(parts),
            Stmt::Do(parts, ..) => {
                self.visit_loop(&parts.body);
                self.visit_expr(&parts.expr);
            }
            Stmt::For(parts, _) => {
                let (name, counter, flow) = &**parts;
                self.visit_expr(&flow.expr);
                self.body.scopes.open();
                for name in counter.iter().chain([name]) {
                    self.declare(name, Declared::Variable, false, false);
                }
                self.visit_loop(&flow.body);
                self.close();
            }
            Stmt::TryCatch(parts, _) => {
                let body = self.visit_block(&parts.body);
                self.body.scopes.open();
                if let Expr::Variable(error, _, pos) = &parts.expr {
                    let name = error.1.clone();
                    let name = Ident { name, pos: *pos };
                    self.declare(&name, Declared::Variable, false, false);
                }
                let branch = self.visit_block(&parts.branch);
                self.close();
                return body.and(branch);
            }
            Stmt::BreakLoop(value, flags, _) => {
                if let Some(value) = value {
                    self.visit_expr(value);
                }
                if !flags.intersects(ASTFlags::BREAK) {
                    return Some("continue");
                }
                if let Some(has_break) = self.body.breaks.last_mut() {
                    *has_break = true;
                }
                return Some("break");
            }
            Stmt::Return(value, flags, _) => {
                if let Some(value) = value {
                    self.visit_expr(value);
                }
                return Some(match flags.intersects(ASTFlags::BREAK) {
                    true => "throw",
                    false => "return",
                });
            }
            Stmt::Import(parts, position) => {
                let (path, alias) = &**parts;
                self.visit_expr(path);
                self.findings.has_foreign_data = true;
                self.findings.imports.push(Import {
                    path: match path {
                        Expr::StringConstant(path, _) => Some(path.clone()),
                        _ => None,
                    },
                    alias: Some(alias.name.clone()).filter(|name| !name.is_empty()),
                    position: *position,
                });
            }
            Stmt::Export(parts, _) => self.use_variable(&parts.0.name, parts.0.pos),
            // What a closure captures; it is used where the closure is made.
            Stmt::Share(_) => (),
            _ => (),
        }
        None
    }

    fn visit_while(&mut self, parts: &FlowControl) -> Option<&'static str> {
        self.visit_expr(&parts.expr);
        let has_break = self.visit_loop(&parts.body);
        let is_endless = matches!(parts.expr, Expr::Unit(_) | Expr::BoolConstant(true, _));
        (is_endless && !has_break).then_some("loop")
    }

    /// Looks at the body of a loop. Returns whether it has a `break`.
    fn visit_loop(&mut self, body: &StmtBlock) -> bool {
        self.body.breaks.push(false);
        self.visit_block(body);
        self.body.breaks.pop().unwrap_or(true)
    }

    fn visit_assignment(&mut self, is_compound: bool, target: &Expr, value: &Expr) {
        self.visit_expr(value);
        let is_own_data = self.is_own_data(value);
        let Expr::Variable(variable, _, position) = target else {
            return self.visit_expr(target);
        };
        if !variable.2.is_empty() {
            return self.visit_qualified_target(target);
        }
        match self.body.scopes.find(&variable.1) {
            Some(variable) => {
                // What is only ever assigned to is not used.
                variable.is_used |= is_compound;
                variable.is_own_data &= is_own_data;
            }
            None => {
                self.check_constant(&variable.1, *position);
                self.use_undeclared(&variable.1, *position);
            }
        }
    }

    fn declare_by_script(&mut self, name: &Ident, value: &Expr, flags: ASTFlags) {
        let is_global = self.body.function.is_none() && self.body.scopes.depth() == 1;
        let declared = match flags.intersects(ASTFlags::CONSTANT) {
            true => Declared::Constant,
            false => Declared::Variable,
        };
        if is_global && declared == Declared::Constant {
            self.findings.global_constants.insert(name.name.clone());
        }
        self.findings.add_declared(&name.name, is_global);
        let is_exported = flags.intersects(ASTFlags::EXPORTED);
        let is_own_data = self.is_own_data(value);
        self.declare(name, declared, is_exported, is_own_data);
    }

    fn declare(&mut self, name: &Ident, declared: Declared, is_used: bool, is_own_data: bool) {
        self.body.scopes.declare(DeclaredVariable {
            name: name.name.clone(),
            position: name.pos,
            declared,
            is_used,
            is_own_data,
        });
    }

    /// Leaves a block, and warns of what was not used in it.
    fn close(&mut self) {
        let is_global = self.body.function.is_none() && self.body.scopes.depth() == 1;
        for variable in self.body.scopes.close() {
            let is_visible_in_functions = is_global && variable.declared == Declared::Constant;
            let is_used_in_function =
                is_visible_in_functions && self.findings.is_meant_in_functions(&variable.name);
            if variable.declared == Declared::Parameter
                || variable.name.starts_with('_')
                || is_used_in_function
            {
                continue;
            }
            self.findings.warnings.push(Warning {
                kind: WarningKind::UnusedVariable,
                name: variable.name.to_string(),
                message: format!("unused variable: {}", variable.name),
                position: variable.position,
            });
        }
    }

    /// Notes a use of a variable.
    pub fn use_variable(&mut self, name: &ImmutableString, position: Position) {
        if let Some(variable) = self.body.scopes.find(name) {
            variable.is_used = true;
            return;
        }
        // The name of a function stands for a pointer to it.
        if self.known.is_script(name) || self.known.is_of_host(name) {
            return;
        }
        self.use_undeclared(name, position);
    }

    /// Notes a use of a variable that nothing around declares.
    fn use_undeclared(&mut self, name: &ImmutableString, position: Position) {
        let function = self.body.function.clone();
        self.findings.has_foreign_data = true;
        self.findings.add_free(name, function.as_ref(), position);
        if function.is_some() {
            self.findings.names_in_functions.insert(name.clone());
        }
        if self.is_set(name) || self.body.uses_eval || !self.body.undefined.insert(name.clone()) {
            return;
        }
        let warning = Warning {
            kind: WarningKind::UndefinedVariable,
            name: name.to_string(),
            message: format!("undefined variable: {name}"),
            position,
        };
        let doubt = Doubt::VariableExists(function);
        self.findings.doubtful.push((warning, doubt));
    }
}

/// Where a statement begins. For Rhai, some are where their operator is.
fn start_of(statement: &Stmt) -> Position {
    match statement {
        Stmt::Expr(expr) => start_of_expr(expr),
        Stmt::Assignment(parts) => start_of_expr(&parts.1.lhs),
        _ => statement.position(),
    }
}

fn start_of_expr(expr: &Expr) -> Position {
    let start = expr.start_position();
    let inner = match expr {
        // The operands of `in` are the other way round.
        Expr::FnCall(call, _) => call.args.iter().take(2).map(start_of_expr).min(),
        Expr::And(parts, _) | Expr::Or(parts, _) | Expr::Coalesce(parts, _) => {
            parts.first().map(start_of_expr)
        }
        Expr::Dot(parts, ..) | Expr::Index(parts, ..) => Some(start_of_expr(&parts.lhs)),
        _ => None,
    };
    match inner {
        Some(inner) if !inner.is_none() => inner.min(start),
        _ => start,
    }
}
