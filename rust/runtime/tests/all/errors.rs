//! Every error of Rhai becomes a script error with its kind and details.

use std::time::Duration;

use fibers::OnFiber;
use fibers::StackPool;
use rhai::{Dynamic, EvalAltResult as E, LexError, ParseErrorType as P, Position};
use runtime::errors::hint::Hint;
use runtime::errors::script_error::{Detail, ErrorKind, RuntimeKind, ScriptError};
use runtime::errors::termination::Termination;
use runtime::limits::config::Config;
use runtime::limits::limit::Limit;
use runtime::limits::stack::MAX_DEPTH;
use runtime::limits::time::BrokenTime;

const HERE: Position = Position::NONE;

fn convert(error: E) -> ScriptError {
    ScriptError::from_rhai(error, &Config::default(), None, &Hint::default())
}

fn text() -> String {
    "name".into()
}

/// Every kind of `EvalAltResult`, and what it is: Rhai's enum may grow, which the
/// pinned version rules out until somebody looks here.
#[test]
fn every_error_of_evaluation_is_mapped() {
    use RuntimeKind as R;
    let no_name = String::new;
    let runtime = [
        (E::ErrorSystem(text(), "inner".into()), R::Other, no_name()),
        (
            E::ErrorVariableExists(text(), HERE),
            R::VariableNotFound,
            text(),
        ),
        (
            E::ErrorForbiddenVariable(text(), HERE),
            R::VariableNotFound,
            text(),
        ),
        (
            E::ErrorVariableNotFound(text(), HERE),
            R::VariableNotFound,
            text(),
        ),
        (
            E::ErrorPropertyNotFound(text(), HERE),
            R::PropertyNotFound,
            text(),
        ),
        (
            E::ErrorIndexNotFound(1.into(), HERE),
            R::IndexOutOfBounds,
            no_name(),
        ),
        (
            E::ErrorFunctionNotFound("name (i64)".into(), HERE),
            R::FunctionNotFound,
            text(),
        ),
        (
            E::ErrorModuleNotFound(text(), HERE),
            R::ModuleNotFound,
            text(),
        ),
        (E::ErrorUnboundThis(HERE), R::UnboundThis, no_name()),
        (
            E::ErrorMismatchDataType(text(), text(), HERE),
            R::TypeMismatch,
            no_name(),
        ),
        (
            E::ErrorMismatchOutputType(text(), text(), HERE),
            R::TypeMismatch,
            no_name(),
        ),
        (
            E::ErrorIndexingType(text(), HERE),
            R::TypeMismatch,
            no_name(),
        ),
        (
            E::ErrorArrayBounds(1, 2, HERE),
            R::IndexOutOfBounds,
            no_name(),
        ),
        (
            E::ErrorStringBounds(1, 2, HERE),
            R::IndexOutOfBounds,
            no_name(),
        ),
        (
            E::ErrorBitFieldBounds(1, 2, HERE),
            R::IndexOutOfBounds,
            no_name(),
        ),
        (E::ErrorFor(HERE), R::NotIterable, no_name()),
        (E::ErrorDataRace(text(), HERE), R::DataRace, String::new()),
        (
            E::ErrorNonPureMethodCallOnConstant(text(), HERE),
            R::ConstantChanged,
            text(),
        ),
        (
            E::ErrorAssignmentToConstant(text(), HERE),
            R::ConstantChanged,
            text(),
        ),
        (
            E::ErrorDotExpr(text(), HERE),
            R::PropertyNotFound,
            no_name(),
        ),
        (E::ErrorArithmetic(text(), HERE), R::Arithmetic, no_name()),
        (
            E::ErrorCustomSyntax(text(), vec![], HERE),
            R::Other,
            no_name(),
        ),
        (E::ErrorRuntime(1.into(), HERE), R::Thrown, no_name()),
        (E::LoopBreak(true, 1.into(), HERE), R::Misplaced, no_name()),
        (E::Return(1.into(), HERE), R::Misplaced, no_name()),
        (E::Exit(1.into(), HERE), R::Misplaced, no_name()),
    ];
    for (error, kind, name) in runtime {
        let shown = format!("{error:?}");
        let error = convert(error);
        assert_eq!(error.kind, ErrorKind::Runtime, "{shown}");
        assert_eq!(error.detail, Detail::Runtime(kind, name), "{shown}");
        assert!(!error.message.is_empty(), "{shown}");
    }

    let default = Config::default();
    for (error, limit, value) in [
        (
            E::ErrorTooManyOperations(HERE),
            Limit::Operations,
            default.limit(Limit::Operations),
        ),
        (E::ErrorTooManyVariables(HERE), Limit::Variables, 10_000),
        (E::ErrorTooManyModules(HERE), Limit::Modules, 100),
        (E::ErrorStackOverflow(HERE), Limit::StackDepth, 100),
    ] {
        assert_limit(convert(error), limit, value);
    }

    // Those that wrap another one.
    let inner = Box::new(E::ErrorArithmetic(text(), HERE));
    let call = E::ErrorInFunctionCall("f".into(), "module".into(), inner, Position::new(1, 2));
    let error = convert(E::ErrorInModule(
        "m".into(),
        Box::new(call),
        Position::new(3, 4),
    ));
    assert_eq!(error.detail, Detail::Runtime(R::Arithmetic, no_name()));
    let calls: Vec<(&str, &str)> = error
        .calls
        .iter()
        .map(|call| (call.function.as_str(), call.source.as_str()))
        .collect();
    assert_eq!(calls, [("f", "module"), ("module m", "m"), ("script", "")]);
    assert_eq!(
        error.position,
        Position::new(1, 2),
        "the nearest that is known"
    );
}

