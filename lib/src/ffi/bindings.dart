/// The native functions, and nothing else. The Rust side documents them.
///
/// None that runs script code may be a leaf call: a leaf call keeps the garbage
/// collector of every isolate in the group waiting.
library;

import 'dart:ffi';

/// A native engine.
final class NativeEngine extends Opaque {}

/// The native handle of a script's function.
final class NativeFunctionHandle extends Opaque {}

/// The native state of an isolate.
final class NativeIsolate extends Opaque {}

/// Makes the state of an isolate.
@Native<Pointer<NativeIsolate> Function()>(
  symbol: 'rhai_isolate_new',
  isLeaf: true,
)
external Pointer<NativeIsolate> rhaiIsolateNew();

/// Frees the state of an isolate that has ended.
@Native<Void Function(Pointer<NativeIsolate>)>(symbol: 'rhai_isolate_free')
external void rhaiIsolateFree(Pointer<NativeIsolate> isolate);

/// The address of [rhaiIsolateFree], for a finalizer.
final rhaiIsolateFinalizer =
    Native.addressOf<NativeFunction<Void Function(Pointer<NativeIsolate>)>>(
      rhaiIsolateFree,
    );

/// Drops the engines that finalizers have found.
@Native<Void Function(Pointer<NativeIsolate>)>(symbol: 'rhai_drop_unreachable')
external void rhaiDropUnreachable(Pointer<NativeIsolate> isolate);

/// Makes an engine.
@Native<
  Pointer<NativeEngine> Function(
    Pointer<NativeIsolate>,
    Pointer<Uint64>,
    Uint64,
    Uint32,
  )
>(symbol: 'rhai_engine_new', isLeaf: true)
external Pointer<NativeEngine> rhaiEngineNew(
  Pointer<NativeIsolate> isolate,
  Pointer<Uint64> limits,
  int count,
  int flags,
);

/// Makes an engine that begins with what another one has.
@Native<
  Pointer<NativeEngine> Function(
    Pointer<NativeIsolate>,
    Pointer<NativeEngine>,
    Pointer<Uint64>,
    Uint64,
    Uint32,
    Uint32,
  )
>(symbol: 'rhai_engine_fork', isLeaf: true)
external Pointer<NativeEngine> rhaiEngineFork(
  Pointer<NativeIsolate> isolate,
  Pointer<NativeEngine> engine,
  Pointer<Uint64> limits,
  int count,
  int flags,
  int inherited,
);

/// Switches off, or on, a list of names.
@Native<Int64 Function(Pointer<NativeEngine>, Int32, Uint64)>(
  symbol: 'rhai_restrict',
)
external int rhaiRestrict(
  Pointer<NativeEngine> engine,
  int list,
  int namesLength,
);

/// Ends an engine, before it is freed: its objects are let go of.
@Native<Void Function(Pointer<NativeEngine>)>(symbol: 'rhai_engine_end')
external void rhaiEngineEnd(Pointer<NativeEngine> engine);

/// Frees an engine.
@Native<Void Function(Pointer<NativeEngine>)>(symbol: 'rhai_engine_free')
external void rhaiEngineFree(Pointer<NativeEngine> engine);

/// Leaves an engine to its isolate, which frees it.
@Native<Void Function(Pointer<NativeEngine>)>(symbol: 'rhai_engine_finalize')
external void rhaiEngineFinalize(Pointer<NativeEngine> engine);

/// The address of [rhaiEngineFinalize], for a finalizer.
final rhaiEngineFinalizer =
    Native.addressOf<NativeFunction<Void Function(Pointer<NativeEngine>)>>(
      rhaiEngineFinalize,
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

/// Removes the functions of a name.
@Native<Bool Function(Pointer<NativeEngine>, Uint64)>(
  symbol: 'rhai_unregister_function',
)
external bool rhaiUnregisterFunction(
  Pointer<NativeEngine> engine,
  int nameLength,
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

/// Starts an execution. The second argument is the length of the script, or the id of
/// the function. After it come the microseconds for which the event loop has been held,
/// and the address of the engine and the id of the execution that wait for this one.
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

/// Calls a function of a script with the last argument as its `this`. The result is an
/// array of the function's result, `this` before the call, and `this` after it.
@Native<_Start>(symbol: 'rhai_call_with')
external int rhaiCallWith(
  Pointer<NativeEngine> engine,
  int function,
  int held,
  int outerEngine,
  int outerExecution,
);

/// Frees the handle of a script's function.
@Native<Void Function(Pointer<NativeFunctionHandle>)>(
  symbol: 'rhai_function_free',
)
external void rhaiFunctionFree(Pointer<NativeFunctionHandle> handle);

/// Frees the variables that functions captured whose handles were freed.
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

/// Starts the next of the calls that a script makes at the same time.
@Native<Int32 Function(Pointer<NativeEngine>, Uint64, Int64)>(
  symbol: 'rhai_start_child',
)
external int rhaiStartChild(Pointer<NativeEngine> engine, int parent, int held);

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

/// Counts the bytes that abandoned scripts have left behind.
@Native<Uint64 Function(Pointer<NativeEngine>)>(
  symbol: 'rhai_leaked_bytes',
  isLeaf: true,
)
external int rhaiLeakedBytes(Pointer<NativeEngine> engine);

/// Writes the numbers of an engine to slots. No leaf call: it looks at every execution.
@Native<Void Function(Pointer<NativeEngine>)>(symbol: 'rhai_engine_stats')
external void rhaiEngineStats(Pointer<NativeEngine> engine);

/// Analyses a script, for the scope with an id unless that is 0.
@Native<
  Int32 Function(Pointer<NativeEngine>, Uint64, Uint64, Int64, UintPtr, Uint64)
>(symbol: 'rhai_analyze')
external int rhaiAnalyze(
  Pointer<NativeEngine> engine,
  int scriptLength,
  int scope,
  int held,
  int outerEngine,
  int outerExecution,
);

/// Replaces the module of a name by the constants that were set, or forgets these.
@Native<Void Function(Pointer<NativeEngine>, Uint64)>(
  symbol: 'rhai_replace_module',
)
external void rhaiReplaceModule(Pointer<NativeEngine> engine, int nameLength);

/// Keeps the text of a module for later imports.
@Native<Void Function(Pointer<NativeEngine>, Uint64, Uint64)>(
  symbol: 'rhai_keep_module',
)
external void rhaiKeepModule(
  Pointer<NativeEngine> engine,
  int nameLength,
  int length,
);

/// Forgets the text of a module, or of all.
@Native<Void Function(Pointer<NativeEngine>, Uint64)>(
  symbol: 'rhai_invalidate_modules',
)
external void rhaiInvalidateModules(
  Pointer<NativeEngine> engine,
  int nameLength,
);

/// Whether scripts can use a name for a function, or else for a variable.
@Native<Bool Function(Pointer<NativeEngine>, Uint64, Bool)>(
  symbol: 'rhai_is_usable_name',
)
external bool rhaiIsUsableName(
  Pointer<NativeEngine> engine,
  int nameLength,
  // ignore: avoid_positional_boolean_parameters
  bool function,
);
