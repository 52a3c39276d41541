import '../errors.dart';
import '../ffi/bindings.dart';
import '../ffi/script_function.dart';
import '../wire/frame.dart';
import 'outcome.dart';
import 'starter.dart';
import 'this_value.dart';

/// Calls of functions of scripts that Dart holds.
final class ScriptFunctionCalls {
  /// Calls functions in the engine of [_frame].
  ScriptFunctionCalls(this._frame, this._starter);

  final Frame _frame;
  final Starter _starter;

  /// Calls a function with some arguments.
  Object? call(
    ScriptFunction function,
    List<Object?> arguments, {
    required bool mayYield,
  }) {
    _starter.checkRoom();
    writeArguments(_frame, arguments);
    return _start(function, mayYield: mayYield, withThis: false);
  }

  /// Calls a function with some arguments and a `this` that it may change.
  Object? callWith(
    ScriptFunction function,
    Object? thisValue,
    List<Object?> arguments, {
    required bool mayYield,
  }) {
    _starter.checkRoom();
    final sent = writeWithThis(_frame, arguments, thisValue);
    final ended = _start(function, mayYield: mayYield, withThis: true);
    return applyToThis(ended, thisValue, sent);
  }

  /// Starts a function with the arguments that were written.
  Object? _start(
    ScriptFunction function, {
    required bool mayYield,
    required bool withThis,
  }) {
    // Again: encoding may have run code that disposed it.
    if (function.isDisposed) throw StateError('this RhaiFunction was disposed');
    final call = withThis ? rhaiCallWith : rhaiCall;
    return _starter.start(
      (held, outerEngine, outer) =>
          call(_frame.engine, function.id, held, outerEngine, outer),
      mayYield ? Waiting.mayYield : Waiting.ifNeeded,
    );
  }
}

/// Writes arguments and, as the last one, a `this`. Returns the functions that were sent.
List<ScriptFunction> writeWithThis(
  Frame frame,
  List<Object?> arguments,
  Object? thisValue,
) {
  try {
    writeArguments(frame, [...arguments, thisValue]);
  } on RhaiConversionError {
    // If it was not an argument, the error is to say so.
    writeInput(frame, thisValue, 'this');
    rethrow;
  }
  return frame.sent;
}
