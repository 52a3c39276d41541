/// Drives scripts: runs the Dart functions that they call, and answers them.
library;

import 'dart:async';
import 'dart:ffi';

import '../engine_config.dart';
import '../errors.dart';
import '../ffi/bindings.dart';
import '../ffi/script_function.dart';
import '../wire/frame.dart';
import '../wire/protocol.dart';
import '../wire/returned_functions.dart';
import '../wire/value_limits.dart';
import 'deadlines.dart';
import 'default_functions.dart';
import 'error_writer.dart';
import 'execution.dart';
import 'function_calls.dart';
import 'function_registry.dart';
import 'future_waits.dart';
import 'module_loads.dart';
import 'native_engine.dart';
import 'outcome.dart';
import 'registered_function.dart';
import 'registered_modules.dart';
import 'this_value.dart';
import 'turns.dart';
import 'variables.dart';

final _finalizer = NativeFinalizer(rhaiEngineFinalizer.cast());

/// The result of [ScriptRunner._drive] for an execution that has not ended.
const _parked = Object();

/// One native engine and the scripts that run in it.
///
/// It owns the native memory, and not the engine that users hold. So a script that waits
/// keeps this alive and no more.
final class ScriptRunner implements Finalizable, FunctionOwner, ExecutionOwner {
  /// Makes a native engine.
  ///
  /// Throws an [ArgumentError] if [config] names something that does not exist.
  ScriptRunner(RhaiConfig config) : this._(newEngine(config), config);

  ScriptRunner._(this._engine, RhaiConfig config)
    : _calls = FunctionCalls(config.maxStackDepth),
      _totalTimeouts = Deadlines(config.totalTimeout),
      _sleeps = Sleeps(config.asyncTimeout),
      exposeStackTraces = config.exposeStackTraces {
    _finalizer.attach(
      this,
      _engine.cast(),
      detach: this,
      externalSize: 1 << 16,
    );
    _frame = Frame(_engine, this, ValueLimits(config));
    _waits = FutureWaits(_frame, config.asyncTimeout);
    _moduleLoads = ModuleLoads(_frame, config);
    _frame.objects.addAll(internalFunctions(config, _moduleLoads));
    // Rhai's own `sleep` would block the isolate.
    if (isAllowed('sleep', config)) {
      _functions.add(RegisteredFunction('sleep', _sleeps.sleep));
    }
    try {
      restrict(_frame, config);
    } catch (_) {
      dispose();
      rethrow;
    }
  }

  Pointer<NativeEngine> _engine;

  late final Frame _frame;
  late final FunctionRegistry _functions = FunctionRegistry(_frame);
  late final RegisteredModules _modules = RegisteredModules(_frame, _functions);
  late final Variables _variables = Variables(_frame);
  late final FutureWaits _waits;
  final FunctionCalls _calls;
  final Sleeps _sleeps;
  late final ModuleLoads _moduleLoads;

  /// Deadlines of executions that wait, or let the event loop run.
  final Deadlines _totalTimeouts;

  @override
  final bool exposeStackTraces;

  /// Executions that have made a request and not ended, by their ids.
  final Map<int, Execution> _executions = {};

  /// The number of scripts that wait for a Future.
  int get pendingCount => _waits.count;

  @override
  bool get isDisposed => _engine == nullptr;

  @override
  int get address => _engine.address;

  /// The bytes that scripts have left behind for good.
  int get leakedBytes => rhaiLeakedBytes(_engine);

  /// Registers a function for later executions, in place of those of its name, or beside
  /// them if it is an [overload].
  void registerFunction(
    String name,
    Function function, {
    required bool overload,
  }) {
    _functions
      ..checkName(name)
      ..add(RegisteredFunction(name, function, isOverload: overload));
  }

  /// Replaces a module for later executions.
  void registerModule(String name, Map<String, Object?> members) =>
      _modules.register(name, members);

  /// Sets a variable for later executions.
  void setVariable(String name, Object? value, {required bool constant}) =>
      _variables.set(name, value, constant: constant);

  /// Removes the variables.
  void clearScope() => _variables.clear();

  /// Forgets the text of a module, or of all, and those that are being loaded.
  void invalidateModules(String? path) => _moduleLoads.forget(path);

  /// Analyses a script, like [eval]. The value is an array of [AnalysisField]s.
  Object? analyze(String script, {required bool mayYield}) {
    _functions.publish();
    final length = _frame.writeText(script, 'script');
    final outer = Execution.current;
    final step = rhaiAnalyze(
      _engine,
      length,
      _held(mayYield),
      outer?.owner.address ?? 0,
      outer?.id ?? 0,
    );
    return _start(step, outer, mayYield: mayYield);
  }

  /// Runs a script. Returns its value, or a Future of it if it waits.
  ///
  /// With [mayYield] it also stops every few milliseconds, for the event loop.
  Object? eval(String script, {required bool mayYield}) {
    _functions.publish();
    final length = _frame.writeText(script, 'script');
    final outer = Execution.current;
    final step = rhaiEval(
      _engine,
      length,
      _held(mayYield),
      outer?.owner.address ?? 0,
      outer?.id ?? 0,
    );
    return _start(step, outer, mayYield: mayYield);
  }

  /// The time for which the event loop has been held when a script starts.
  static int _held(bool mayYield) =>
      mayYield ? Turns.start() : EventLoop.unwatched;

  @override
  Object? callFunction(
    ScriptFunction function,
    List<Object?> arguments, {
    required bool mayYield,
  }) {
    writeInput(_frame, arguments, 'args');
    return _startFunction(rhaiCall, function, mayYield: mayYield);
  }

