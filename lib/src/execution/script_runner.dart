/// Drives scripts: runs the Dart functions they call and answers them.
library;

import 'dart:async';
import 'dart:convert';
import 'dart:ffi';

import '../engine_config.dart';
import '../errors.dart';
import '../ffi/bindings.dart';
import '../ffi/script_function.dart';
import '../records/error_record.dart';
import '../records/place.dart';
import '../wire/frame.dart';
import '../wire/returned_functions.dart';
import '../wire/value_limits.dart';
import 'deadlines.dart';
import 'default_functions.dart';
import 'execution.dart';
import 'future_wait.dart';
import 'native_engine.dart';
import 'registered_function.dart';
import 'this_value.dart';
import 'turns.dart';

final _finalizer = NativeFinalizer(rhaiEngineFinalizer.cast());

/// What [CallbackBridge._drive] returns for an execution that has not ended.
const _parked = Object();

/// One native engine and the scripts that run in it.
///
/// It, and not the engine that users hold, owns the native memory: a script
/// that waits keeps this alive and no more.
final class CallbackBridge implements Finalizable {
  /// Makes a native engine.
  CallbackBridge(RhaiConfig config) : this._(newEngine(config), config);

  CallbackBridge._(this._engine, RhaiConfig config)
    : _timeouts = AsyncTimeouts(config.asyncTimeout),
      _totalTimeouts = AsyncTimeouts(config.totalTimeout),
      _sleeps = Sleeps(config.asyncTimeout),
      exposeStackTraces = config.exposeStackTraces,
      _maxNesting = config.maxStackDepth {
    _finalizer.attach(
      this,
      _engine.cast(),
      detach: this,
      externalSize: 1 << 16,
    );
    _codec = ValueCodec(
      _engine,
      (id, handle, serial, name) =>
          ScriptFunction(this, id, handle, serial, name),
      this,
      ValueLimits(config),
    );
    // `PRINT_FUNCTION` and so on in rust/src/functions.rs are their ids.
    final onDebug = config.onDebug ?? debug;
    _codec.objects.addAll([
      RegisteredFunction('print', config.onPrint ?? print),
      RegisteredFunction(
        'debug',
        (String text, int line, int column) =>
            onDebug(text, positionOf(line, column)),
      ),
      RegisteredFunction('==', equals),
      RegisteredFunction('to_string', describe),
      RegisteredFunction('type_of', typeName),
    ]);
    // Rhai's own `sleep` would block the isolate.
    if (isAllowed('sleep', config)) {
      _register(RegisteredFunction('sleep', _sleeps.sleep));
    }
    try {
      restrict(_engine, _codec, config);
    } catch (_) {
      dispose();
      rethrow;
    }
  }

  Pointer<NativeEngine> _engine;

  late final ValueCodec _codec;

  /// The registered functions by their names.
  final Map<String, List<RegisteredFunction>> _registered = {};

  /// The functions that the native side does not know of so far.
  final List<RegisteredFunction> _unregistered = [];
  final AsyncTimeouts _timeouts;

  /// Names that variables were given: they need not be looked at again.
  final Set<String> _variableNames = {};

  /// When executions that wait must have ended.
  final AsyncTimeouts _totalTimeouts;
  final Sleeps _sleeps;

  /// Whether scripts see the stack traces of Dart functions that fail.
  final bool exposeStackTraces;

  /// How long a script may wait for a Dart function.
  Duration get asyncTimeout => _timeouts.timeout;

  /// How many calls of Dart functions may be on the Dart stack at once.
  final int _maxNesting;
  int _nesting = 0;
  final Map<int, Execution> _executions = {};

  /// How many scripts wait for a Future.
  int pendingCount = 0;

  /// Whether [dispose] was called.
  bool get isDisposed => _engine == nullptr;

  /// The bytes that scripts have left behind for good.
  int get leakedBytes => rhaiLeakedBytes(_engine);

  /// Registers a function for later executions: in place of those of its name, or
  /// beside them if it is an [overload].
  void registerFunction(
    String name,
    Function function, {
    required bool overload,
  }) {
    final length = _codec.writeName(name);
    if (!rhaiIsUsableName(_engine, length, true)) {
      throw ArgumentError.value(
        name,
        'name',
        'is not a name that a script can call a function by',
      );
    }
    _register(RegisteredFunction(name, function, isOverload: overload));
  }

  void _register(RegisteredFunction function) {
    final others = _registered[function.name] ??= [];
    if (!function.isOverload) others.clear();
    function.checkAgainst(others);
    others.add(function);
    _unregistered.add(function);
  }

