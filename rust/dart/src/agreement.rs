//! Numbers that the runtime has too, compared with those of the protocol when this crate is
//! compiled.

use std::mem::{offset_of, size_of};

use runtime::analysis::report::WarningKind;
use runtime::context::execution_time::TURN;
use runtime::errors::exception::{BROKEN_LIMIT, CHANNEL_CLOSED, CONVERSION_ERROR, FFI_ERROR};
use runtime::errors::script_error::{ErrorKind, RuntimeKind};
use runtime::functions::host_functions as functions;
use runtime::functions::parameters::Parameter;
use runtime::language::signatures::MAX_ARGUMENTS;
use runtime::limits::limit::Limit;
use runtime::limits::stack::MAX_EXPR_DEPTH;

use crate::mailbox::Frame;
use crate::wire::format;
use crate::wire::protocol::{
    bound, dart_error_id, engine_number, engine_stat, error_kind, event_loop, frame_word,
    function_id, kind, limit, runtime_error_kind, slot, warning_kind,
};

macro_rules! agree {
    ($($runtime:expr => $number:expr,)+) => {
        $(const _: () = assert!($runtime as i64 == $number as i64);)+
    };
}

const WORD: usize = size_of::<u64>();

agree! {
    offset_of!(Frame, execution) => frame_word::EXECUTION * WORD,
    offset_of!(Frame, function) => frame_word::FUNCTION * WORD,
    offset_of!(Frame, argument_count) => frame_word::ARGUMENT_COUNT * WORD,
    offset_of!(Frame, future) => frame_word::FUTURE * WORD,
    offset_of!(Frame, input) => frame_word::INPUT * WORD,
    offset_of!(Frame, input_capacity) => frame_word::INPUT_CAPACITY * WORD,
    offset_of!(Frame, released) => frame_word::RELEASED * WORD,
    offset_of!(Frame, released_count) => frame_word::RELEASED_COUNT * WORD,
    offset_of!(Frame, slots) => frame_word::SLOTS * WORD,
    size_of::<format::Slot>() => slot::WORDS as usize * WORD,

    MAX_ARGUMENTS => bound::ARGUMENTS,
    MAX_EXPR_DEPTH => bound::EXPRESSION_DEPTH,
    TURN.as_micros() => event_loop::TURN,

    functions::PRINT_FUNCTION => function_id::PRINT,
    functions::DEBUG_FUNCTION => function_id::DEBUG,
    functions::EQUALS_FUNCTION => function_id::EQUALS,
    functions::TO_STRING_FUNCTION => function_id::DESCRIBE,
    functions::TYPE_NAME_FUNCTION => function_id::TYPE_NAME,
    functions::PARALLEL_FUNCTION => function_id::PARALLEL,
    functions::ITERATE_FUNCTION => function_id::ITERATE,
    functions::NEXT_FUNCTION => function_id::NEXT,
    functions::LOAD_MODULE_FUNCTION => function_id::LOAD_MODULE,

    Parameter::OPEN => kind::OPEN,
    Parameter::CONVERTED_SHIFT => kind::CONVERTED_SHIFT,
    Parameter::ALL_KINDS => kind::ANY,

    FFI_ERROR => dart_error_id::FFI_ERROR,
    CHANNEL_CLOSED => dart_error_id::CHANNEL_CLOSED,
    CONVERSION_ERROR => dart_error_id::CONVERSION_ERROR,
    BROKEN_LIMIT => dart_error_id::BROKEN_LIMIT,

    Limit::Operations => limit::OPERATIONS,
    Limit::StackDepth => limit::STACK_DEPTH,
    Limit::ExpressionDepth => limit::EXPRESSION_DEPTH,
    Limit::StringLength => limit::STRING_LENGTH,
    Limit::ArraySize => limit::ARRAY_SIZE,
    Limit::MapSize => limit::MAP_SIZE,
    Limit::Variables => limit::VARIABLES,
    Limit::Functions => limit::FUNCTIONS,
    Limit::Modules => limit::MODULES,
    Limit::Memory => limit::MEMORY,
    Limit::OutputLength => limit::OUTPUT_LENGTH,
    Limit::Nesting => limit::NESTING,
    Limit::NativeStack => limit::NATIVE_STACK,
    Limit::Operations => engine_number::MAX_OPERATIONS,
    Limit::OPTIONS => engine_number::SCRIPT_CACHE_SIZE,

    ErrorKind::Syntax => error_kind::SYNTAX,
    ErrorKind::Runtime => error_kind::RUNTIME,
    ErrorKind::TimeLimit => error_kind::TIME_LIMIT,
    ErrorKind::Cancelled => error_kind::CANCELLED,
    ErrorKind::Ffi => error_kind::FFI,
    ErrorKind::Conversion => error_kind::CONVERSION,
    ErrorKind::Limit => error_kind::LIMIT,

    RuntimeKind::Thrown => runtime_error_kind::THROWN,
    RuntimeKind::HostFunction => runtime_error_kind::DART_FUNCTION,
    RuntimeKind::FunctionNotFound => runtime_error_kind::FUNCTION_NOT_FOUND,
    RuntimeKind::VariableNotFound => runtime_error_kind::VARIABLE_NOT_FOUND,
    RuntimeKind::PropertyNotFound => runtime_error_kind::PROPERTY_NOT_FOUND,
    RuntimeKind::IndexOutOfBounds => runtime_error_kind::INDEX_OUT_OF_BOUNDS,
    RuntimeKind::TypeMismatch => runtime_error_kind::TYPE_MISMATCH,
    RuntimeKind::UnboundThis => runtime_error_kind::UNBOUND_THIS,
    RuntimeKind::NotIterable => runtime_error_kind::NOT_ITERABLE,
    RuntimeKind::ConstantChanged => runtime_error_kind::CONSTANT_CHANGED,
    RuntimeKind::DataRace => runtime_error_kind::DATA_RACE,
    RuntimeKind::Arithmetic => runtime_error_kind::ARITHMETIC,
    RuntimeKind::ModuleNotFound => runtime_error_kind::MODULE_NOT_FOUND,
    RuntimeKind::Misplaced => runtime_error_kind::MISPLACED,
    RuntimeKind::TooManyScripts => runtime_error_kind::TOO_MANY_SCRIPTS,
    RuntimeKind::Other => runtime_error_kind::OTHER,
    RuntimeKind::ImportCycle => runtime_error_kind::IMPORT_CYCLE,

    WarningKind::UnknownFunction => warning_kind::UNKNOWN_FUNCTION,
    WarningKind::UnusedVariable => warning_kind::UNUSED_VARIABLE,
    WarningKind::UndefinedVariable => warning_kind::UNDEFINED_VARIABLE,
    WarningKind::UnreachableCode => warning_kind::UNREACHABLE_CODE,
    WarningKind::ShadowedFunction => warning_kind::SHADOWED_FUNCTION,
    WarningKind::ConstantChanged => warning_kind::CONSTANT_CHANGED,
}

const _: () = assert!(engine_stat::COUNT <= bound::ARGUMENTS);

// Where addresses have 32 bits, fewer levels may cross.
#[cfg(target_pointer_width = "64")]
const _: () = assert!(runtime::limits::stack::MAX_DEPTH == bound::NESTING);
