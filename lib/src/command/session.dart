/// The engine of a REPL, with all that was declared so far.
library;

import '../../rhai_dart.dart';
import 'permissions.dart';
import 'script_engine.dart';
import 'typed_functions.dart';

/// Evaluates one input after the other, in one scope.
///
/// Rhai's functions belong to the script that declares them. Here later inputs can call them,
/// too: they are registered as functions of Dart that call those of the compiled script. They
/// find no constants of other inputs, as these are in use by the script that calls them.
final class Session {
  /// Creates an empty session.
  Session(this._permissions);

  final Permissions _permissions;
  late ScriptEngine _script = ScriptEngine(_permissions);
  late RhaiScope _scope = engine.newScope();

  /// Inputs that declare functions.
  final List<String> _declarations = [];

  /// The values of variables before the input that runs.
  Map<String, Object?> _saved = const {};

  /// The engine, which is another one after [interrupt].
  RhaiEngine get engine => _script.engine;

  /// The variables and constants.
  Map<String, Object?> get variables => {
    for (final name in _scope.keys) name: _scope.get<Object?>(name),
  };

  /// Evaluates an input.
  ///
  /// Throws a [RhaiException] if it fails.
  Future<Object?> evaluate(String text) async {
    final script = await engine.compileAsync(text);
    _saved = variables;
    if (script.functions.isNotEmpty) {
      _declarations.add(text);
      _register(script);
    }
    return await script.evalAsync<Object?>(scope: _scope);
  }

  void _register(RhaiScript script) {
    final names = <String>{};
    for (final ScriptFunctionInfo(:name, :parameters) in script.functions) {
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
  /// That are those with functions in them, which belong to an engine.
  Future<List<String>> restore() async {
    _script = ScriptEngine(_permissions);
    _scope = engine.newScope();
    final lost = <String>[];
    for (final MapEntry(key: name, :value) in _saved.entries) {
      try {
        _scope.set(name, value);
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
