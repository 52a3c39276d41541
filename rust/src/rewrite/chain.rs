//! Chains of properties, indexes and method calls.

use rhai::{ASTFlags, BinaryExpr, Expr, Position, Stmt};

/// An expression such as `root.a[1].b()`. In Rhai's syntax tree, the rest of a chain is
/// on the right of its first operator.
#[derive(Debug, Clone)]
pub struct Chain {
    /// What it begins with.
    pub root: Expr,
    /// What follows.
    pub links: Vec<Link>,
}

/// An operator of a chain and what is between it and the next one.
#[derive(Debug, Clone)]
pub struct Link {
    is_index: bool,
    flags: ASTFlags,
    position: Position,
    /// A property, a call, or what is in brackets.
    pub expr: Expr,
}

impl Link {
    /// Whether it is a method call.
    pub fn is_call(&self) -> bool {
        matches!(self.expr, Expr::MethodCall(..))
    }

    /// Whether the rest of the chain is left out if what is before it is `()`.
    pub fn is_negated(&self) -> bool {
        self.flags.contains(ASTFlags::NEGATED)
    }

    fn has_only(&self, is_such: fn(&Expr) -> bool) -> bool {
        match &self.expr {
            Expr::MethodCall(call, _) => call.args.iter().all(is_such),
            Expr::Property(..) => true,
            index => is_such(index),
        }
    }
}

/// Whether an expression can be evaluated before or after what is next to it.
fn is_steady(expr: &Expr) -> bool {
    matches!(expr, Expr::Variable(..)) || expr.is_constant()
}

/// Whether evaluating an expression changes nothing.
fn is_reading(expr: &Expr) -> bool {
    match expr {
        Expr::FnCall(call, _) => call.op_token.is_some() && call.args.iter().all(is_reading),
        Expr::And(parts, _) | Expr::Or(parts, _) | Expr::Coalesce(parts, _) => {
            parts.iter().all(is_reading)
        }
        // A closure.
        Expr::Stmt(block) => matches!(block.statements(), [Stmt::Share(_), _]),
        expr => is_steady(expr),
    }
}

impl Chain {
    /// Takes a chain apart.
    pub fn take(expr: &mut Expr) -> Self {
        let mut links = Vec::new();
        let mut root = None;
        let mut rest = std::mem::take(expr);
        loop {
            let (parts, flags, position, is_index) = match rest {
                Expr::Dot(parts, flags, position) => (*parts, flags, position, false),
                Expr::Index(parts, flags, position) => (*parts, flags, position, true),
                last => {
                    if let Some(link) = links.last_mut() {
                        let link: &mut Link = link;
                        link.expr = last;
                    }
                    break;
                }
            };
            match links.last_mut() {
                Some(link) => link.expr = parts.lhs,
                None => root = Some(parts.lhs),
            }
            let is_last = is_index && flags.contains(ASTFlags::BREAK);
            links.push(Link {
                is_index,
                flags,
                position,
                expr: Expr::Unit(Position::NONE),
            });
            if is_last {
                if let Some(link) = links.last_mut() {
                    link.expr = parts.rhs;
                }
                break;
            }
            rest = parts.rhs;
        }
        Chain {
            root: root.unwrap_or_default(),
            links,
        }
    }

    /// Whether what the first `count` links are evaluated from can be evaluated after that
    /// of the others, and these are not left out.
    pub fn can_split(&self, count: usize) -> bool {
        let (first, rest) = self.links.split_at(count);
        let have_only = |links: &[Link], is_such| links.iter().all(|link| link.has_only(is_such));
        !first.iter().any(Link::is_negated)
            && (have_only(first, is_steady)
                || have_only(rest, is_steady)
                || have_only(first, is_reading) && have_only(rest, is_reading))
    }

    /// Whether evaluating the first `count` links twice is the same as once.
    pub fn can_repeat(&self, count: usize) -> bool {
        let mut links = self.links[..count].iter();
        links.all(|link| !link.is_negated() && !link.is_call() && link.has_only(is_steady))
    }

    /// The value that it stands for; not the variable, if it is none but that.
    pub fn into_value(self) -> Expr {
        match self.links.is_empty() {
            true => {
                let position = self.root.position();
                Expr::Coalesce(Box::new([self.root].into_iter().collect()), position)
            }
            false => self.into_expr(),
        }
    }

    /// The expression that it was.
    pub fn into_expr(mut self) -> Expr {
        let Some(mut last) = self.links.pop() else {
            return self.root;
        };
        // Its right side is no chain.
        if last.is_index {
            last.flags |= ASTFlags::BREAK;
        }
        let mut rhs = last.expr;
        let (mut is_index, mut flags, mut position) = (last.is_index, last.flags, last.position);
        while let Some(link) = self.links.pop() {
            let parts = BinaryExpr {
                lhs: link.expr,
                rhs,
            };
            rhs = operation(parts, is_index, flags, position);
            (is_index, flags, position) = (link.is_index, link.flags, link.position);
        }
        let parts = BinaryExpr {
            lhs: self.root,
            rhs,
        };
        operation(parts, is_index, flags, position)
    }
}

fn operation(parts: BinaryExpr, is_index: bool, flags: ASTFlags, position: Position) -> Expr {
    match is_index {
        true => Expr::Index(parts.into(), flags, position),
        false => Expr::Dot(parts.into(), flags, position),
    }
}
