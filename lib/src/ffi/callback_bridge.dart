/// Drives scripts: runs the Dart functions they call and answers them.
library;

import 'dart:async';
import 'dart:convert';
import 'dart:ffi';
import 'dart:io' show stderr;

import '../engine_config.dart';
import '../errors.dart';
import '../function_registry.dart';
import '../script_error.dart';
import 'async_timeouts.dart';
import 'bindings.dart';
import 'value_codec.dart';

final _finalizer = NativeFinalizer(rhaiEngineFinalizer.cast());

/// What an execution that waits returns from [CallbackBridge._drive].
const _parked = Object();

/// One native engine and the scripts that run in it.
///
/// It, and not the engine that users hold, owns the native memory: a script
/// that waits keeps this alive and no more.
final class CallbackBridge implements Finalizable {
  /// Makes a native engine.
  CallbackBridge(RhaiConfig config)
    : this._(
        rhaiEngineNew(
          config.maxOperations,
          config.maxStackDepth,
          config.maxStringLength,
          config.timeoutMs,
          (config.disableFileIo ? 0 : EngineFlags.allowFileIo) |
              (config.disableEval ? 0 : EngineFlags.allowEval) |
              (config.disableModules ? 0 : EngineFlags.allowModules),
        ),
        config,
      );

  CallbackBridge._(this._engine, RhaiConfig config)
    : _codec = ValueCodec(_engine),
      _timeouts = AsyncTimeouts(config.asyncTimeout),
      _runningTime = Duration(milliseconds: config.timeoutMs) {
    _finalizer.attach(
      this,
      _engine.cast(),
      detach: this,
      externalSize: 1 << 16,
    );
    // Rhai formats what these print: `PRINT_FUNCTION` and `DEBUG_FUNCTION` in
    // rust/src/functions.rs are their ids.
    _functions
      ..add('print', (String text) => print(text))
      ..add('debug', _debug)
      ..takeUnregistered();
    // Rhai's own `sleep` would block the isolate.
    _functions.add('sleep', _sleep);
  }

  Pointer<NativeEngine> _engine;
  final ValueCodec _codec;
  final FunctionRegistry _functions = FunctionRegistry();
  final AsyncTimeouts _timeouts;
  final Duration _runningTime;
  final Map<int, _Execution> _executions = {};

  /// Whether [dispose] was called.
  bool get isDisposed => _engine == nullptr;

  /// Registers a function for later executions.
  void registerFunction(String name, Function function) {
    final length = _codec.writeText(name, 'name');
    if (!rhaiIsUsableName(_engine, length, true)) {
      throw ArgumentError.value(
        name,
        'name',
        'is not a name that a script can call a function by',
      );
    }
    _functions.add(name, function);
  }

  /// Sets a variable for later executions.
  void setVariable(String name, Object? value, {required bool constant}) {
    final length = _codec.writeText(name, 'name');
    if (!rhaiIsUsableName(_engine, length, false)) {
      throw ArgumentError.value(name, 'name', 'is not a name for a variable');
    }
    _codec.writeValue(value, name, offset: length);
    // Again: encoding may have run code that used the input.
    _codec.rewriteText(name);
    if (rhaiSetVariable(_engine, length, constant) != 0) {
      throw RhaiFFIError('$name: the native side could not take the value');
    }
  }

  /// Removes the variables.
  void clearScope() => rhaiClearScope(_engine);

  /// Analyses a script: the fields that `rust/src/analysis.rs` lists.
  List<Object?> analyze(String script) {
    _registerFunctions();
    final step = rhaiAnalyze(_engine, _codec.writeText(script, 'script'));
    final result = _result(step, null);
    return result! as List<Object?>;
  }

  /// Runs a script: its value, or a Future of it if it waits.
  Object? eval(String script) {
    if (_functions.hasUnregistered) _registerFunctions();
    final step = rhaiEval(_engine, _codec.writeText(script, 'script'));
    if (step != Step.call && step != Step.pending) return _result(step, null);
    final execution = _Execution(_codec.execution);
    _executions[execution.id] = execution;
    final result = _drive(execution, step);
    return identical(result, _parked) ? execution.completer!.future : result;
  }

  void _registerFunctions() {
    for (final function in _functions.takeUnregistered()) {
      final length = _codec.writeText(function.name, 'name');
      rhaiRegisterFunction(_engine, length, function.id, function.arities);
    }
    if (_executions.isEmpty) _functions.reuseReplaced();
  }

  /// Frees the native engine. Scripts that wait end with a
  /// [RhaiCancelledError]; one that called what is running now ends when that
  /// returns.
  void dispose() {
    if (isDisposed) return;
    _finalizer.detach(this);
    final engine = _engine;
    _engine = nullptr;
    _codec.isClosed = true;
    // No script is running: if one called this, it is suspended.
    rhaiEngineFree(engine);
    _timeouts.clear();
    final waiting = [
      for (final execution in _executions.values)
        if (execution.future != 0) execution,
    ];
    _executions.clear();
    for (final execution in waiting) {
      execution.future = 0;
      execution.completer!.completeError(
        const RhaiCancelledError(),
        StackTrace.current,
      );
    }
  }

  /// Answers the requests of an execution until it ends or waits.
  Object? _drive(_Execution execution, int step) {
    while (true) {
      switch (step) {
        case Step.call:
          step = _call(execution);
        case Step.pending:
          _await(execution);
          return _parked;
        default:
          _executions.remove(execution.id);
          return _result(step, execution);
      }
    }
  }

