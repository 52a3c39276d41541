//! Modules in files, whose names end in `.rhai`.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use rhai::{EvalAltResult, Position};

use crate::execution::modules::{Failure, Import, ModuleSource, Place};
use crate::limits::sizes;

/// Finds modules in files, relative to the current directory, or in a module to its folder.
pub struct FileModules;

impl ModuleSource for FileModules {
    fn locate(&self, path: &str, importer: Option<&str>) -> Option<Place> {
        let path = file_of(path, importer);
        Some(Place {
            // One file can have several names.
            key: fs::canonicalize(&path).ok()?.into_os_string(),
            name: path.with_extension("").to_string_lossy().into_owned(),
        })
    }

    fn with_text(
        &self,
        place: &Place,
        _import: &Import,
        f: &mut dyn FnMut(&str),
    ) -> Result<(), Failure> {
        f(&read(place)?);
        Ok(())
    }
}

/// The file that a path stands for in a module, or in the script.
fn file_of(path: &str, importer: Option<&str>) -> PathBuf {
    let folder = importer.and_then(|importer| Path::new(importer).parent());
    let file = folder.unwrap_or(Path::new("")).join(path);
    file.with_extension("rhai")
}

fn read(place: &Place) -> Result<String, Failure> {
    let name = &place.name;
    let file: &OsString = &place.key;
    let unreadable = |_| EvalAltResult::ErrorModuleNotFound(name.as_str().into(), Position::NONE);
    let len = fs::metadata(file).map_err(unreadable)?.len();
    sizes::ask(usize::try_from(len).unwrap_or(usize::MAX))?;
    Ok(fs::read_to_string(file).map_err(unreadable)?)
}