  @override
  Object? callFunctionWith(
    ScriptFunction function,
    Object? thisValue,
    List<Object?> arguments, {
    required bool mayYield,
  }) {
    try {
      writeInput(_frame, [...arguments, thisValue], 'args');
    } on RhaiConversionError {
      // If it was not an argument, the error is to say so.
      writeInput(_frame, thisValue, 'this');
      rethrow;
    }
    final sent = _frame.sent;
    Object? update(Object? ended) {
      final fields = ended! as List<Object?>;
      restoreFunctions(sent, fields);
      updateThis(
        thisValue,
        fields[CallWithField.before],
        fields[CallWithField.after],
      );
      return fields[CallWithField.result];
    }

    Future<Object?> updateLater(Future<Object?> ended) async =>
        update(await ended);

    final ended = _startFunction(rhaiCallWith, function, mayYield: mayYield);
    return ended is Future<Object?> ? updateLater(ended) : update(ended);
  }

  /// Calls a function of a script by [call], with the arguments that were written.
  Object? _startFunction(
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
      outer?.owner.address ?? 0,
      outer?.id ?? 0,
    );
    return _start(step, outer, mayYield: mayYield);
  }

  /// Drives an execution, which was started for [outer], after its first step.
  Object? _start(int step, Execution? outer, {required bool mayYield}) {
    if (step != Step.call && step != Step.pending && step != Step.yielded) {
      return readOutcome(_frame, step, null);
    }
    final execution = Execution(
      this,
      _frame.execution,
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

  /// Runs an execution on, each time that it is woken.
  ///
  /// It is asynchronous, and not a chain of callbacks, so that the stack trace of an error
  /// leads to whoever awaits the script.
  Future<Object?> _continue(Execution execution) async {
    while (true) {
      await execution.wake.future;
      if (isDisposed) throw const RhaiCancelledError();
      final step = rhaiResume(_engine, execution.id, Reply.goOn, Turns.held);
      final result = _drive(execution, step);
      if (!identical(result, _parked)) return result;
    }
  }

  @override
  void release() {
    if (isDisposed) return;
    rhaiDropReleased(_engine);
    _frame.forgetReleased();
  }

  /// Frees the native engine.
  ///
  /// Scripts that wait end with a [RhaiCancelledError]. A script that called the code which
  /// runs now ends when that returns.
  void dispose() {
    if (isDisposed) return;
    _finalizer.detach(this);
    final engine = _engine;
    _engine = nullptr;
    _frame.isClosed = true;
    // No script is running: if one called this, it is suspended.
    rhaiEngineFree(engine);
    _waits.clear();
    _totalTimeouts.clear();
    _sleeps.cancel();
    // Whoever keeps the engine must not keep what its functions captured.
    _functions.clear();
    _moduleLoads.close();
    _frame.objects.clear();
    final stackTrace = StackTrace.current;
    for (final execution in _executions.values) {
      if (!execution.isParked) continue;
      execution
        ..wait = null
        // Its turn may come before that.
        ..isParked = false;
      // Not at once: whoever waits for the script runs when this has returned.
      const error = RhaiCancelledError();
      scheduleMicrotask(() => execution.wake.completeError(error, stackTrace));
    }
    for (final execution in _executions.values) {
      execution.end();
    }
    _executions.clear();
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
            _park(execution);
            _waits.add(execution);
            return _parked;
          case Step.yielded:
            _park(execution);
            Turns.add(execution);
            return _parked;
          default:
            _forget(execution);
            return readOutcome(_frame, step, execution);
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

  /// Whether the called function may return a Future. Code that it starts then runs for
  /// the script, in a zone.
  ///
  /// Making a zone takes a tenth of a short script's time.
  bool _mayReturnFuture() {
    final target = _frame.objects[_frame.function];
    return target is! RegisteredFunction || target.mayReturnFuture;
  }

  Object? _driveInOwnZone(Execution execution, int step) =>
      execution.runInOwnZone(() => _drive(execution, step));

  /// Notes that an execution waits, or lets the event loop run. Its time in all counts
  /// from the first time on.
  void _park(Execution execution) {
    execution.park();
    if (execution.isTimed || _totalTimeouts.timeout == Duration.zero) return;
    execution.isTimed = true;
    _totalTimeouts.add(execution);
  }

  /// Forgets an execution that has ended. Returns whether it was known.
  bool _forget(Execution execution) {
    if (execution.isTimed) _totalTimeouts.remove(execution);
    final wasKnown = _executions.remove(execution.id) != null;
    if (wasKnown) execution.end();
    return wasKnown;
  }

  @override
  void timeOut(Execution execution) {
    if (isDisposed || !_forget(execution)) return;
    _waits.remove(execution);
    execution.isParked = false;
    rhaiCancel(_engine, execution.id);
    _frame.forgetReleased();
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

  /// Runs the Dart function that the script calls, and resumes the script.
  int _call(Execution execution) {
    final target = _frame.objects[_frame.function];
    final function = target is RegisteredFunction
        ? target
        : RegisteredFunction.closure(target! as Function);
    final arguments = _frame.readArguments();
    final Object? result;
    try {
      result = _calls.call(execution, function, arguments);
      if (result is! Future<Object?>) {
        if (isDisposed) throw const RhaiCancelledError();
        _frame.writeValue(result, 'result of ${function.name}');
      }
    } catch (error, stackTrace) {
      if (isDisposed) throw const RhaiCancelledError();
      writeError(
        _frame,
        describeError(execution, error, stackTrace, function.name),
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
}
