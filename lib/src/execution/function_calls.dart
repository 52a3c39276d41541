import '../errors.dart';
import 'execution.dart';
import 'registered_function.dart';

/// Calls Dart functions for scripts, nested to a limited depth.
final class FunctionCalls {
  /// Creates it for a depth; 0 stands for no limit.
  FunctionCalls(this._maxDepth);

  final int _maxDepth;
  int _depth = 0;

  /// Calls a function for [execution]. It may run scripts that call functions again.
  Object? call(
    Execution execution,
    RegisteredFunction function,
    List<Object?> arguments,
  ) {
    if (_maxDepth > 0 && _depth >= _maxDepth) {
      throw RhaiRuntimeError(
        'scripts that Dart functions run are nested too deeply: '
        'the limit is $_maxDepth (RhaiConfig.maxStackDepth)',
      );
    }
    _depth++;
    final caller = Execution.calling;
    Execution.calling = execution;
    try {
      return function.call(arguments);
    } finally {
      Execution.calling = caller;
      _depth--;
    }
  }
}
