import '../errors.dart';
import 'execution.dart';
import 'registered_function.dart';

/// Calls Dart functions for scripts, nested to a limited depth.
final class FunctionCalls {
  /// Creates it for a depth; 0 stands for no limit. The calls that [others] have made are
  /// counted too.
  FunctionCalls(this._maxDepth, [FunctionCalls? others])
    : _nesting = others?._nesting ?? _Nesting();

  final int _maxDepth;
  final _Nesting _nesting;

  /// Calls a function for [execution]. It may run scripts that call functions again.
  Object? call(
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
