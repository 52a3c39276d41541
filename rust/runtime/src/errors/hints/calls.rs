//! How a call that failed is written.

use rhai::{ASTNode, Dynamic, Expr, FnCallExpr, FnPtr, Position, Scope, Stmt, AST};

use crate::language::names::NAMESPACE_SEPARATOR;
use crate::language::tree::walk::walk_all;
use crate::objects::host_object::DartObject;

/// A call, as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The name of the function, with its namespace.
    pub name: String,
    /// How many arguments it has, without the object of a method.
    pub arguments: usize,
    /// What it is called on, if it is a method.
    pub object: Option<Object>,
}

/// What a method is called on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// The name of the variable or entry, if it is one.
    pub name: Option<String>,
    /// Whether that is a variable.
    pub is_variable: bool,
}

/// The function that gives a closure what it has captured.
const CURRY: &str = "curry";

/// The method that calls a function pointer.
const CALL: &str = "call";

impl Written {
    /// Finds the call at a position.
    pub fn find(ast: &AST, position: Position) -> Option<Self> {
        find_call(ast, position, &mut Written::new)
    }

    fn new(call: &FnCallExpr, object: Option<Left>) -> Self {
        let name = match call.namespace.is_empty() {
            true => call.name.to_string(),
            false => format!("{}{NAMESPACE_SEPARATOR}{}", call.namespace, call.name),
        };
        Written {
            name,
            arguments: call.args.len(),
            object: object.map(|object| match object {
                Left::Object(expr) => object_of(expr),
                Left::Index(expr) => entry_of(expr),
            }),
        }
    }

    /// Whether it calls what it is called on: `f.call(…)`.
    pub fn calls_object(&self) -> bool {
        self.object.is_some() && self.name == CALL
    }

    /// Whether what it is called on is an argument of the function.
    pub fn passes_object(&self) -> bool {
        self.object.is_some() && self.name != CALL
    }

    /// The name of the variable or entry in which the called function is, if it is a
    /// function pointer.
    pub fn pointer(&self) -> Option<&str> {
        let object = self.object.as_ref()?;
        match self.calls_object() {
            true => object.name.as_deref(),
            false => Some(&self.name),
        }
    }
}

/// What is on the left of a method.
#[derive(Debug, Clone, Copy)]
enum Left<'e> {
    /// What it is called on.
    Object(&'e Expr),
    /// The index, in brackets, of what it is called on.
    Index(&'e Expr),
}

/// Finds the call at a position, and makes something of it and of what is on its left.
fn find_call<R>(
    ast: &AST,
    position: Position,
    make: &mut dyn FnMut(&FnCallExpr, Option<Left>) -> R,
) -> Option<R> {
    let mut found = None;
    if !position.is_none() {
        walk_all(ast, &mut |path| {
            if let (None, Some((call, left))) = (&found, call_at(path, position)) {
                found = Some(make(call, left));
            }
        });
    }
    found
}

/// The call at a position, if the last part of a path is, or has as its right side, one.
fn call_at<'e>(
    path: &'e [ASTNode],
    position: Position,
) -> Option<(&'e FnCallExpr, Option<Left<'e>>)> {
    let (call, at, left) = match path.last()? {
        ASTNode::Stmt(Stmt::FnCall(call, at)) | ASTNode::Expr(Expr::FnCall(call, at)) => {
            (&**call, *at, None)
        }
        ASTNode::Expr(expr @ (Expr::Dot(parts, ..) | Expr::Index(parts, ..))) => {
            let (call, at) = first_call(&parts.rhs)?;
            let left = match is_in_brackets(expr, path) {
                true => Left::Index(&parts.lhs),
                false => Left::Object(&parts.lhs),
            };
            (call, at, Some(left))
        }
        _ => return None,
    };
    (at == position).then_some((call, left))
}

/// How many variables a closure has captured, which come before its arguments.
pub fn captured_by(ast: &AST, closure: &str) -> usize {
    let mut captured = 0;
    walk_all(ast, &mut |path| {
        let (Some(ASTNode::Expr(Expr::FnCall(call, _)))
        | Some(ASTNode::Stmt(Stmt::FnCall(call, _)))) = path.last()
        else {
            return;
        };
        if call.name != CURRY {
            return;
        }
        let function = call
            .args
            .first()
            .and_then(|first| first.get_literal_value(None));
        let function = function.and_then(|function| function.try_cast::<FnPtr>());
        if function.is_some_and(|function| function.fn_name() == closure) {
            captured = call.args.len() - 1;
        }
    });
    captured
}

