/// The native functions, and nothing else. `rust/src/ffi.rs` documents them.
///
/// None that runs script code may be a leaf call: a leaf call keeps the garbage
/// collector of every isolate in the group waiting.
library;

import 'dart:ffi';

/// A native engine, seen from Dart.
final class NativeEngine extends Opaque {}

/// The native handle of a script's function.
final class NativeFunctionHandle extends Opaque {}

/// What an execution did: the results of [rhaiEval] and [rhaiResume].
abstract final class Step {
  /// It ended with a value.
  static const done = 0;

  /// It wants a Dart function called.
  static const call = 1;

  /// It waits for a Future.
  static const pending = 2;

  /// It ended with an error.
  static const failed = 3;

  /// It has run for a while, and lets the event loop run.
  static const yielded = 4;
}

/// What an execution is resumed with.
abstract final class Reply {
  /// Go on: the awaited Future has completed, or the event loop had its turn.
  static const goOn = 0;

  /// The function returned a value.
  static const value = 1;

  /// The function failed.
  static const error = 2;

  /// The function returned a Future.
  static const pending = 3;
}

/// Bits that say what scripts may do.
abstract final class EngineFlags {
  /// Import files.
  static const allowFileIo = 1;

  /// Use `eval`.
  static const allowEval = 2;

  /// Use modules.
  static const allowModules = 4;
}

/// Lists of names that are switched off or on.
abstract final class RestrictedNames {
  /// Keywords and operators that are disabled.
  static const disabledSymbols = 0;

  /// All functions of Rhai that are allowed.
  static const allowedFunctions = 1;

  /// Functions of Rhai that are not.
  static const deniedFunctions = 2;
}

/// Makes an engine.
@Native<Pointer<NativeEngine> Function(Pointer<Uint64>, Uint64, Uint32)>(
  symbol: 'rhai_engine_new',
  isLeaf: true,
)
external Pointer<NativeEngine> rhaiEngineNew(
  Pointer<Uint64> limits,
  int count,
  int flags,
);

/// Switches off what names mean.
@Native<Int64 Function(Pointer<NativeEngine>, Int32, Uint64)>(
  symbol: 'rhai_restrict',
)
external int rhaiRestrict(
  Pointer<NativeEngine> engine,
  int list,
  int namesLength,
);

/// Frees an engine.
@Native<Void Function(Pointer<NativeEngine>)>(symbol: 'rhai_engine_free')
external void rhaiEngineFree(Pointer<NativeEngine> engine);

/// The address of [rhaiEngineFree], for a finalizer.
final rhaiEngineFinalizer =
    Native.addressOf<NativeFunction<Void Function(Pointer<NativeEngine>)>>(
      rhaiEngineFree,
    );

/// The frame of an engine, in words of 64 bits.
@Native<Pointer<Int64> Function(Pointer<NativeEngine>)>(
  symbol: 'rhai_engine_frame',
  isLeaf: true,
)
external Pointer<Int64> rhaiEngineFrame(Pointer<NativeEngine> engine);

/// Makes room for input.
@Native<Int32 Function(Pointer<NativeEngine>, Uint64)>(
  symbol: 'rhai_reserve_input',
  isLeaf: true,
)
external int rhaiReserveInput(Pointer<NativeEngine> engine, int length);

/// Adds input to the end of a long string.
@Native<Int32 Function(Pointer<NativeEngine>, Uint64, Uint64)>(
  symbol: 'rhai_append_text',
  isLeaf: true,
)
external int rhaiAppendText(
  Pointer<NativeEngine> engine,
  int length,
  int totalLength,
);

/// Registers a function.
@Native<
  Int32 Function(Pointer<NativeEngine>, Uint64, Uint64, Uint32, Uint64, Bool)
>(symbol: 'rhai_register_function')
external int rhaiRegisterFunction(
  Pointer<NativeEngine> engine,
  int nameLength,
  int id,
  int arities,
  int parameterCount,
  // ignore: avoid_positional_boolean_parameters
  bool overload,
);

/// Describes the error of a value that breaks a limit.
@Native<Int32 Function(Pointer<NativeEngine>, Int64)>(
  symbol: 'rhai_value_error',
)
external int rhaiValueError(Pointer<NativeEngine> engine, int limit);