  /// Sets a variable for later executions.
  void setVariable(String name, Object? value, {required bool constant}) {
    final int length;
    if (_variableNames.contains(name)) {
      length = _codec.writeText(name, 'name');
    } else {
      length = _codec.writeName(name);
      if (!rhaiIsUsableName(_engine, length, false)) {
        throw ArgumentError.value(name, 'name', 'is not a name for a variable');
      }
      _variableNames.add(name);
    }
    _writeInput(value, name, offset: length);
    // Again: encoding may have run code that used the input.
    if (value is! num) _codec.rewriteText(name);
    final step = rhaiSetVariable(_engine, length, constant);
    _codec.forgetReleased();
    if (step != Step.done) _result(step, null);
  }

  /// Writes a value that no script waits for.
  ///
  /// Throws a [RhaiLimitError] or a [RhaiTimeoutError] if it breaks a limit.
  void _writeInput(Object? value, String what, {int offset = 0}) {
    try {
      _codec.writeValue(value, what, offset: offset);
    } on BrokenLimit catch (broken) {
      _result(rhaiValueError(_engine, broken.number), null);
    }
  }

  /// Removes the variables.
  void clearScope() {
    _variableNames.clear();
    rhaiClearScope(_engine);
    _codec.forgetReleased();
  }

  /// Analyses a script, like [eval]: the fields that `rust/src/analysis.rs` lists.
  Object? analyze(String script, {required bool mayYield}) {
    _registerFunctions();
    final length = _codec.writeText(script, 'script');
    final outer = Execution.current;
    final step = rhaiAnalyze(
      _engine,
      length,
      _held(mayYield),
      _engineOf(outer),
      outer?.id ?? 0,
    );
    return _start(step, outer, mayYield: mayYield);
  }

  /// Runs a script: its value, or a Future of it if it waits.
  ///
  /// With [mayYield] it also stops every few milliseconds, for the event loop.
  Object? eval(String script, {required bool mayYield}) {
    if (_unregistered.isNotEmpty) _registerFunctions();
    final length = _codec.writeText(script, 'script');
    final outer = Execution.current;
    final step = rhaiEval(
      _engine,
      length,
      _held(mayYield),
      _engineOf(outer),
      outer?.id ?? 0,
    );
    return _start(step, outer, mayYield: mayYield);
  }

  /// How long the event loop is held when a script starts; negative if that does not
  /// matter to it.
  static int _held(bool mayYield) => mayYield ? Turns.start() : -1;

  static int _engineOf(Execution? execution) =>
      execution == null ? 0 : execution.bridge._engine.address;

  /// Calls a function of a script, like [eval].
  Object? callFunction(
    ScriptFunction function,
    List<Object?> arguments, {
    required bool mayYield,
  }) {
    _writeInput(arguments, 'args');
    return _callFunction(rhaiCall, function, mayYield: mayYield);
  }

  /// Calls a function of a script with a `this`, which is changed to what the function
  /// has made of it.
  Object? callFunctionWith(
    ScriptFunction function,
    Object? thisValue,
    List<Object?> arguments, {
    required bool mayYield,
  }) {
    try {
      _writeInput([...arguments, thisValue], 'args');
    } on RhaiConversionError {
      // If it was not an argument, the error is to say so.
      _writeInput(thisValue, 'this');
      rethrow;
    }
    final sent = _codec.sent;
    Object? update(Object? ended) {
      final all = ended! as List<Object?>;
      restoreFunctions(sent, all);
      final [result, before, after] = all;
      updateThis(thisValue, before, after);
      return result;
    }

    Future<Object?> updateLater(Future<Object?> ended) async =>
        update(await ended);

    final ended = _callFunction(rhaiCallWith, function, mayYield: mayYield);
    return ended is Future<Object?> ? updateLater(ended) : update(ended);
  }

  /// Calls a function of a script, by [call], with what was written.
  Object? _callFunction(
    int Function(Pointer<NativeEngine>, int, int, int, int) call,
    ScriptFunction function, {
    required bool mayYield,
  }) {
    // Again: encoding may have run code that disposed it.
    if (function.isDisposed) throw StateError('this RhaiFunction was disposed');
    final outer = Execution.current;
    final step = call(
      _engine,
      function.id,
      _held(mayYield),
      _engineOf(outer),
      outer?.id ?? 0,
    );
    return _start(step, outer, mayYield: mayYield);
  }

