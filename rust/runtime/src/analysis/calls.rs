//! Calls: does what they call exist?

use rhai::{is_valid_identifier, Expr, FnCallExpr, ImmutableString, Position};

use super::findings::{Doubt, Kind, Warning};
use super::statements::Visitor;
use crate::errors::hints::{is_variable, takes};
use crate::language::names::{GLOBAL, TYPE_OF};

impl Visitor<'_, '_> {
    /// Looks at `name(…)`, which may also be an operator.
    pub fn visit_call(&mut self, call: &FnCallExpr, position: Position) {
        self.visit_all(call.args.iter());
        let name = &call.name;
        if call.op_token.is_some() {
            return;
        }
        if call.is_qualified() {
            return self.check_module(call, position);
        }
        self.note_effects(call, position);
        if self.known.is_dart(name) {
            self.findings.has_foreign_data = true;
        }
        let arity = call.args.len();
        // What is no identifier is made by the parser.
        if self.known.can_call(name, arity) || !is_callable_name(name) {
            return;
        }
        let arities = self.known.arities(name);
        let is_set = self.is_set(name);
        let hint = match self.body.scopes.find(name) {
            _ if !arities.is_empty() => Some(takes(name, &arities)),
            Some(variable) => {
                variable.is_used = true;
                Some(is_variable(name))
            }
            None if is_set => Some(is_variable(name)),
            None => self.known.hint(name),
        };
        self.warn(
            "function",
            name,
            arity,
            hint,
            position,
            Doubt::FunctionExists,
        );
    }

    /// Looks at `.name(…)`. `own_data` says that the script itself made the object.
    pub fn visit_method_call(&mut self, call: &FnCallExpr, position: Position, own_data: bool) {
        self.visit_all(call.args.iter());
        let (name, arity) = (&call.name, call.args.len());
        if self.known.is_dart(name) {
            self.findings.has_foreign_data = true;
        }
        if self.known.can_call_method(name, arity) {
            return;
        }
        let hint = match self.known.method_arities(name) {
            arities if !arities.is_empty() => Some(takes(name, &arities)),
            _ => self.known.hint(name),
        };
        let doubt = Doubt::MapEntry { own_data };
        self.warn("method", name, arity, hint, position, doubt);
    }

    fn warn(
        &mut self,
        what: &str,
        name: &ImmutableString,
        arity: usize,
        hint: Option<String>,
        position: Position,
        doubt: Doubt,
    ) {
        let name = name.replace(TYPE_OF, "type_of");
        let hint = hint.map_or(String::new(), |hint| format!(" ({hint})"));
        let hint = hint.replace(TYPE_OF, "type_of");
        let arguments = match arity {
            1 => "argument",
            _ => "arguments",
        };
        let warning = Warning {
            kind: Kind::UnknownFunction,
            message: format!("unknown {what}: {name} with {arity} {arguments}{hint}"),
            name,
            position,
        };
        self.findings.doubtful.push((warning, doubt));
    }

    /// Notes what a call means for variables and functions elsewhere.
    fn note_effects(&mut self, call: &FnCallExpr, position: Position) {
        if call.capture_parent_scope {
            self.body.scopes.use_all();
            self.findings.sees_caller.insert(call.name.clone());
        }
        let literal = match call.args.first() {
            Some(Expr::StringConstant(text, _)) => Some(text.clone()),
            _ => None,
        };
        match call.name.as_str() {
            "eval" => {
                self.body.scopes.use_all();
                self.body.uses_eval = true;
                self.findings.uses_eval = true;
                self.findings.has_foreign_data = true;
            }
            "is_def_var" => {
                match &literal {
                    Some(name) => {
                        if let Some(variable) = self.body.scopes.find(name) {
                            variable.is_used = true;
                        }
                    }
                    None => self.body.scopes.use_all(),
                }
                self.findings.asked_variables.add(literal);
            }
            "is_def_fn" if call.args.len() == 2 => self.findings.asked_functions.add(literal),
            "Fn" => {
                if let Some(name) = literal.filter(|name| !self.known.is_name(name)) {
                    let hint = self.known.closure_of(&name);
                    let warning = Warning {
                        kind: Kind::UnknownFunction,
                        name: name.to_string(),
                        message: match hint.or_else(|| self.known.hint(&name)) {
                            Some(hint) => format!("unknown function: {name} ({hint})"),
                            None => format!("unknown function: {name}"),
                        },
                        position,
                    };
                    let doubt = Doubt::FunctionExists;
                    self.findings.doubtful.push((warning, doubt));
                }
            }
            _ => (),
        }
    }

    /// Looks at `module::name(…)`.
    fn check_module(&mut self, call: &FnCallExpr, position: Position) {
        self.findings.has_foreign_data = true;
        let root = call.namespace.root();
        if root == GLOBAL {
            return;
        }
        let name = format!("{}::{}", call.namespace, call.name);
        if self.known.can_call(&name, call.args.len()) {
            return;
        }
        let arities = self.known.arities(&name);
        let hint = match arities.is_empty() {
            true => self.known.namespace_hint(&name),
            false => takes(&name, &arities),
        };
        let warning = Warning {
            kind: Kind::UnknownFunction,
            message: format!("unknown function: {name} ({hint})"),
            name,
            position: match call.namespace.position() {
                start if start.is_none() => position,
                start => start,
            },
        };
        let doubt = Doubt::Module(root.into());
        self.findings.doubtful.push((warning, doubt));
    }
}

fn is_callable_name(name: &str) -> bool {
    name == TYPE_OF || is_valid_identifier(name)
}
