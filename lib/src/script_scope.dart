import 'dart:ffi';

import 'execution/script_runner.dart';
import 'ffi/kept.dart';
import 'parameters/expected.dart';
import 'rhai_scope.dart';

/// A [RhaiScope] of an engine.
final class ScriptScope implements RhaiScope, Finalizable {
  /// Makes an empty scope for an engine.
  ScriptScope(this._runner) : _kept = _runner.scopes.make();

  /// The id of [scope], or 0 if it is null, for a script of the engine of [runner].
  ///
  /// Throws an [ArgumentError] if it belongs to another engine, and a [StateError] if it
  /// was disposed or is used.
  static int idOf(RhaiScope? scope, ScriptRunner runner) {
    if (scope == null) return 0;
    if (scope is! ScriptScope || !identical(scope._runner, runner)) {
      throw ArgumentError.value(
        scope,
        'scope',
        'belongs to another engine; make one with newScope() of this engine',
      );
    }
    return scope._usable.id;
  }

  final ScriptRunner _runner;
  final Kept _kept;

  @override
  bool get isDisposed => _kept.isReleased || _runner.isDisposed;

  Kept get _usable {
    if (_kept.isReleased) throw StateError('this RhaiScope was disposed');
    if (_runner.isDisposed) {
      throw StateError('the engine of this RhaiScope was disposed');
    }
    if (_runner.scopes.isUsed(_kept)) {
      throw StateError(
        'this RhaiScope is used by a script that has not ended; wait until it '
        'has, or use another scope',
      );
    }
    return _kept;
  }

  @override
  List<String> get keys => _runner.scopes.names(_usable);

  @override
  bool contains(String name) => _runner.scopes.has(_usable, name);

  @override
  T get<T>(String name) {
    final value = _runner.scopes.get(_usable, name);
    if (value == null && null is! T && !contains(name)) {
      throw ArgumentError.value(name, 'name', 'is no variable of this scope');
    }
    return expected<T>(value, name);
  }

  @override
  void set(String name, Object? value) => _set(name, value, constant: false);

  @override
  void setConstant(String name, Object? value) =>
      _set(name, value, constant: true);

  void _set(String name, Object? value, {required bool constant}) {
    _usable;
    _runner.scopes.set(() => _usable, name, value, constant: constant);
  }

  @override
  bool remove(String name) => _runner.scopes.remove(_usable, name);

  @override
  void clear() => _runner.scopes.clear(_usable);

  @override
  RhaiScope clone() {
    final from = _usable;
    final copy = ScriptScope(_runner);
    _runner.scopes.copy(from, copy._kept);
    return copy;
  }

  @override
  void dispose() {
    if (_kept.isReleased) return;
    _kept.release();
    _runner.release();
  }
}
