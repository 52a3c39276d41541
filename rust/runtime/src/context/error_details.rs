//! Details about errors that Rhai's own errors lack.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use rhai::{EvalAltResult, GlobalRuntimeState, AST};

use crate::errors::data_race::DataRace;
use crate::language::place::FaultyLine;

/// Details, noted where an error occurs, for the description of the error that the
/// execution ends with.
#[derive(Debug, Default)]
pub struct ErrorDetails {
    faulty_line: RefCell<Option<FaultyLine>>,
    data_race: RefCell<Option<DataRace>>,
    last_arities: Cell<u32>,
    script_name: RefCell<Option<Rc<str>>>,
}

impl ErrorDetails {
    /// Notes the name of the script.
    pub fn note_script_name(&self, name: &Rc<str>) {
        if !name.is_empty() {
            self.script_name.replace(Some(name.clone()));
        }
    }

    /// Takes the name of the script, if it has one.
    pub fn take_script_name(&self) -> Option<Rc<str>> {
        self.script_name.take()
    }

    /// Notes the line of the script that does not parse.
    pub fn note_faulty_line(&self, line: FaultyLine) {
        self.faulty_line.replace(Some(line));
    }

    /// Passes the line of the script that does not parse, if there is one, to `f`.
    pub fn with_faulty_line<R>(&self, f: impl FnOnce(Option<&FaultyLine>) -> R) -> R {
        f(self.faulty_line.borrow().as_ref())
    }

    /// Takes the line of the script that does not parse, if there is one.
    pub fn take_faulty_line(&self) -> Option<FaultyLine> {
        self.faulty_line.take()
    }

    /// Notes the variable of a data race, if an error is one.
    pub fn note_data_race(
        &self,
        error: &EvalAltResult,
        statements: Option<&AST>,
        global: &GlobalRuntimeState,
    ) {
        if let Some(race) = DataRace::find(error, statements, global) {
            self.data_race.replace(Some(race));
        }
    }

    /// Takes the data race that the execution ends with, if it does.
    pub fn take_data_race(&self) -> Option<DataRace> {
        self.data_race.take()
    }

    /// Notes the numbers of arguments that a host function takes which was called with
    /// another number: bit *n* for *n*.
    pub fn note_arities(&self, arities: u32) {
        self.last_arities.set(arities);
    }

    /// The numbers of arguments that were noted last; 0 for none.
    pub fn last_arities(&self) -> u32 {
        self.last_arities.get()
    }
}

#[cfg(test)]
mod tests {
    use rhai::{Engine, EvalAltResult, Position};

    use super::*;

    #[test]
    fn a_faulty_line_is_there_until_it_is_taken() {
        let details = ErrorDetails::default();
        let line = FaultyLine::find("let", Position::new(1, 3)).expect("a line");
        details.note_faulty_line(line.clone());
        details.with_faulty_line(|noted| assert_eq!(noted, Some(&line)));
        assert_eq!(details.take_faulty_line(), Some(line));
        assert_eq!(details.take_faulty_line(), None);
    }

    #[test]
    fn errors_that_are_no_data_race_leave_none() {
        let details = ErrorDetails::default();
        let engine = Engine::new_raw();
        let global = engine.new_global_runtime_state();
        let here = Position::new(1, 1);
        let other = EvalAltResult::ErrorArithmetic(String::new(), here);
        details.note_data_race(&other, None, &global);
        assert_eq!(details.take_data_race(), None);
        let race = EvalAltResult::ErrorDataRace("x".into(), here);
        details.note_data_race(&race, None, &global);
        let noted = details.take_data_race().expect("a data race");
        assert_eq!((noted.variable.as_str(), noted.position), ("x", here));
    }
}