  /// Drives what was started for [outer] to its first step.
  Object? _start(int step, Execution? outer, {required bool mayYield}) {
    if (step != Step.call && step != Step.pending && step != Step.yielded) {
      return _result(step, null);
    }
    final execution = Execution(
      this,
      _codec.execution,
      outer,
      mayYield: mayYield,
    );
    _executions[execution.id] = execution;
    final result = _drive(execution, step);
    return identical(result, _parked)
        // There, every later step of it can call functions.
        ? execution.runInOwnZone(() => _continue(execution))
        : result;
  }

  /// Runs an execution on whenever what it waits for is there.
  ///
  /// Asynchronous, and not a chain of callbacks, so that the stack trace of an
  /// error leads to whoever awaits the script.
  Future<Object?> _continue(Execution execution) async {
    while (true) {
      await execution.wake.future;
      if (isDisposed) throw const RhaiCancelledError();
      final step = rhaiResume(_engine, execution.id, Reply.goOn, Turns.held);
      final result = _drive(execution, step);
      if (!identical(result, _parked)) return result;
    }
  }

  /// Drops what functions of scripts captured that were let go of. (Those that were
  /// garbage collected wait for the engine to be used.)
  void dropReleased() {
    if (isDisposed) return;
    rhaiDropReleased(_engine);
    _codec.forgetReleased();
  }

  void _registerFunctions() {
    for (final function in _unregistered) {
      final parameters = function.register();
      final length = _codec.writeNameAndNumbers(function.name, parameters);
      // Until no script can call it any more: in place of an earlier one, which
      // scripts that run keep calling.
      final id = _codec.objects.addAll([function]);
      rhaiRegisterFunction(
        _engine,
        length,
        id,
        function.arities,
        parameters.length,
        function.isOverload,
      );
    }
    _unregistered.clear();
    _codec.forgetReleased();
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
    _totalTimeouts.clear();
    _sleeps.cancel();
    // Whoever keeps the engine must not keep what its functions captured.
    _unregistered.clear();
    _registered.clear();
    _codec.objects.clear();
    final stackTrace = StackTrace.current;
    for (final execution in _executions.values) {
      if (!execution.isParked) continue;
      execution
        ..wait = null
        // Its turn may come before that.
        ..isParked = false;
      // Not at once: whoever waits for the script runs when this has returned.
      scheduleMicrotask(
        () => execution.wake.completeError(
          const RhaiCancelledError(),
          stackTrace,
        ),
      );
    }
    for (final execution in _executions.values) {
      execution.end();
    }
    _executions.clear();
    pendingCount = 0;
  }

  /// Answers the requests of an execution until it ends or waits.
  Object? _drive(Execution execution, int step) {
    try {
      while (true) {
        switch (step) {
          case Step.call:
            if (!execution.isInOwnZone && _mayReturnFuture()) {
              return _driveInOwnZone(execution, step);
            }
            step = _call(execution);
          case Step.pending:
            _await(execution);
            return _parked;
          case Step.yielded:
            _park(execution);
            Turns.add(execution);
            return _parked;
          default:
            _forget(execution);
            return _result(step, execution);
        }
      }
    } catch (_) {
      // Out of stack or memory in between: the script cannot go on.
      if (_forget(execution) && !isDisposed) {
        rhaiCancel(_engine, execution.id);
      }
      rethrow;
    }
  }

  /// Whether the function that is called may return a Future: what it does later then
  /// runs for the script. Making a zone for that takes a tenth of a short script's time.
  bool _mayReturnFuture() {
    final target = _codec.objects[_codec.function];
    return target is! RegisteredFunction || target.mayReturnFuture;
  }

  Object? _driveInOwnZone(Execution execution, int step) =>
      execution.runInOwnZone(() => _drive(execution, step));

  /// Says that an execution waits, or lets the event loop run; its time in all counts
  /// from then on.
  void _park(Execution execution) {
    execution.park();
    if (execution.isTimed || _totalTimeouts.timeout == Duration.zero) return;
    execution.isTimed = true;
    _totalTimeouts.add(execution);
  }

  /// Takes an execution from those that have not ended. Returns whether it was there.
  bool _forget(Execution execution) {
    if (execution.isTimed) _totalTimeouts.remove(execution);
    final wasThere = _executions.remove(execution.id) != null;
    if (wasThere) execution.end();
    return wasThere;
  }

  /// Ends an execution, which waits, because it took too long in all.
  void timeOut(Execution execution) {
    if (isDisposed || !_forget(execution)) return;
    if (execution.wait case final wait?) {
      pendingCount--;
      _timeouts.remove(wait);
      wait.end();
      execution.wait = null;
    }
    execution.isParked = false;
    rhaiCancel(_engine, execution.id);
    _codec.forgetReleased();
    final limit = _totalTimeouts.timeout;
    execution.wake.completeError(
      RhaiTimeoutError(
        'the script took longer than its limit of '
        '${limit.inMilliseconds} ms in all (RhaiConfig.totalTimeout)',
        timeout: limit,
      ),
      StackTrace.empty,
    );
  }

