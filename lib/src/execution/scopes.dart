import '../ffi/kept.dart';
import '../ffi/script_bindings.dart';
import '../wire/frame.dart';
import 'starter.dart';
import 'variables.dart';

/// The scopes of an engine, and the variables in them.
final class Scopes {
  /// Sees to the scopes of the engine of [_frame], whose names [_variables] checks.
  Scopes(this._frame, this._variables, this._starter);

  final Frame _frame;
  final Variables _variables;
  final Starter _starter;

  /// Makes an empty scope.
  Kept make() => Kept(rhaiScopeNew(_frame.engine));

  /// Whether a script uses [scope] that has not ended.
  bool isUsed(Kept scope) => rhaiScopeIsUsed(_frame.engine, scope.id);

  /// Sets a variable, or a [constant], in the scope that [usable] returns when the
  /// value was read.
  ///
  /// Throws what [Variables.set] throws.
  void set(
    Kept Function() usable,
    String name,
    Object? value, {
    required bool constant,
  }) => _variables.write(
    name,
    value,
    (length) => rhaiScopeSet(_frame.engine, usable().id, length, constant),
  );

  /// The value of a variable; null if there is none.
  Object? get(Kept scope, String name) {
    final length = _frame.writeName(name);
    return _starter.read(
      (held, outerEngine, outer) => rhaiScopeGet(
        _frame.engine,
        scope.id,
        length,
        held,
        outerEngine,
        outer,
      ),
    );
  }

  /// The names of the variables.
  List<String> names(Kept scope) => List<String>.from(
    _starter.read(
          (held, outerEngine, outer) =>
              rhaiScopeNames(_frame.engine, scope.id, held, outerEngine, outer),
        )!
        as List<Object?>,
  );

  /// Copies the variables of a scope to another one.
  void copy(Kept from, Kept to) => _starter.read(
    (held, outerEngine, outer) =>
        rhaiScopeCopy(_frame.engine, from.id, to.id, held, outerEngine, outer),
  );

  /// Whether there is a variable of this name.
  bool has(Kept scope, String name) =>
      rhaiScopeHas(_frame.engine, scope.id, _frame.writeName(name));

  /// Removes a variable. Returns whether there was one.
  bool remove(Kept scope, String name) {
    final length = _frame.writeName(name);
    final removed = rhaiScopeRemove(_frame.engine, scope.id, length);
    _frame.forgetReleased();
    return removed;
  }

  /// Removes all variables.
  void clear(Kept scope) {
    rhaiScopeClear(_frame.engine, scope.id);
    _frame.forgetReleased();
  }
}
