//! With which of its documented arguments a callback is called.

use std::any::TypeId;

use rhai::{Dynamic, FnArgsVec, FnPtr, NativeCallContext, Token, INT};

use crate::border::exporter;
use crate::language::host_names;
use crate::language::signatures::built_in_signatures;
use crate::objects::host_object;

/// How the documented arguments are given to a callback: what comes before the element
/// (a result or a key), the element, and its index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// The element is `this`, or the first argument of a native function; so many of the
    /// others follow.
    Method(usize),
    /// The first so many of all are arguments.
    Arguments(usize),
}

use Way::{Arguments, Method};

impl Way {
    /// How many arguments a native function gets.
    fn len(self) -> usize {
        match self {
            Method(others) => 1 + others,
            Arguments(len) => len,
        }
    }
}

/// The ways in which a function calls back, those that are preferred first.
#[derive(Debug)]
pub struct Ways {
    /// For functions of scripts, as in Rhai. The last one is in the error if there is no
    /// such function.
    script: &'static [Way],
    /// For those of the host and of Rhai, which have no `this`.
    native: &'static [Way],
}

/// Of the element, and its index.
pub static OF_ELEMENTS: Ways = Ways {
    script: &[Method(0), Arguments(1), Arguments(2)],
    native: &[Method(0), Arguments(2), Arguments(0)],
};

/// Of the element, which is `this` in scripts, and its index.
pub static FOR_EACH: Ways = Ways {
    script: &[Method(0), Method(1)],
    native: &[Method(0), Method(1), Arguments(0)],
};

/// Of the result so far, the element, and its index.
pub static OF_RESULTS: Ways = Ways {
    script: &[Method(1), Arguments(2), Arguments(3)],
    native: &[Arguments(2), Arguments(3), Arguments(1)],
};

/// Of the key and the value.
pub static OF_ENTRIES: Ways = Ways {
    script: &[Method(1), Arguments(2)],
    native: &[Arguments(2), Arguments(1)],
};

/// Of two elements, and their index.
pub static OF_PAIRS: Ways = Ways {
    script: &[Arguments(2), Arguments(3)],
    native: &[Arguments(2), Arguments(3)],
};

/// What a callback is called with: what comes before the element, if something does, and
/// the element.
#[derive(Clone, Copy)]
pub struct Given<'a> {
    /// The result or the key.
    pub first: Option<&'a Dynamic>,
    /// The element.
    pub element: &'a Dynamic,
}

impl Given<'_> {
    /// What the choice of a way may depend on.
    pub fn types(&self) -> [TypeId; 2] {
        [
            self.first.map_or(TypeId::of::<()>(), type_of),
            type_of(self.element),
        ]
    }
}

/// Looking into a shared value that is in use would fail.
fn type_of(value: &Dynamic) -> TypeId {
    match value.is_locked() {
        true => TypeId::of::<Dynamic>(),
        false => value.type_id(),
    }
}

/// The way that was chosen for a callback.
#[derive(Debug, Clone, Copy)]
pub struct Choice {
    /// The way.
    pub way: Way,
    /// Whether it is another one for other types.
    pub depends_on_types: bool,
}

impl Ways {
    /// Chooses the way in which the function of a pointer can be called.
    pub fn choose(&self, by: &FnPtr, context: &NativeCallContext, given: Given) -> Choice {
        self.choose_for(by, &[], context, given)
    }

    /// The same for a function that carries more arguments after its own.
    fn choose_for(
        &self,
        by: &FnPtr,
        more: &[Dynamic],
        context: &NativeCallContext,
        given: Given,
    ) -> Choice {
        let curried = by.curry().len() + more.len();
        let fixed = |way: Option<Way>| Choice {
            way: way.unwrap_or(self.script[self.script.len() - 1]),
            depends_on_types: false,
        };
        if let Some(arities) = host_object::closure_arities(by) {
            // The first argument that it carries is the function.
            return fixed(self.native_way(|way| takes(arities, curried - 1 + way.len())));
        }
        if let Some(function) = exporter::function_of(by) {
            let more: Vec<_> = by.curry()[1..].iter().chain(more).cloned().collect();
            return function.with_context(0, |pointer, context| {
                self.choose_for(pointer, &more, context, given)
            });
        }
        let name = by.fn_name();
        let of_script = self.script.iter().copied().find(|way| match *way {
            Method(others) => {
                is_script_function(context, name, curried + others)
                    || !by.is_anonymous()
                        && is_method_of(context, given.element, name, curried + others)
            }
            Arguments(len) => is_script_function(context, name, curried + len),
        });
        if by.is_anonymous() {
            return fixed(of_script);
        }
        let way = of_script.or_else(|| {
            let arities = host_names::arities(context.engine(), name);
            let curry = || by.curry().iter().chain(more).map(type_of);
            self.native_way(|way| {
                takes(arities, curried + way.len())
                    || is_built_in(
                        name,
                        &curry()
                            .chain(given_types(way, given))
                            .collect::<FnArgsVec<_>>(),
                    )
            })
        });
        Choice {
            depends_on_types: true,
            ..fixed(way)
        }
    }

    fn native_way(&self, takes: impl Fn(Way) -> bool) -> Option<Way> {
        self.native.iter().copied().find(|way| takes(*way))
    }
}

/// Whether these numbers of arguments contain one.
fn takes(arities: u32, len: usize) -> bool {
    len < 32 && arities & (1 << len) != 0
}

/// The types of the arguments that a native function gets.
fn given_types(way: Way, given: Given<'_>) -> impl Iterator<Item = TypeId> + '_ {
    let element = type_of(given.element);
    let index = TypeId::of::<INT>();
    let before = given.first.map(type_of);
    let first = match way {
        Method(_) => [Some(element), before, Some(index)],
        Arguments(_) => [before, Some(element), Some(index)],
    };
    first.into_iter().flatten().take(way.len())
}

/// Whether Rhai has a function for arguments of these types.
fn is_built_in(name: &str, types: &[TypeId]) -> bool {
    let any = TypeId::of::<Dynamic>();
    let signatures = built_in_signatures().get(&(name.to_string(), types.len()));
    let is_for = |parameters: &Vec<TypeId>| {
        let mut pairs = parameters.iter().zip(types);
        pairs.all(|(parameter, ty)| *parameter == any || parameter == ty)
    };
    signatures.is_some_and(|all| all.iter().any(is_for))
        // Not all types of operators are functions.
        || types.len() == 2 && Token::lookup_symbol_from_syntax(name).is_some()
}

/// Whether the script has a function with so many parameters.
fn is_script_function(context: &NativeCallContext, name: &str, params: usize) -> bool {
    is_defined(context, [name.into(), number(params)])
}

/// Whether the script has a method with so many parameters of the type of `this`.
fn is_method_of(context: &NativeCallContext, this: &Dynamic, name: &str, params: usize) -> bool {
    if this.is_locked() {
        return false;
    }
    let ty = context.engine().map_type_name(this.type_name());
    is_defined(context, [ty.into(), name.into(), number(params)])
}

fn number(len: usize) -> Dynamic {
    INT::try_from(len).unwrap_or(INT::MAX).into()
}

fn is_defined<const N: usize>(context: &NativeCallContext, mut question: [Dynamic; N]) -> bool {
    let mut args: FnArgsVec<_> = question.iter_mut().collect();
    let answer = context.call_native_fn_raw("is_def_fn", false, &mut args);
    answer.is_ok_and(|answer| answer.as_bool().unwrap_or(false))
}
