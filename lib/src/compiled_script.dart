import 'dart:async';
import 'dart:ffi';

import 'analysis_result.dart';
import 'errors.dart';
import 'execution/kept_scripts.dart';
import 'execution/script_runner.dart';
import 'execution/starter.dart';
import 'ffi/kept.dart';
import 'ffi/passed_arguments.dart';
import 'parameters/expected.dart';
import 'rhai_scope.dart';
import 'rhai_script.dart';
import 'script_scope.dart';

/// A [RhaiScript] of an engine.
final class CompiledScript implements RhaiScript, Finalizable {
  /// Takes a script that an engine has compiled.
  CompiledScript(this._runner, this.name, Compiled compiled)
    : _kept = compiled.script,
      functions = List.unmodifiable(compiled.functions);

  final ScriptRunner _runner;
  final Kept _kept;

  @override
  final String name;

  @override
  final List<ScriptFunctionInfo> functions;

  /// The indices of functions, by their names and numbers of parameters.
  late final Map<String, Map<int, int>> _indices = _indexFunctions();

  Map<String, Map<int, int>> _indexFunctions() {
    final indices = <String, Map<int, int>>{};
    for (final (index, function) in functions.indexed) {
      (indices[function.name] ??= {})[function.parameters.length] = index;
    }
    return indices;
  }

  @override
  bool get isDisposed => _kept.isReleased || _runner.isDisposed;

  void _checkUsable() {
    if (_kept.isReleased) throw StateError('this RhaiScript was disposed');
    if (_runner.isDisposed) {
      throw StateError('the engine of this RhaiScript was disposed');
    }
  }

  Object? _eval(RhaiScope? scope, Waiting waiting) =>
      _runner.scripts.eval(_kept, ScriptScope.idOf(scope, _runner), waiting);

  @override
  dynamic eval({RhaiScope? scope}) {
    _checkUsable();
    return _eval(scope, Waiting.ifNeeded);
  }

  @override
  T evalSync<T>({RhaiScope? scope}) {
    _checkUsable();
    return expected<T>(_eval(scope, Waiting.never));
  }

  @override
  Future<T> evalAsync<T>({RhaiScope? scope}) {
    _checkUsable();
    ScriptScope.idOf(scope, _runner);
    return expectedLater(Future.sync(() => _eval(scope, Waiting.mayYield)));
  }

  @override
  bool has(String function, [int? argumentCount]) {
    final indices = _indices[function];
    if (indices == null) return false;
    return argumentCount == null || indices.containsKey(argumentCount);
  }

  Object? _call(
    String function,
    List<Object?> arguments,
    RhaiScope? scope,
    Object? thisValue,
    Waiting waiting,
  ) {
    final index = _indices[function]?[arguments.length];
    if (index == null) throw _missing(function, arguments.length);
    return _runner.scripts.call(
      (
        script: _kept,
        function: index,
        arguments: arguments,
        thisValue: identical(thisValue, notPassed) ? null : (thisValue,),
      ),
      () => ScriptScope.idOf(scope, _runner),
      waiting,
    );
  }

  @override
  dynamic call(
    String function,
    List<Object?> arguments, {
    RhaiScope? scope,
    Object? thisValue = notPassed,
  }) {
    _checkUsable();
    return _call(function, arguments, scope, thisValue, Waiting.ifNeeded);
  }

  @override
  T callSync<T>(
    String function,
    List<Object?> arguments, {
    RhaiScope? scope,
    Object? thisValue = notPassed,
  }) {
    _checkUsable();
    return expected<T>(
      _call(function, arguments, scope, thisValue, Waiting.never),
    );
  }

  @override
  Future<T> callAsync<T>(
    String function,
    List<Object?> arguments, {
    RhaiScope? scope,
    Object? thisValue = notPassed,
  }) {
    _checkUsable();
    ScriptScope.idOf(scope, _runner);
    return expectedLater(
      Future.sync(
        () => _call(function, arguments, scope, thisValue, Waiting.mayYield),
      ),
    );
  }

  /// The most functions that an error names.
  static const _maxNamed = 20;

  /// The error for a function that there is not, or not with so many arguments.
  RhaiRuntimeError _missing(String function, int count) {
    final same = functions.where((known) => known.name == function);
    final others = same.isEmpty ? functions : same;
    final named = others
        .take(_maxNamed)
        .map((known) => '${known.name}(${known.parameters.join(', ')})');
    final rest = others.length > _maxNamed ? ', …' : '';
    final known = others.isEmpty
        ? 'it has none that Dart can call'
        : '${others.length == 1 ? 'there is' : 'there are'} '
              '${named.join(', ')}$rest';
    final script = name.isEmpty ? 'the script' : name;
    final arguments = count == 1 ? '1 argument' : '$count arguments';
    return RhaiRuntimeError(
      '$script has no function $function with $arguments: $known',
      kind: RhaiRuntimeErrorKind.functionNotFound,
      name: function,
    );
  }

  @override
  void dispose() {
    if (_kept.isReleased) return;
    _kept.release();
    _runner.release();
  }

  @override
  String toString() => name.isEmpty ? 'RhaiScript' : 'RhaiScript($name)';
}
