//! Objects and functions of Dart that scripts hold.
//!
//! Dart keeps them in a table under an id. Here is what stands for one in a
//! script; when the script drops the last copy, the id goes to
//! [`ReleasedIds`], and Dart forgets the object.

use std::rc::{Rc, Weak};
use std::sync::Arc;

use rhai::{Dynamic, EvalAltResult, FnPtr, FuncRegistration, Module, NativeCallContext, Position};

use crate::border::host_call;
use crate::border::marked_pointer::{self, is_marker, marker_of};
use crate::context::shared::Host;
use crate::errors::translate::shortened;
use crate::language::names::TYPE_OF;
use crate::objects::released_ids::ReleasedIds;
use crate::wire::format::ConversionError;

/// The objects that come with a value from Dart. Those that are not taken are
/// released.
#[derive(Debug)]
pub struct NewObjects {
    next: u64,
    end: u64,
    released: Option<Arc<ReleasedIds>>,
}

impl NewObjects {
    /// No objects.
    pub fn none() -> Self {
        NewObjects {
            next: 0,
            end: 0,
            released: None,
        }
    }

    /// `count` objects from the id `first` on.
    pub fn new(first: u64, count: u64, released: &Arc<ReleasedIds>) -> Self {
        NewObjects {
            next: first,
            end: first.saturating_add(count),
            released: (count > 0).then(|| released.clone()),
        }
    }

    /// Takes the next object.
    ///
    /// # Errors
    ///
    /// There is none.
    pub fn take_next(&mut self) -> Result<DartReference, ConversionError> {
        match &self.released {
            Some(released) if self.next < self.end => {
                let id = self.next;
                self.next += 1;
                Ok(DartReference::new(id, released))
            }
            _ => Err(ConversionError::malformed("it has no such object")),
        }
    }
}

impl Drop for NewObjects {
    fn drop(&mut self) {
        if let Some(released) = &self.released {
            if self.next < self.end {
                released.add(self.next..self.end);
            }
        }
    }
}

/// One entry of Dart's table.
#[derive(Debug)]
pub struct DartReference {
    id: u64,
    released: Arc<ReleasedIds>,
}

impl DartReference {
    /// A reference to the entry with this id.
    pub fn new(id: u64, released: &Arc<ReleasedIds>) -> Self {
        let released = released.clone();
        DartReference { id, released }
    }

    /// The entry's id.
    #[inline]
    pub fn id(&self) -> u64 {
        self.id
    }
}

impl Drop for DartReference {
    fn drop(&mut self) {
        self.released.add(std::iter::once(self.id));
    }
}

/// A Dart object as a value of a script, which can pass it on, compare it and
/// convert it to a string.
#[derive(Debug, Clone)]
pub struct DartObject(Rc<DartReference>);

impl DartObject {
    /// The value for an entry of Dart's table.
    pub fn new(reference: DartReference) -> Self {
        DartObject(Rc::new(reference))
    }

    /// The object's id in Dart.
    pub fn id(&self) -> u64 {
        self.0.id
    }

    /// The same object as a function pointer that calls it. Bit *n* of `arities`
    /// says that it takes *n* arguments.
    pub fn into_closure(self, arities: u32, host: &Host) -> Dynamic {
        let mut pointer = host.pointers.dart_closure.clone();
        let object = self;
        pointer.add_curry(Dynamic::from(DartClosure { object, arities }));
        pointer.into()
    }
}

/// The marker of pointers that call a Dart function.
#[derive(Debug, Clone)]
struct DartClosure {
    object: DartObject,
    arities: u32,
}

/// The id of the Dart function that a function pointer stands for, if it does
/// and carries no further arguments.
pub fn closure_id(pointer: &FnPtr) -> Option<u64> {
    let closure = marker_of::<DartClosure>(pointer)?;
    (pointer.curry().len() == 1).then(|| closure.object.id())
}

/// Whether a function pointer calls a Dart function, whatever script it is in.
pub fn is_closure(pointer: &FnPtr) -> bool {
    pointer
        .curry()
        .first()
        .is_some_and(is_marker::<DartClosure>)
}

/// How many arguments the Dart function takes that a function pointer calls, if it calls
/// one; bit *n* is for *n* of them.
pub fn closure_arities(pointer: &FnPtr) -> Option<u32> {
    marker_of::<DartClosure>(pointer).map(|closure| closure.arities)
}

/// What pointers to Dart functions are called in messages.
pub(crate) const CLOSURE_NAME: &str = "dart_function";

/// The pointer that calls the Dart function in its marker.
pub fn closure_prototype(host: Weak<Host>) -> FnPtr {
    marked_pointer::prototype(CLOSURE_NAME, host, call_closure)
}

