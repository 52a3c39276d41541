//! Goes through the expressions of a script.

use rhai::{ASTFlags, Expr, Position};

use super::findings::Doubt;
use super::report::{Warning, WarningKind};
use super::statements::BodyVisitor;
use crate::language::names::{GLOBAL, NAMESPACE_SEPARATOR};

impl BodyVisitor<'_, '_> {
    /// Looks at an expression.
    pub fn visit_expr(&mut self, expr: &Expr) {
        if self.parser.tick_token() {
            return;
        }
        match expr {
            Expr::Variable(parts, _, position) => match parts.2.is_empty() {
                true => self.use_variable(&parts.1, *position),
                false => self.use_qualified(parts.2.root(), parts.2.path.len(), expr),
            },
            Expr::StringConstant(text, _) => {
                // It may be an index: `map["name"] = |…| …`.
                self.findings.entries.insert(text.clone());
            }
            Expr::Property(parts, _) => {
                self.findings.entries.insert(parts.2.clone());
            }
            Expr::InterpolatedString(parts, _) | Expr::Array(parts, _) => {
                self.visit_all(parts.iter());
            }
            Expr::Map(parts, _) => {
                for (name, value) in &parts.0 {
                    self.findings.entries.insert(name.name.clone());
                    self.visit_expr(value);
                }
            }
            Expr::And(parts, _) | Expr::Or(parts, _) | Expr::Coalesce(parts, _) => {
                self.visit_all(parts.iter());
            }
            Expr::Stmt(block) => {
                self.visit_block(block);
            }
            Expr::FnCall(call, position) => self.visit_call(call, *position),
            // Only what is behind a dot; see `visit_behind_dot`.
            Expr::MethodCall(call, position) => self.visit_method_call(call, *position, false),
            Expr::Dot(parts, ..) => {
                self.visit_expr(&parts.lhs);
                let own_data = self.is_own_data(&parts.lhs);
                self.visit_behind_dot(&parts.rhs, own_data);
            }
            Expr::Index(parts, flags, _) => {
                self.visit_expr(&parts.lhs);
                self.visit_index(&parts.rhs, *flags);
            }
            _ => (),
        }
    }

    /// Looks at expressions.
    pub fn visit_all<'e>(&mut self, exprs: impl Iterator<Item = &'e Expr>) {
        for expr in exprs {
            self.visit_expr(expr);
        }
    }

    /// Looks at what is behind a dot. Rhai has the rest of the chain in it:
    /// `a.b.c()` is `a` and, behind the dot, `b` and `c()`.
    fn visit_behind_dot(&mut self, expr: &Expr, own_data: bool) {
        match expr {
            Expr::MethodCall(call, position) => self.visit_method_call(call, *position, own_data),
            Expr::Dot(parts, ..) => {
                self.visit_behind_dot(&parts.lhs, own_data);
                self.visit_behind_dot(&parts.rhs, false);
            }
            Expr::Index(parts, flags, _) => {
                self.visit_behind_dot(&parts.lhs, own_data);
                self.visit_index(&parts.rhs, *flags);
            }
            expr => self.visit_expr(expr),
        }
    }

    /// Looks at what is in brackets and, unless `flags` say that the chain ends there,
    /// the rest of the chain: `a[i].b` is `a` and, as index, `i` and `b`.
    fn visit_index(&mut self, expr: &Expr, flags: ASTFlags) {
        match expr {
            _ if flags.contains(ASTFlags::BREAK) => self.visit_expr(expr),
            Expr::Dot(parts, ..) => {
                self.visit_expr(&parts.lhs);
                self.visit_behind_dot(&parts.rhs, false);
            }
            Expr::Index(parts, flags, _) => {
                self.visit_expr(&parts.lhs);
                self.visit_index(&parts.rhs, *flags);
            }
            expr => self.visit_expr(expr),
        }
    }

    /// Looks at `module::NAME`.
    fn use_qualified(&mut self, root: &str, depth: usize, expr: &Expr) {
        let Expr::Variable(parts, _, position) = expr else {
            return;
        };
        self.findings.has_foreign_data = true;
        let name = &parts.1;
        let path = format!("{}::{name}", parts.2);
        let (hint, doubt) = if root == GLOBAL && depth == 1 {
            self.findings.global_names.insert(name.clone());
            // All constants are known only at the end.
            (String::new(), Doubt::Constant(name.clone()))
        } else if self.known.is_of_host(&path) && self.known.arities(&path).is_empty() {
            // A constant of the host's.
            return;
        } else {
            if self.known.is_module_constant(&path) {
                return;
            }
            let hint = self.known.closure_of(&path);
            let hint = hint.or_else(|| self.known.constant_hint(&path));
            let hint = hint.unwrap_or_else(|| self.known.namespace_hint(&path));
            (format!(" ({hint})"), Doubt::Module(root.into()))
        };
        let warning = Warning {
            kind: WarningKind::UndefinedVariable,
            message: format!("undefined variable: {path}{hint}"),
            name: path,
            position: start_of_path(expr, *position),
        };
        self.findings.doubtful.push((warning, doubt));
    }

    /// Looks at `module::NAME` where something is assigned to it.
    pub fn visit_qualified_target(&mut self, expr: &Expr) {
        self.visit_expr(expr);
        let Expr::Variable(parts, _, position) = expr else {
            return;
        };
        if parts.2.root() != GLOBAL {
            return;
        }
        let path = format!("{}{NAMESPACE_SEPARATOR}{}", parts.2, parts.1);
        let warning = constant_changed(path, start_of_path(expr, *position));
        let doubt = Doubt::NoConstant(parts.1.clone());
        self.findings.doubtful.push((warning, doubt));
    }

    /// Looks at `NAME`, which the script does not declare here, where something is assigned to it.
    pub fn check_constant(&mut self, name: &str, position: Position) {
        let set = &self.findings.surroundings.variables;
        // What `eval` runs may declare a variable of that name.
        if self.body.function.is_none() && !self.body.uses_eval && set.get(name) == Some(&true) {
            let warning = constant_changed(name.into(), position);
            self.findings.warnings.push(warning);
        }
    }

    /// Whether the host has set a variable that is seen here.
    pub fn is_set(&self, name: &str) -> bool {
        let set = &self.findings.surroundings.variables;
        self.body.function.is_none() && set.contains_key(name)
    }

    /// Whether the script itself made what an expression stands for, so that no object
    /// map is in it whose entries are not in the script.
    pub fn is_own_data(&mut self, expr: &Expr) -> bool {
        match expr {
            Expr::Variable(parts, ..) if parts.2.is_empty() => {
                let variable = self.body.scopes.find(&parts.1);
                variable.is_some_and(|variable| variable.is_own_data)
            }
            Expr::FnCall(call, _) if call.op_token.is_some() => {
                call.args.iter().all(|arg| self.is_own_data(arg))
            }
            Expr::Array(..)
            | Expr::Map(..)
            | Expr::And(..)
            | Expr::Or(..)
            | Expr::InterpolatedString(..) => true,
            Expr::FnCall(..) => false,
            expr => expr.is_constant(),
        }
    }
}

/// Where a name with its namespace begins, if that is known.
fn start_of_path(expr: &Expr, position: Position) -> Position {
    match expr.start_position() {
        start if start.is_none() => position,
        start => start,
    }
}

fn constant_changed(name: String, position: Position) -> Warning {
    Warning {
        kind: WarningKind::ConstantChanged,
        message: format!("constant changed: {name} cannot be assigned to"),
        name,
        position,
    }
}
