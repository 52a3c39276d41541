/// The native functions for scripts that are compiled once, and for scopes. The Rust side
/// documents them.
///
/// The rules of `bindings.dart` hold here, too.
@DefaultAsset('package:rhai_dart/src/ffi/bindings.dart')
library;

import 'dart:ffi';

import 'bindings.dart';

/// The native handle of a script or a scope.
final class NativeHandle extends Opaque {}

/// Frees a handle.
@Native<Void Function(Pointer<NativeHandle>)>(symbol: 'rhai_function_free')
external void rhaiHandleFree(Pointer<NativeHandle> handle);

/// The address of [rhaiHandleFree], for a finalizer.
final rhaiHandleFinalizer =
    Native.addressOf<NativeFunction<Void Function(Pointer<NativeHandle>)>>(
      rhaiHandleFree,
    );

/// The id of what a handle belongs to.
@Native<Uint64 Function(Pointer<NativeHandle>)>(
  symbol: 'rhai_handle_id',
  isLeaf: true,
)
external int rhaiHandleId(Pointer<NativeHandle> handle);

/// Starts a script with a scope. See `rhaiEval`.
@Native<
  Int32 Function(Pointer<NativeEngine>, Uint64, Uint64, Int64, UintPtr, Uint64)
>(symbol: 'rhai_eval_in')
external int rhaiEvalIn(
  Pointer<NativeEngine> engine,
  int scriptLength,
  int scope,
  int held,
  int outerEngine,
  int outerExecution,
);

/// Compiles a script.
@Native<
  Int32 Function(Pointer<NativeEngine>, Uint64, Uint64, Int64, UintPtr, Uint64)
>(symbol: 'rhai_compile')
external int rhaiCompile(
  Pointer<NativeEngine> engine,
  int scriptLength,
  int nameLength,
  int held,
  int outerEngine,
  int outerExecution,
);

/// The handle of a script that was compiled.
@Native<Pointer<NativeHandle> Function(Pointer<NativeEngine>, Uint64)>(
  symbol: 'rhai_script_handle',
  isLeaf: true,
)
external Pointer<NativeHandle> rhaiScriptHandle(
  Pointer<NativeEngine> engine,
  int script,
);

/// Starts a script that was compiled.
@Native<
  Int32 Function(Pointer<NativeEngine>, Uint64, Uint64, Int64, UintPtr, Uint64)
>(symbol: 'rhai_eval_script')
external int rhaiEvalScript(
  Pointer<NativeEngine> engine,
  int script,
  int scope,
  int held,
  int outerEngine,
  int outerExecution,
);

/// Calls a function of a script that was compiled.
@Native<
  Int32 Function(
    Pointer<NativeEngine>,
    Uint64,
    Uint64,
    Bool,
    Uint64,
    Int64,
    UintPtr,
    Uint64,
  )
>(symbol: 'rhai_call_script')
external int rhaiCallScript(
  Pointer<NativeEngine> engine,
  int script,
  int function,
  // ignore: avoid_positional_boolean_parameters
  bool withThis,
  int scope,
  int held,
  int outerEngine,
  int outerExecution,
);

/// Makes a scope.
@Native<Pointer<NativeHandle> Function(Pointer<NativeEngine>)>(
  symbol: 'rhai_scope_new',
)
external Pointer<NativeHandle> rhaiScopeNew(Pointer<NativeEngine> engine);

/// Whether a script uses a scope.
@Native<Bool Function(Pointer<NativeEngine>, Uint64)>(
  symbol: 'rhai_scope_is_used',
  isLeaf: true,
)
external bool rhaiScopeIsUsed(Pointer<NativeEngine> engine, int scope);

/// Sets a variable of a scope.
@Native<Int32 Function(Pointer<NativeEngine>, Uint64, Uint64, Bool)>(
  symbol: 'rhai_scope_set',
)
external int rhaiScopeSet(
  Pointer<NativeEngine> engine,
  int scope,
  int nameLength,
  // ignore: avoid_positional_boolean_parameters
  bool constant,
);

/// Reads a variable of a scope.
@Native<
  Int32 Function(Pointer<NativeEngine>, Uint64, Uint64, Int64, UintPtr, Uint64)
>(symbol: 'rhai_scope_get')
external int rhaiScopeGet(
  Pointer<NativeEngine> engine,
  int scope,
  int nameLength,
  int held,
  int outerEngine,
  int outerExecution,
);

/// Lists the names of a scope's variables.
@Native<Int32 Function(Pointer<NativeEngine>, Uint64, Int64, UintPtr, Uint64)>(
  symbol: 'rhai_scope_names',
)
external int rhaiScopeNames(
  Pointer<NativeEngine> engine,
  int scope,
  int held,
  int outerEngine,
  int outerExecution,
);

/// Copies the variables of a scope into another one.
@Native<
  Int32 Function(Pointer<NativeEngine>, Uint64, Uint64, Int64, UintPtr, Uint64)
>(symbol: 'rhai_scope_copy')
external int rhaiScopeCopy(
  Pointer<NativeEngine> engine,
  int from,
  int to,
  int held,
  int outerEngine,
  int outerExecution,
);

/// Whether a scope has a variable.
@Native<Bool Function(Pointer<NativeEngine>, Uint64, Uint64)>(
  symbol: 'rhai_scope_has',
  isLeaf: true,
)
external bool rhaiScopeHas(
  Pointer<NativeEngine> engine,
  int scope,
  int nameLength,
);

/// Removes a variable of a scope.
@Native<Bool Function(Pointer<NativeEngine>, Uint64, Uint64)>(
  symbol: 'rhai_scope_remove',
)
external bool rhaiScopeRemove(
  Pointer<NativeEngine> engine,
  int scope,
  int nameLength,
);

/// Removes all variables of a scope.
@Native<Void Function(Pointer<NativeEngine>, Uint64)>(
  symbol: 'rhai_scope_clear',
)
external void rhaiScopeClear(Pointer<NativeEngine> engine, int scope);