/// The arguments of the call at a position, the object of a method first, that are Dart
/// objects, as far as they are variables or entries of such.
pub fn dart_objects(ast: &AST, position: Position, scope: &Scope) -> Vec<Option<DartObject>> {
    let objects = find_call(ast, position, &mut |call, left| {
        let dart_object = |expr: &Expr| dart_object(ast, expr, scope);
        let object = left.map(|left| match left {
            Left::Object(expr) => dart_object(expr),
            Left::Index(_) => None,
        });
        let arguments = call.args.iter().map(dart_object);
        object.into_iter().chain(arguments).collect()
    });
    objects.unwrap_or_default()
}

fn dart_object(ast: &AST, expr: &Expr, scope: &Scope) -> Option<DartObject> {
    let mut names = Vec::new();
    let mut rest = expr;
    while let Expr::Dot(parts, ..) = rest {
        names.push(&parts.lhs);
        rest = &parts.rhs;
    }
    names.push(rest);
    let (root, entries) = names.split_first()?;
    let root = name_of(root).filter(|_| matches!(root, Expr::Variable(..)))?;
    let entries: Option<Vec<&str>> = entries.iter().map(|entry| name_of(entry)).collect();
    match is_clear(ast, root) {
        true => entry_in(scope.get(root)?, &entries?),
        false => None,
    }
}

/// Whether a variable that is used at global level is the last one of its name there.
fn is_clear(ast: &AST, name: &str) -> bool {
    let declares = |statement: &Stmt| match statement {
        Stmt::Var(parts, ..) => parts.0.name == name,
        Stmt::For(parts, _) => {
            let counter = parts.1.as_ref();
            parts.0.name == name || counter.is_some_and(|counter| counter.name == name)
        }
        Stmt::TryCatch(flow, _) => {
            matches!(&flow.expr, Expr::Variable(parts, ..) if parts.1 == name)
        }
        _ => false,
    };
    let mut count = 0;
    walk_all(ast, &mut |path| {
        let is_one = matches!(path.last(), Some(ASTNode::Stmt(stmt)) if declares(stmt));
        count += usize::from(is_one);
    });
    let is_global = |stmt: &Stmt| matches!(stmt, Stmt::Var(..)) && declares(stmt);
    count == 0 || count == 1 && ast.statements().iter().any(is_global)
}

fn entry_in(value: &Dynamic, names: &[&str]) -> Option<DartObject> {
    match names {
        [] => value.read_lock::<DartObject>().map(|object| object.clone()),
        [first, rest @ ..] => entry_in(value.as_map_ref().ok()?.get(*first)?, rest),
    }
}

fn name_of(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Variable(parts, ..) if parts.2.is_empty() => Some(&parts.1),
        Expr::Property(parts, _) => Some(&parts.2),
        _ => None,
    }
}

/// The method call that the rest of a chain begins with.
fn first_call(rest: &Expr) -> Option<(&FnCallExpr, Position)> {
    match rest {
        Expr::MethodCall(call, at) => Some((call, *at)),
        Expr::Dot(parts, ..) | Expr::Index(parts, ..) => first_call(&parts.lhs),
        _ => None,
    }
}

/// Whether a part of a chain begins with what is in brackets.
fn is_in_brackets(expr: &Expr, path: &[ASTNode]) -> bool {
    match path {
        [.., ASTNode::Expr(Expr::Index(parts, ..)), _] => std::ptr::eq(&parts.rhs, expr),
        _ => false,
    }
}

fn entry_of(index: &Expr) -> Object {
    let name = match index {
        Expr::StringConstant(text, _) => Some(text.to_string()),
        _ => None,
    };
    Object {
        name,
        is_variable: false,
    }
}

fn object_of(expr: &Expr) -> Object {
    Object {
        name: name_of(expr).map(String::from),
        is_variable: matches!(expr, Expr::Variable(..)),
    }
}

/// The name of what is behind a dot after the variable at a position.
pub fn member_of(ast: &AST, position: Position) -> Option<String> {
    let mut member = None;
    walk_all(ast, &mut |path| {
        let Some(ASTNode::Expr(Expr::Dot(parts, ..))) = path.last() else {
            return;
        };
        if parts.lhs.position() != position || !matches!(parts.lhs, Expr::Variable(..)) {
            return;
        }
        let rest = match &parts.rhs {
            Expr::Dot(rest, ..) | Expr::Index(rest, ..) => &rest.lhs,
            rest => rest,
        };
        member = match rest {
            Expr::MethodCall(call, _) => Some(format!("{}(…)", call.name)),
            Expr::Property(parts, _) => Some(parts.2.to_string()),
            _ => None,
        };
    });
    member
}