  /// Reads how a script ended: its value, or throws its error.
  Object? _result(int step, _Execution? execution) => switch (step) {
    Step.done => _codec.readResult(),
    Step.failed => throwScriptError(
      _codec.readResult()! as List<Object?>,
      execution?.errors,
      runningTime: _runningTime,
    ),
    _ => throw const RhaiFFIError('the native side refused the call'),
  };

  /// Runs the Dart function that the script calls, and resumes the script.
  int _call(_Execution execution) {
    final function = _functions[_codec.function];
    final arguments = _codec.readArguments();
    final Object? result;
    try {
      result = function.call(arguments);
      if (result is! Future<Object?>) {
        if (isDisposed) throw const RhaiCancelledError();
        _codec.writeValue(result, 'result of ${function.name}');
      }
    } catch (error, stackTrace) {
      if (isDisposed) throw const RhaiCancelledError();
      _writeError(execution.errors.describe(error, stackTrace));
      return rhaiResume(_engine, execution.id, Reply.error);
    }
    if (result is Future<Object?>) {
      if (isDisposed) {
        result.ignore();
        throw const RhaiCancelledError();
      }
      execution
        ..awaited = result
        ..awaitedFunction = function;
      return rhaiResume(_engine, execution.id, Reply.pending);
    }
    return rhaiResume(_engine, execution.id, Reply.value);
  }

  /// Lets the execution wait for the Future that its call returned.
  void _await(_Execution execution) {
    final result = execution.awaited!;
    final id = _codec.future;
    execution
      ..awaited = null
      ..future = id
      ..completer ??= Completer()
      ..deadline = _timeouts.add(() => _timeOut(execution, id));
    _listen(execution, id, result);
  }

  void _listen(_Execution execution, int id, Future<Object?> result) {
    try {
      result.then(
        (value) => _complete(execution, id, value),
        onError: (Object error, StackTrace stackTrace) =>
            _fail(execution, id, error, stackTrace),
      );
    } catch (error, stackTrace) {
      // A Future of the user's own making.
      _fail(execution, id, error, stackTrace);
    }
  }

  /// Whether an execution still waits for a Future; if so, it ends that.
  bool _stopWaiting(_Execution execution, int id) {
    if (execution.future != id) return false;
    execution.future = 0;
    _timeouts.remove(execution.deadline!);
    return true;
  }

  void _complete(_Execution execution, int id, Object? value) {
    if (execution.future != id) return;
    if (value is Future<Object?>) return _listen(execution, id, value);
    final function = execution.awaitedFunction!;
    try {
      _codec.writeValue(value, 'result of ${function.name}');
    } catch (error, stackTrace) {
      return _fail(execution, id, error, stackTrace);
    }
    // Again: encoding may have run code that disposed the engine.
    if (_stopWaiting(execution, id)) _resume(execution, id, failed: false);
  }

  void _fail(
    _Execution execution,
    int id,
    Object error,
    StackTrace stackTrace,
  ) {
    if (execution.future != id) return;
    // May run code of the error's that disposes the engine.
    final description = execution.errors.describe(error, stackTrace);
    if (!_stopWaiting(execution, id)) return;
    _writeError(description);
    _resume(execution, id, failed: true);
  }

  void _timeOut(_Execution execution, int id) {
    final function = execution.awaitedFunction!;
    execution.zone.run(
      () => _fail(
        execution,
        id,
        asyncTimeoutError(function.name, _timeouts.timeout),
        StackTrace.empty,
      ),
    );
  }

  /// Delivers what slot 0 holds, and runs the script on.
  void _resume(_Execution execution, int id, {required bool failed}) {
    rhaiCompleteFuture(_engine, id, failed);
    final completer = execution.completer!;
    try {
      final step = rhaiResume(_engine, execution.id, Reply.completed);
      final result = _drive(execution, step);
      if (!identical(result, _parked)) completer.complete(result);
    } catch (error, stackTrace) {
      completer.completeError(error, stackTrace);
    }
  }

  /// Writes the description of a Dart function's error to slot 0.
  void _writeError(List<Object?> description) {
    try {
      _codec.writeValue(description, 'error');
    } on RhaiFFIError {
      // A message that is no valid Unicode.
      _codec.writeValue([
        for (final field in description)
          field is String ? _wellFormed(field) : field,
      ], 'error');
    }
  }
}

/// Replaces lone surrogates.
String _wellFormed(String text) => utf8.decode(utf8.encode(text));

/// A script that has called a Dart function and not ended.
final class _Execution {
  _Execution(this.id);

  final int id;

  /// The zone of the `eval` that started it.
  final Zone zone = Zone.current;

  /// The errors of Dart functions that the script may hold.
  late final DartErrors errors = DartErrors();

  /// Completes with the script's value; made when it first waits.
  Completer<dynamic>? completer;

  /// The Future that a call returned, until the execution waits for it.
  Future<Object?>? awaited;

  /// The function that returned it.
  RegisteredFunction? awaitedFunction;

  /// The id of the Future that it waits for; 0 while it does not wait.
  int future = 0;

  /// When the wait times out.
  Deadline? deadline;
}

void _debug(String text, String position) =>
    stderr.writeln(position.isEmpty ? text : '$position | $text');

Future<void> _sleep(num seconds) {
  if (!seconds.isFinite) {
    throw ArgumentError.value(seconds, 'seconds', 'must be finite');
  }
  final microseconds = seconds * Duration.microsecondsPerSecond;
  return Future.delayed(Duration(microseconds: microseconds.round()));
}
