import '../ffi/bindings.dart';
import '../wire/frame.dart';
import 'registered_function.dart';

/// The Dart functions that scripts of an engine can call by name.
final class FunctionRegistry {
  /// Creates an empty registry for the engine of [_frame].
  FunctionRegistry(this._frame);

  final Frame _frame;
  final Map<String, List<RegisteredFunction>> _byName = {};

  /// The functions that the native side does not know of so far.
  final List<RegisteredFunction> _unpublished = [];

  /// Checks that scripts can call a function by [name].
  ///
  /// Throws an [ArgumentError] if they cannot.
  void checkName(String name) {
    final length = _frame.writeName(name);
    if (rhaiIsUsableName(_frame.engine, length, true)) return;
    throw ArgumentError.value(
      name,
      'name',
      'is not a name that a script can call a function by',
    );
  }

  /// Adds a function in place of those of its name, or beside them if it is an overload.
  ///
  /// Throws an [ArgumentError] if it accepts the same arguments as another one.
  void add(RegisteredFunction function) {
    final others = _byName[function.name] ??= [];
    if (!function.isOverload) others.clear();
    function.checkAgainst(others);
    others.add(function);
    _unpublished.add(function);
  }

  /// Removes the functions in a namespace, which the native side knows to be gone.
  void removeNamespace(String namespace) {
    bool isInIt(String name) => name.startsWith('$namespace::');
    _byName.removeWhere((name, _) => isInIt(name));
    _unpublished.removeWhere((function) => isInIt(function.name));
  }

  /// Tells the native side of new functions. Scripts that start later can call them.
  void publish() {
    if (_unpublished.isEmpty) return;
    for (final function in _unpublished) {
      final parameters = function.register();
      final length = _frame.writeNameAndNumbers(function.name, parameters);
      // Until no script can call it any more: in place of an earlier one, which
      // scripts that run keep calling.
      final id = _frame.objects.addAll([function]);
      rhaiRegisterFunction(
        _frame.engine,
        length,
        id,
        function.arities,
        parameters.length,
        function.isOverload,
      );
    }
    _unpublished.clear();
    _frame.forgetReleased();
  }

  /// Forgets all functions, and with them everything that they captured.
  void clear() {
    _unpublished.clear();
    _byName.clear();
  }
}
