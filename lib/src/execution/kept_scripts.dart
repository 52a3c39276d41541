import 'dart:convert';

import '../analysis_result.dart';
import '../errors.dart';
import '../ffi/kept.dart';
import '../ffi/script_bindings.dart';
import '../records/analysis_record.dart';
import '../wire/frame.dart';
import '../wire/protocol.dart';
import 'function_registry.dart';
import 'outcome.dart';
import 'script_function_calls.dart';
import 'starter.dart';
import 'this_value.dart';

/// A script that was compiled, and the functions that Dart can call by name.
typedef Compiled = ({Kept script, List<ScriptFunctionInfo> functions});

/// A call of a script's function.
typedef NamedCall = ({
  Kept script,

  /// The index of the function in [Compiled.functions].
  int function,
  List<Object?> arguments,

  /// The value that is `this` in the function, if there is one.
  (Object?,)? thisValue,
});

/// Compiles scripts and runs them.
final class KeptScripts {
  /// Compiles scripts for the engine of [_frame], which have the functions of
  /// [_functions].
  KeptScripts(this._frame, this._functions, this._starter);

  final Frame _frame;
  final FunctionRegistry _functions;
  final Starter _starter;

  /// Compiles a script whose [name] is shown in errors. Returns a [Compiled], or a
  /// Future of one.
  ///
  /// Throws an [ArgumentError] if the name is no valid Unicode.
  Object? compile(String source, String name, Waiting waiting) {
    _functions.publish();
    _frame.writeName(name);
    final nameLength = utf8.encode(name).length;
    final length = _frame.writeText('$source$name', 'script') - nameLength;
    final ended = _starter.start(
      (held, outerEngine, outer) => rhaiCompile(
        _frame.engine,
        length,
        nameLength,
        held,
        outerEngine,
        outer,
      ),
      waiting,
    );
    return ended is Future<Object?> ? ended.then(_read) : _read(ended);
  }

  Compiled _read(Object? ended) {
    if (_frame.isClosed) throw const RhaiCancelledError();
    final fields = ended! as List<Object?>;
    final id = fields[CompiledField.script]! as int;
    final functions = fields[CompiledField.functions]! as List<Object?>;
    return (
      script: Kept(rhaiScriptHandle(_frame.engine, id)),
      functions: [
        for (final function in functions)
          readFunction(function! as List<Object?>),
      ],
    );
  }

  /// Runs a text in the scope with an id.
  Object? evalIn(int scope, String script, Waiting waiting) {
    _functions.publish();
    final length = _frame.writeText(script, 'script');
    return _starter.start(
      (held, outerEngine, outer) =>
          rhaiEvalIn(_frame.engine, length, scope, held, outerEngine, outer),
      waiting,
    );
  }

  /// Runs a script, in the scope with an id unless that is 0.
  Object? eval(Kept script, int scope, Waiting waiting) {
    _functions.publish();
    return _starter.start(
      (held, outerEngine, outer) => rhaiEvalScript(
        _frame.engine,
        script.id,
        scope,
        held,
        outerEngine,
        outer,
      ),
      waiting,
    );
  }

  /// Calls a function of a script, which finds the constants of the scope whose id
  /// [scopeId] returns, unless that is 0. It is asked for when the arguments were read.
  Object? call(NamedCall call, int Function() scopeId, Waiting waiting) {
    _starter.checkRoom();
    _functions.publish();
    final (:script, :function, :arguments, :thisValue) = call;
    final withThis = thisValue != null;
    if (withThis) {
      writeWithThis(_frame, arguments, thisValue.$1);
    } else {
      writeArguments(_frame, arguments);
    }
    final sent = _frame.sent;
    // Again: encoding may have run code that disposed it.
    if (script.isReleased) throw StateError('this RhaiScript was disposed');
    final scope = scopeId();
    final ended = _starter.start(
      (held, outerEngine, outer) => rhaiCallScript(
        _frame.engine,
        script.id,
        function,
        withThis,
        scope,
        held,
        outerEngine,
        outer,
      ),
      waiting,
    );
    return withThis ? applyToThis(ended, thisValue.$1, sent) : ended;
  }
}
