import '../ffi/bindings.dart';
import '../rhai_function_info.dart';
import '../wire/frame.dart';
import 'function_info.dart';
import 'registered_function.dart';

/// The Dart functions that scripts of an engine can call by name.
final class FunctionRegistry {
  /// Creates an empty registry for the engine of [_frame].
  FunctionRegistry(this._frame);

  final Frame _frame;
  final Map<String, List<RegisteredFunction>> _byName = {};

  /// The functions that the engine has from the start, by their names. They come back when
  /// those in their place are removed.
  final Map<String, RegisteredFunction> _own = {};

  /// The functions that the native side does not know of so far.
  final List<RegisteredFunction> _unpublished = [];

  /// Registers a function as [name], in place of those of its name, or beside them if it is
  /// an [overload].
  ///
  /// Throws an [ArgumentError] if scripts cannot call it, or if a name or the number of
  /// [parameterNames] is wrong.
  void register(
    String name,
    Function function, {
    required bool overload,
    String? doc,
    List<String>? parameterNames,
  }) {
    checkName(name);
    if (parameterNames != null) _checkParameterNames(parameterNames);
    add(
      RegisteredFunction(
        name,
        function,
        isOverload: overload,
        doc: doc,
        parameterNames: parameterNames,
      ),
    );
  }

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

  /// Checks that functions can have parameters of these names.
  ///
  /// Throws an [ArgumentError] if they cannot.
  void _checkParameterNames(List<String> names) {
    for (final (index, name) in names.indexed) {
      final length = _frame.writeName(name);
      if (rhaiIsUsableName(_frame.engine, length, false) &&
          names.indexOf(name) == index) {
        continue;
      }
      throw ArgumentError.value(
        names,
        'parameterNames',
        '"$name" is not a name for a parameter, or is there twice',
      );
    }
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

  /// Adds a function that the engine has from the start.
  void addOwn(RegisteredFunction function) {
    _own[function.name] = function;
    add(function);
  }

  /// Removes the functions of a name, but none that the engine has from the start. Returns
  /// whether there were some.
  ///
  /// Scripts that run keep calling them.
  bool remove(String name) {
    final own = _own[name];
    final functions = _byName[name];
    if (functions == null || functions.every((other) => other == own)) {
      return false;
    }
    _byName.remove(name);
    _unpublished.removeWhere((function) => function.name == name);
    rhaiUnregisterFunction(_frame.engine, _frame.writeName(name));
    _frame.forgetReleased();
    if (own != null) add(own);
    return true;
  }

  /// Descriptions of all functions, by their names.
  List<RhaiFunctionInfo> describe() => List.unmodifiable([
    for (final name in _byName.keys.toList()..sort())
      ..._byName[name]!.map(describeFunction),
  ]);

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
    _own.clear();
  }
}
