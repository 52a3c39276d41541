//! Panics in code that runs for a script.

use std::any::Any;
use std::panic;
use std::sync::Once;

use crate::meter::is_charged;

/// Keeps panics in a charged scope from being printed: their text becomes that of an
/// error, and scripts must not flood the log.
pub fn keep_panics_quiet() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let print = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !is_charged() {
                print(info);
            }
        }));
    });
}

/// Whether a panic says that a collection would be larger than any address: the standard
/// library's own words for it.
pub fn is_capacity_overflow(panic: &(dyn Any + Send)) -> bool {
    const TEXT: &str = "capacity overflow";
    panic.downcast_ref::<&str>() == Some(&TEXT)
        || panic
            .downcast_ref::<String>()
            .is_some_and(|text| text == TEXT)
}
