//! Texts in the place of a callback: Rhai takes them for names of functions, so that a
//! text from outside would choose what runs.

use std::any::TypeId;

use rhai::{
    is_valid_identifier, Dynamic, FuncRegistration, ImmutableString, Module, NativeCallContext,
    RhaiFunc,
};

use crate::language::signatures::with_text_as_callback;
use crate::library::native_function::Failure;

/// Registers functions with `module` that refuse a text in the place of the callback.
pub fn register(module: &mut Module) {
    for (name, types) in with_text_as_callback() {
        let text = types
            .iter()
            .position(|ty| *ty == TypeId::of::<ImmutableString>());
        let refuse = move |_: Option<NativeCallContext>, args: &mut [&mut Dynamic]| {
            let text = text.and_then(|at| args.get(at)?.as_immutable_string_ref().ok());
            Err(not_a_function(
                name,
                text.as_deref().map_or("", |text| text),
            ))
        };
        let func = RhaiFunc::Method {
            func: rhai::Shared::new(refuse),
            has_context: false,
            is_pure: true,
            is_volatile: true,
        };
        FuncRegistration::new(name)
            .in_global_namespace()
            .set_into_module_raw(module, types, func);
    }
}

/// The error of the function `name` that was given a text as a callback.
fn not_a_function(name: &str, text: &str) -> Failure {
    /// Longer texts are hardly names.
    const MAX_LEN: usize = 64;
    let hint = match text.len() <= MAX_LEN && is_valid_identifier(text) {
        true => format!("use Fn(\"{text}\")"),
        false => "a function is needed".into(),
    };
    format!("{name}: a text is not a function; {hint}").into()
}
