//! Modules whose texts the host loads: from a folder, a database, a server.

use std::rc::Rc;

use rhai::{Dynamic, EvalAltResult, ImmutableString, Position};

use crate::border::host_call::call_host;
use crate::border::hosted::{Hosted, RunningHost};
use crate::errors::exception::ffi_error;
use crate::execution::modules::{Failure, Import, ModuleSource, Place};
use crate::functions::host_functions::LOAD_MODULE_FUNCTION;
use crate::host::Host;
use crate::language::module_paths::resolve;
use crate::library::text::SizedText;

/// Asks the host for the texts of modules, and keeps them for later executions.
pub struct LoadedModules<H: Host> {
    running: Rc<RunningHost<H>>,
}

impl<H: Host> LoadedModules<H> {
    /// Loads modules from the host whose script runs.
    pub fn new(running: &Rc<RunningHost<H>>) -> Self {
        LoadedModules {
            running: running.clone(),
        }
    }

    /// Waits for the host to load a module.
    fn load(
        hosted: &Hosted<H>,
        place: &Place,
        import: &Import,
    ) -> Result<ImmutableString, Failure> {
        let mut path = SizedText::copy(&place.name).into();
        let mut importer = match import.importer {
            Some(importer) => SizedText::copy(importer).into(),
            None => Dynamic::UNIT,
        };
        let arguments = [&mut path, &mut importer];
        let text = call_host(hosted, LOAD_MODULE_FUNCTION, &arguments, None)
            .map_err(|error| describe(error, place))?;
        if text.is_unit() {
            let path = import.path.into();
            return Err(EvalAltResult::ErrorModuleNotFound(path, Position::NONE).into());
        }
        text.into_immutable_string().map_err(|actual| {
            let expected = "string".into();
            EvalAltResult::ErrorMismatchDataType(expected, actual.into(), Position::NONE).into()
        })
    }
}

impl<H: Host> ModuleSource for LoadedModules<H> {
    fn locate(&self, path: &str, importer: Option<&str>) -> Option<Place> {
        let name = resolve(path, importer)?;
        Some(Place {
            key: name.clone().into(),
            name,
        })
    }

    fn with_text(
        &self,
        place: &Place,
        import: &Import,
        f: &mut dyn FnMut(&str),
    ) -> Result<(), Failure> {
        let Some(hosted) = self.running.hosted() else {
            return Err(ffi_error("no script is running"));
        };
        let texts = &hosted.shared.scripts.module_texts;
        if texts.with(&place.name, &mut *f).is_some() {
            return Ok(());
        }
        let generation = texts.generation();
        let text = Self::load(hosted, place, import)?;
        texts.keep(&place.name, &text, generation);
        f(&text);
        Ok(())
    }
}

/// Says in an error of the host which module it could not load.
fn describe(mut error: Failure, place: &Place) -> Failure {
    if let EvalAltResult::ErrorRuntime(thrown, _) = &mut *error {
        if let Some(mut fields) = thrown.write_lock::<rhai::Map>() {
            if let Some(message) = fields.get_mut("message") {
                *message = format!("cannot load module {}: {message}", place.name).into();
            }
        }
    }
    error
}
