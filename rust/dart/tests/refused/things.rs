//! A class of the host's, whose objects are references.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

use rhai::Dynamic;
use runtime::functions::host_functions::{
    EQUALS_FUNCTION, ITERATE_FUNCTION, NEXT_FUNCTION, TO_STRING_FUNCTION, TYPE_NAME_FUNCTION,
};
use runtime::objects::host_object::{HostObject, HostReference};
use test_host::Answer;

use crate::dart_host::DartHost;

/// The bit of objects among the kinds of arguments.
const OBJECT: u32 = 1 << 11;

/// The bits of anything.
const ANY: u32 = (1 << 12) - 1;

/// An object that the host has put into its table.
fn object(id: u64) -> Answer {
    let reference = HostReference::new(id, &Arc::default());
    Answer::Value(Dynamic::from(HostObject::new(reference)))
}

/// Registers the type `Thing`, whose objects have two properties and a method, and are lists
/// of three texts.
pub fn register(host: &mut DartHost) {
    host.register("Thing", 1, |args| {
        object(args[0].as_int().unwrap_or(0) as u64)
    });
    host.register_overload("get$name", &[OBJECT], |_| {
        Answer::value("the name of a thing")
    });
    host.register_overload("set$name", &[OBJECT, ANY], |_| Answer::value(()));
    host.register_overload("get$slow", &[OBJECT], |_| Answer::Pending);
    host.register_overload("twice", &[OBJECT, ANY], |mut args| {
        let value = args.swap_remove(1);
        Answer::value(vec![value.clone(), value])
    });
    host.answer_calls_of(EQUALS_FUNCTION, |_| Answer::value(true));
    host.answer_calls_of(TO_STRING_FUNCTION, |_| Answer::value("a thing of the host"));
    host.answer_calls_of(TYPE_NAME_FUNCTION, |_| Answer::value("Thing"));
    let given = Rc::new(Cell::new(0));
    let next = given.clone();
    host.answer_calls_of(ITERATE_FUNCTION, move |_| {
        given.set(0);
        object(100)
    });
    host.answer_calls_of(NEXT_FUNCTION, move |_| match next.replace(next.get() + 1) {
        3 => Answer::value(()),
        number => Answer::value(vec![Dynamic::from(format!("element number {number}"))]),
    });
}