  /// Reads how a script ended: its value, or throws its error.
  Object? _result(int step, Execution? execution) => switch (step) {
    Step.done => _codec.readResult(),
    Step.failed => throwScriptError(
      _codec.readResult()! as List<Object?>,
      execution?.errors,
    ),
    _ => throw const RhaiFFIError('the native side refused the call'),
  };

  /// Runs the Dart function that the script calls, and resumes the script.
  int _call(Execution execution) {
    final target = _codec.objects[_codec.function];
    final function = target is RegisteredFunction
        ? target
        : RegisteredFunction.closure(target! as Function);
    final arguments = _codec.readArguments();
    final Object? result;
    try {
      result = _callNested(execution, function, arguments);
      if (result is! Future<Object?>) {
        if (isDisposed) throw const RhaiCancelledError();
        _codec.writeValue(result, 'result of ${function.name}');
      }
    } catch (error, stackTrace) {
      if (isDisposed) throw const RhaiCancelledError();
      _writeError(
        error is BrokenLimit
            ? _describeLimit(error)
            : execution.errors.describe(error, stackTrace, function.name),
      );
      return rhaiResume(_engine, execution.id, Reply.error, 0);
    }
    if (result is Future<Object?>) {
      if (isDisposed) {
        result.ignore();
        throw const RhaiCancelledError();
      }
      execution.returned = (function, result);
      return rhaiResume(_engine, execution.id, Reply.pending, 0);
    }
    return rhaiResume(_engine, execution.id, Reply.value, 0);
  }

  /// Calls a function, which may run scripts that call functions again.
  Object? _callNested(
    Execution execution,
    RegisteredFunction function,
    List<Object?> arguments,
  ) {
    if (_maxNesting > 0 && _nesting >= _maxNesting) {
      throw RhaiRuntimeError(
        'scripts that Dart functions run are nested too deeply: '
        'the limit is $_maxNesting (RhaiConfig.maxStackDepth)',
      );
    }
    _nesting++;
    final caller = Execution.calling;
    Execution.calling = execution;
    try {
      return function.call(arguments);
    } finally {
      Execution.calling = caller;
      _nesting--;
    }
  }

  /// Lets the execution wait for the Future that its call returned.
  void _await(Execution execution) {
    final (function, result) = execution.returned!;
    final wait = FutureWait(this, execution, function, _codec.future);
    execution
      ..returned = null
      ..wait = wait;
    _park(execution);
    pendingCount++;
    _timeouts.add(wait);
    wait.listen(result);
  }

  /// Ends a wait with a value.
  void complete(FutureWait wait, Object? value) {
    try {
      _codec.writeValue(value, 'result of ${wait.function.name}');
    } catch (error, stackTrace) {
      return fail(wait, error, stackTrace);
    }
    // Again: encoding may have run code that disposed the engine.
    if (wait.isOver) return;
    _deliver(wait, failed: false);
  }

  /// Ends a wait with an error.
  void fail(FutureWait wait, Object error, StackTrace stackTrace) {
    if (wait.isOver) return;
    // May run code of the error's that disposes the engine.
    final description = error is BrokenLimit
        ? _describeLimit(error)
        : wait.execution.errors.describe(error, stackTrace, wait.function.name);
    if (wait.isOver) return;
    _writeError(description);
    _deliver(wait, failed: true);
  }

  /// Delivers what slot 0 holds, and runs the script on.
  void _deliver(FutureWait wait, {required bool failed}) {
    pendingCount--;
    _timeouts.remove(wait);
    wait.end();
    rhaiCompleteFuture(_engine, wait.future, failed);
    wait.execution
      ..wait = null
      ..goOn();
  }

  /// What ends a script that was to get too large a value: `BROKEN_LIMIT` in
  /// rust/src/functions.rs.
  static List<Object?> _describeLimit(BrokenLimit broken) => [
    -4,
    broken.number,
  ];

  /// Writes the description of a Dart function's error to slot 0.
  void _writeError(List<Object?> description) {
    try {
      _codec.writeValue(description, 'error');
    } on BrokenLimit catch (broken) {
      // Not even the error has room.
      _codec.writeValue(_describeLimit(broken), 'error');
    } on RhaiConversionError {
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