fn call_closure(
    host: &Host,
    context: &NativeCallContext,
    closure: DartClosure,
    // A Dart function has no `this`.
    _: Option<&mut Dynamic>,
    args: &mut [&mut Dynamic],
) -> Result<Dynamic, Box<EvalAltResult>> {
    if args.len() >= 32 || closure.arities & (1 << args.len()) == 0 {
        let types: Vec<&str> = args
            .iter()
            .map(|argument| context.engine().map_type_name(argument.type_name()))
            .collect();
        let signature = format!("{CLOSURE_NAME} ({})", types.join(", "));
        if let Some(current) = host.current() {
            current.error_details().note_arities(closure.arities);
        }
        return Err(EvalAltResult::ErrorFunctionNotFound(signature, Position::NONE).into());
    }
    host_call::invoke_dart_callback_async(host, closure.object.id(), args, Some(context))
}

/// What the type of Dart objects is called where Dart is not asked.
pub const DART_OBJECT: &str = "DartObject";

/// What a Dart object is called in messages that do not tell its type.
pub const A_DART_OBJECT: &str = "a Dart object";

/// The functions by which Rhai makes texts of values.
pub const TEXT_FUNCTIONS: [&str; 4] = ["to_string", "to_debug", "print", "debug"];

/// Registers what scripts can do with Dart objects.
pub fn register(module: &mut Module, host: &Rc<Host>) {
    module.set_custom_type::<DartObject>(DART_OBJECT);
    for (name, negate) in [("==", false), ("!=", true)] {
        let host = host.clone();
        FuncRegistration::new(name)
            .with_purity(true)
            .set_into_module(
                module,
                move |context: NativeCallContext, a: &mut DartObject, b: DartObject| {
                    let equal = ask_dart(&host, &context, host_call::EQUALS_FUNCTION, &[a, &b])?;
                    Ok::<_, Box<EvalAltResult>>(equal.as_bool().unwrap_or(false) != negate)
                },
            );
    }
    for name in TEXT_FUNCTIONS {
        let host = host.clone();
        FuncRegistration::new(name)
            .with_purity(true)
            .set_into_module(
                module,
                move |context: NativeCallContext, a: &mut DartObject| {
                    ask_dart(&host, &context, host_call::TO_STRING_FUNCTION, &[a])
                },
            );
    }
    register_missing_fields(module, host);
    let host = host.clone();
    FuncRegistration::new(TYPE_OF)
        .in_global_namespace()
        .with_purity(true)
        .set_into_module(
            module,
            move |context: NativeCallContext, a: &mut Dynamic| match a.read_lock::<DartObject>() {
                Some(object) => {
                    let object = object.clone();
                    ask_dart(&host, &context, host_call::TYPE_NAME_FUNCTION, &[&object])
                }
                None => Ok(context.engine().map_type_name(a.type_name()).into()),
            },
        );
}

/// Registers what says that a Dart object has no fields. Rhai looks for an index where it
/// finds no property.
fn register_missing_fields(module: &mut Module, host: &Rc<Host>) {
    let reader = host.clone();
    FuncRegistration::new_index_getter()
        .with_purity(true)
        .set_into_module(
            module,
            move |context: NativeCallContext, object: &mut DartObject, index: Dynamic| {
                no_field(&reader, &context, object, &index)
            },
        );
    let writer = host.clone();
    FuncRegistration::new_index_setter()
        .with_purity(true)
        .set_into_module(
            module,
            move |context: NativeCallContext,
                  object: &mut DartObject,
                  index: Dynamic,
                  _: Dynamic| { no_field(&writer, &context, object, &index).map(drop) },
        );
}

/// What reading or writing a field of a Dart object ends with.
fn no_field(
    host: &Host,
    context: &NativeCallContext,
    object: &DartObject,
    index: &Dynamic,
) -> Result<Dynamic, Box<EvalAltResult>> {
    let name = ask_dart(host, context, host_call::TYPE_NAME_FUNCTION, &[object])?;
    let what = match index.as_immutable_string_ref() {
        // The first thing in quotes is the property: see `property_in` in `rhai_errors`.
        Ok(field) => format!("Unknown property '{}'", shortened(&*field)),
        Err(_) => "Unknown element".into(),
    };
    let message = format!(
        "{what}: scripts see no fields of a Dart object, of type {}; pass a Map, or register a \
         function that reads it",
        shortened(&name)
    );
    Err(EvalAltResult::ErrorDotExpr(message, Position::NONE).into())
}

/// The name of the Dart type of an object, if Dart can be asked.
pub fn type_name(host: &Host, object: &DartObject) -> Option<String> {
    let mut object = Dynamic::from(object.clone());
    let args = [&mut object];
    let name =
        host_call::invoke_dart_callback_async(host, host_call::TYPE_NAME_FUNCTION, &args, None);
    Some(shortened(&name.ok()?))
}

fn ask_dart(
    host: &Host,
    context: &NativeCallContext,
    function: u64,
    objects: &[&DartObject],
) -> Result<Dynamic, Box<EvalAltResult>> {
    let mut objects: Vec<Dynamic> = objects
        .iter()
        .map(|object| Dynamic::from(DartObject::clone(object)))
        .collect();
    let args: Vec<&mut Dynamic> = objects.iter_mut().collect();
    host_call::invoke_dart_callback_async(host, function, &args, Some(context))
}