#[test]
fn every_reason_to_end_a_script_is_mapped() {
    use Termination as T;
    let convert = |reason: Termination| convert(E::ErrorTerminated(reason.into(), HERE));
    assert_eq!(convert(T::Cancelled).kind, ErrorKind::Cancelled);
    let limit = Duration::from_millis(20);
    for (broken, words) in [
        (
            BrokenTime::Running(limit),
            "ran longer than its limit of 20 ms",
        ),
        (BrokenTime::Total(limit), "its limit of 20 ms in all"),
    ] {
        let error = convert(T::TimeLimit(broken));
        assert_eq!(error.detail, Detail::Time(limit));
        assert_eq!(error.kind, ErrorKind::TimeLimit);
        assert!(error.message.contains(words), "{}", error.message);
    }
    let stacks = StackPool::new(Config::default().stack_layout());
    let thrown = OnFiber::new(Dynamic::from_int(1), &stacks);
    assert_eq!(convert(T::Limit(Limit::Memory)).kind, ErrorKind::Limit);
    assert_eq!(
        convert(T::HostError(thrown.into())).kind,
        ErrorKind::Runtime
    );
    let stack = Config::default().stack_layout().script as u64;
    for (reason, limit, value) in [
        (T::Limit(Limit::Operations), Limit::Operations, 1_000_000),
        (T::Limit(Limit::NativeStack), Limit::NativeStack, stack),
        (T::Limit(Limit::Nesting), Limit::Nesting, MAX_DEPTH as u64),
        (T::KeptTooMuch, Limit::Memory, 128 << 20),
        (T::Limit(Limit::OutputLength), Limit::OutputLength, 1 << 20),
    ] {
        assert_limit(convert(reason), limit, value);
    }
    // A token of somebody else's.
    let foreign = E::ErrorTerminated(Dynamic::UNIT, HERE);
    let foreign = ScriptError::from_rhai(foreign, &Config::default(), None, &Hint::default());
    assert_eq!(foreign.kind, ErrorKind::Cancelled);
}

/// Every kind of `ParseErrorType`.
#[test]
fn every_error_of_parsing_is_mapped() {
    let syntax = [
        P::UnexpectedEOF,
        P::BadInput(LexError::UnexpectedInput(text())),
        P::BadInput(LexError::UnterminatedString),
        P::BadInput(LexError::MalformedEscapeSequence(text())),
        P::BadInput(LexError::MalformedNumber(text())),
        P::BadInput(LexError::MalformedChar(text())),
        P::BadInput(LexError::MalformedIdentifier(text())),
        P::BadInput(LexError::ImproperSymbol(text(), text())),
        P::BadInput(LexError::Runtime(text())),
        P::UnknownOperator(text()),
        P::MissingToken(text(), text()),
        P::MissingSymbol(text()),
        P::MalformedIndexExpr(text()),
        P::MalformedCapture(text()),
        P::DuplicatedProperty(text()),
        P::DuplicatedVariable(text()),
        P::WrongSwitchIntegerCase,
        P::WrongSwitchDefaultCase,
        P::WrongSwitchCaseCondition,
        P::PropertyExpected,
        P::VariableExpected,
        P::ForbiddenVariable(text()),
        P::Reserved(text()),
        P::MismatchedType(text(), text()),
        P::ExprExpected(text()),
        P::WrongDocComment,
        P::WrongFnDefinition,
        P::FnDuplicatedDefinition(text(), 1),
        P::FnMissingName,
        P::FnMissingParams(text()),
        P::FnDuplicatedParam(text(), text()),
        P::FnMissingBody(text()),
        P::WrongExport,
        P::AssignmentToConstant(text()),
        P::AssignmentToInvalidLHS(text()),
        P::VariableExists(text()),
        P::VariableUndefined(text()),
        P::ModuleUndefined(text()),
        P::LoopBreak,
    ];
    for kind in syntax {
        let error = convert(E::ErrorParsing(kind.clone(), Position::new(7, 8)));
        assert_eq!(error.kind, ErrorKind::Syntax, "{kind:?}");
        assert_eq!(error.position, Position::new(7, 8), "{kind:?}");
        assert!(!error.message.is_empty(), "{kind:?}");
    }
    let string = "Length of string".to_string();
    for (kind, limit, value) in [
        (P::ExprTooDeep, Limit::ExpressionDepth, 64),
        (P::TooManyFunctions, Limit::Functions, 10_000),
        (
            P::BadInput(LexError::StringTooLong(1)),
            Limit::StringLength,
            10 << 20,
        ),
        (P::LiteralTooLarge(string, 1), Limit::StringLength, 10 << 20),
    ] {
        assert_limit(
            convert(E::ErrorParsing(kind, Position::new(7, 8))),
            limit,
            value,
        );
    }
}

fn assert_limit(error: ScriptError, limit: Limit, value: u64) {
    let option = limit.option().unwrap_or_default();
    assert!(error.message.contains(option), "{error:?}");
    assert_eq!(error.kind, ErrorKind::Limit, "{error:?}");
    assert_eq!(error.detail, Detail::Limit(limit, value), "{error:?}");
}
