//! Chains of properties, indexes and method calls.

use rhai::{ASTFlags, BinaryExpr, Dynamic, Expr, FnCallExpr, Namespace, Position};

/// An expression such as `root.a[1].b()`. In Rhai's syntax tree, the rest of a chain is
/// on the right of its first operator.
#[derive(Debug, Clone)]
pub struct Chain {
    /// The expression that it begins with.
    pub root: Expr,
    /// Properties, indexes and calls that follow.
    pub links: Vec<Link>,
}

/// An operator of a chain with its right side, up to the next one.
#[derive(Debug, Clone)]
pub struct Link {
    is_index: bool,
    flags: ASTFlags,
    position: Position,
    /// A property, a call, or what is in brackets.
    pub expr: Expr,
}

impl Link {
    /// The call, if it is a method call.
    pub fn call(&self) -> Option<&FnCallExpr> {
        match &self.expr {
            Expr::MethodCall(call, _) => Some(call),
            _ => None,
        }
    }

    /// Whether it is an element in brackets.
    pub fn is_index(&self) -> bool {
        self.is_index
    }

    /// The name of the property, if it is one.
    pub fn property(&self) -> Option<&str> {
        match &self.expr {
            Expr::Property(parts, _) if !self.is_index => Some(&parts.2),
            _ => None,
        }
    }

    /// Whether the rest of the chain is left out if what is before it is `()`.
    pub fn is_negated(&self) -> bool {
        self.flags.contains(ASTFlags::NEGATED)
    }

    /// The expressions that are evaluated for it.
    pub fn inputs_mut(&mut self) -> &mut [Expr] {
        match &mut self.expr {
            Expr::MethodCall(call, _) => &mut call.args,
            Expr::Property(..) => &mut [],
            index => std::slice::from_mut(index),
        }
    }

    /// The arguments of a call that were evaluated.
    pub fn arguments(&self) -> impl Iterator<Item = Dynamic> + '_ {
        let call = self.call().into_iter();
        let arguments = call.flat_map(|call| call.args.iter());
        arguments.filter_map(|argument| argument.get_literal_value(None))
    }

    /// The link with the values of its expressions.
    ///
    /// # Errors
    ///
    /// Those of `evaluate`.
    pub fn evaluated<E>(
        &self,
        mut evaluate: impl FnMut(&Expr) -> Result<Dynamic, E>,
    ) -> Result<Self, E> {
        let mut link = self.clone();
        for input in link.inputs_mut() {
            if !input.is_constant() {
                let value = evaluate(input)?.flatten();
                *input = Expr::DynamicConstant(value.into(), input.start_position());
            }
        }
        Ok(link)
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

    /// A chain of a variable alone, which is looked for by its name.
    pub fn variable(name: &str, position: Position) -> Expr {
        let parts = (None, name.into(), Namespace::NONE, 0);
        Expr::Variable(parts.into(), None, position)
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