/// Sets a variable.
@Native<Int32 Function(Pointer<NativeEngine>, Uint64, Bool)>(
  symbol: 'rhai_set_variable',
)
external int rhaiSetVariable(
  Pointer<NativeEngine> engine,
  int nameLength,
  // ignore: avoid_positional_boolean_parameters
  bool constant,
);

/// Removes all variables.
@Native<Void Function(Pointer<NativeEngine>)>(symbol: 'rhai_clear_scope')
external void rhaiClearScope(Pointer<NativeEngine> engine);

/// Starts a script.
@Native<_Start>(symbol: 'rhai_eval')
external int rhaiEval(
  Pointer<NativeEngine> engine,
  int scriptLength,
  int held,
  int outerEngine,
  int outerExecution,
);

/// What starts an execution: of what the second argument says, for how long the event
/// loop has been held, and the execution for which it runs, with the address of its
/// engine.
typedef _Start =
    Int32 Function(Pointer<NativeEngine>, Uint64, Int64, UintPtr, Uint64);

/// Calls a function of a script.
@Native<_Start>(symbol: 'rhai_call')
external int rhaiCall(
  Pointer<NativeEngine> engine,
  int function,
  int held,
  int outerEngine,
  int outerExecution,
);

/// Calls a function of a script with a `this`, which is the last argument; its result is
/// an array of the function's, and of what `this` was before and is then.
@Native<_Start>(symbol: 'rhai_call_with')
external int rhaiCallWith(
  Pointer<NativeEngine> engine,
  int function,
  int held,
  int outerEngine,
  int outerExecution,
);

/// Lets go of a function of a script.
@Native<Void Function(Pointer<NativeFunctionHandle>)>(
  symbol: 'rhai_function_free',
)
external void rhaiFunctionFree(Pointer<NativeFunctionHandle> handle);

/// Drops what functions that were let go of captured.
@Native<Void Function(Pointer<NativeEngine>)>(symbol: 'rhai_drop_released')
external void rhaiDropReleased(Pointer<NativeEngine> engine);

/// The address of [rhaiFunctionFree], for a finalizer.
final rhaiFunctionFinalizer =
    Native.addressOf<
      NativeFunction<Void Function(Pointer<NativeFunctionHandle>)>
    >(rhaiFunctionFree);

/// Resumes a script.
@Native<Int32 Function(Pointer<NativeEngine>, Uint64, Int32, Int64)>(
  symbol: 'rhai_resume',
)
external int rhaiResume(
  Pointer<NativeEngine> engine,
  int execution,
  int reply,
  int held,
);

/// Completes a Future that a script waits for.
@Native<Bool Function(Pointer<NativeEngine>, Uint64, Bool)>(
  symbol: 'rhai_complete_future',
  isLeaf: true,
)
external bool rhaiCompleteFuture(
  Pointer<NativeEngine> engine,
  int futureId,
  // ignore: avoid_positional_boolean_parameters
  bool failed,
);

/// Ends a script that has made a request.
@Native<Bool Function(Pointer<NativeEngine>, Uint64)>(symbol: 'rhai_cancel')
external bool rhaiCancel(Pointer<NativeEngine> engine, int execution);

/// The bytes that scripts which were taken off their fibers have left behind.
@Native<Uint64 Function(Pointer<NativeEngine>)>(
  symbol: 'rhai_leaked_bytes',
  isLeaf: true,
)
external int rhaiLeakedBytes(Pointer<NativeEngine> engine);

/// Analyses a script.
@Native<_Start>(symbol: 'rhai_analyze')
external int rhaiAnalyze(
  Pointer<NativeEngine> engine,
  int scriptLength,
  int held,
  int outerEngine,
  int outerExecution,
);

/// Whether scripts can use a name.
@Native<Bool Function(Pointer<NativeEngine>, Uint64, Bool)>(
  symbol: 'rhai_is_usable_name',
)
external bool rhaiIsUsableName(
  Pointer<NativeEngine> engine,
  int nameLength,
  // ignore: avoid_positional_boolean_parameters
  bool function,
);
