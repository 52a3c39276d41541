import '../errors.dart';
import '../ffi/bindings.dart';
import '../parameters/member_error.dart';
import '../records/error_record.dart' show unnamedFunction;
import '../wire/frame.dart';
import '../wire/protocol.dart';
import 'error_writer.dart';
import 'execution.dart';
import 'member_call.dart';
import 'registered_function.dart';

/// Calls Dart functions for the scripts of an engine, nested to a limited depth.
final class FunctionCalls {
  /// Creates it for the engine of [_frame] and a depth; 0 stands for no limit. Calls within
  /// calls that [others] have made are counted too.
  FunctionCalls(this._frame, this._maxDepth, [FunctionCalls? others])
    : _nesting = others?._nesting ?? _Nesting();

  final Frame _frame;
  final int _maxDepth;
  final _Nesting _nesting;

  /// How many calls there were.
  int get count => _count;
  int _count = 0;

  /// Whether the function that a script calls now may return a Future. Code that it starts
  /// then runs for the script, in a zone.
  ///
  /// Making a zone takes a tenth of a short script's time.
  bool mayReturnFuture() {
    final target = _frame.objects[_frame.function];
    return switch (target) {
      RegisteredFunction(:final mayReturnFuture) ||
      MemberCall(:final mayReturnFuture) => mayReturnFuture,
      _ => true,
    };
  }

  /// Runs the Dart function that the script calls, and resumes the script. Returns its next
  /// [Step].
  ///
  /// Throws a [RhaiCancelledError] if the engine was disposed meanwhile.
  int answer(Execution execution) {
    final target = _frame.objects[_frame.function];
    final arguments = _frame.readArguments();
    final RegisteredFunction function;
    final Object? result;
    var name = unnamedFunction;
    try {
      function = switch (target) {
        final RegisteredFunction function => function,
        final MemberCall member => member.find(arguments),
        _ => RegisteredFunction.closure(target! as Function),
      };
      name = function.name;
      result = _call(execution, function, arguments);
      if (result is! Future<Object?>) {
        if (_frame.isClosed) throw const RhaiCancelledError();
        _frame.writeValue(result, function.resultName);
      }
    } catch (error, stackTrace) {
      if (_frame.isClosed) throw const RhaiCancelledError();
      writeError(
        _frame,
        describeError(
          execution,
          error,
          // Nothing of the user's was called for a member that is not there.
          error is MemberError ? StackTrace.empty : stackTrace,
          error is MemberError ? error.name : name,
        ),
      );
      return rhaiResume(_frame.engine, execution.id, Reply.error, 0);
    }
    if (result is Future<Object?>) {
      if (_frame.isClosed) {
        result.ignore();
        throw const RhaiCancelledError();
      }
      execution.returned = (function, result);
      return rhaiResume(_frame.engine, execution.id, Reply.pending, 0);
    }
    return rhaiResume(_frame.engine, execution.id, Reply.value, 0);
  }

  /// Calls a function for [execution]. It may run scripts that call functions again.
  Object? _call(
    Execution execution,
    RegisteredFunction function,
    List<Object?> arguments,
  ) {
    if (_maxDepth > 0 && _nesting.depth >= _maxDepth) {
      throw RhaiRuntimeError(
        'scripts that Dart functions run are nested too deeply: '
        'the limit is $_maxDepth (RhaiConfig.maxStackDepth)',
      );
    }
    _count++;
    _nesting.depth++;
    final caller = Execution.calling;
    Execution.calling = execution;
    try {
      return function.call(arguments);
    } finally {
      Execution.calling = caller;
      _nesting.depth--;
    }
  }
}

/// How deeply calls are nested, of an engine and its forks.
final class _Nesting {
  int depth = 0;
}
