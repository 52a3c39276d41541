/// The engine of a REPL, with all that was declared so far.
library;

import '../../rhai_dart.dart';
import 'permissions.dart';
import 'script_engine.dart';
import 'script_modules.dart';
import 'typed_functions.dart';

/// Evaluates one input after the other, in one scope.
///
/// Rhai's functions belong to the script that declares them. Here later inputs can call them,
/// too: they are registered as functions of Dart that call those of the compiled script. They
/// find no constants of other inputs, as these are in use by the script that calls them.
final class Session {
  /// Creates an empty session, whose inputs may import [_modules], and print by [_onPrint].
  Session(this._permissions, this._modules, this._onPrint);

  final Permissions _permissions;
  final ScriptModules _modules;
  final void Function(String text) _onPrint;
  late ScriptEngine _script = _newEngine();
  late RhaiScope _scope = engine.newScope();

  /// Inputs that declare functions.
  final List<String> _declarations = [];

  /// The values of variables before the input that runs.
  Map<String, Object?> _saved = const {};

  /// The engine, which is another one after [interrupt].
  RhaiEngine get engine => _script.engine;

  /// The variables and constants. One whose value Dart cannot have is a [RhaiException], which
  /// says why.
  Map<String, Object?> get variables => {
    for (final name in _scope.keys) name: _read(name),
  };

  Object? _read(String name) {
    try {
      return _scope.get<Object?>(name);
    } on RhaiException catch (error) {
      return error;
    }
  }

  /// Removes the variables and constants. Functions stay.
  void clear() => _scope.clear();

  /// Makes an engine for inputs, without anything that they declare.
  ScriptEngine _newEngine() =>
      ScriptEngine(_permissions, _modules, onPrint: _onPrint);

  /// Evaluates an input.
  ///
  /// Throws a [RhaiException] if it fails.
  Future<Object?> evaluate(String text) async {
    // Files may have been edited since the last input.
    engine.invalidateModules();
    // Before it is compiled, which can be interrupted, too.
    _saved = variables;
    final script = await engine.compileAsync(text);
    if (script.functions.isNotEmpty) {
      _declarations.add(text);
      _register(script);
    }
    return await script.evalAsync<Object?>(scope: _scope);
  }

  void _register(RhaiScript script) {
    final names = <String>{};
    for (final ScriptFunctionInfo(:name, :parameters) in script.functions) {
      if (parameters.length > maxArity) continue;
      engine.registerFunction(
        name,
        withArity(
          parameters.length,
          (arguments) => script.callAsync<Object?>(name, arguments),
        ),
        overload: !names.add(name),
        parameterNames: parameters,
      );
    }
  }

  /// Ends the input that runs.
  void interrupt() => _script.dispose();

  /// Makes a new engine after [interrupt], with the functions, and with the variables as they
  /// were before the input. Returns the names of those that are lost.
  ///
  /// That are those with functions in them, which belong to an engine, and those that Dart
  /// cannot have.
  Future<List<String>> restore() async {
    _script = _newEngine();
    _scope = engine.newScope();
    final lost = <String>[];
    for (final MapEntry(key: name, :value) in _saved.entries) {
      try {
        value is RhaiException ? lost.add(name) : _scope.set(name, value);
      } on RhaiException {
        lost.add(name);
      }
    }
    for (final text in _declarations) {
      _register(await engine.compileAsync(text));
    }
    return lost;
  }

  /// Frees the engine.
  void dispose() => _script.dispose();
}
