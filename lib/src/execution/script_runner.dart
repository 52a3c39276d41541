/// Drives scripts: runs the Dart functions that they call, and answers them.
library;

import 'dart:async';
import 'dart:ffi';

import '../engine_config.dart';
import '../errors.dart';
import '../ffi/bindings.dart';
import '../ffi/script_function.dart';
import '../parameters/member_error.dart';
import '../records/error_record.dart' show unnamedFunction;
import '../wire/frame.dart';
import '../wire/protocol.dart';
import '../wire/value_limits.dart';
import 'dart_type.dart';
import 'deadlines.dart';
import 'default_functions.dart';
import 'error_writer.dart';
import 'execution.dart';
import 'function_calls.dart';
import 'function_registry.dart';
import 'future_wait.dart';
import 'future_waits.dart';
import 'kept_scripts.dart';
import 'member_call.dart';
import 'module_loads.dart';
import 'native_engine.dart';
import 'outcome.dart';
import 'parallel_calls.dart';
import 'registered_function.dart';
import 'registered_modules.dart';
import 'scopes.dart';
import 'script_function_calls.dart';
import 'starter.dart';
import 'type_registry.dart';
import 'turns.dart';
import 'variables.dart';

final _finalizer = NativeFinalizer(rhaiEngineFinalizer.cast());

/// The result of [ScriptRunner._drive] for an execution that has not ended.
const _parked = Object();

/// One native engine and the scripts that run in it.
///
/// It owns the native memory, and not the engine that users hold. So a script that waits
/// keeps this alive and no more.
final class ScriptRunner
    implements
        Finalizable,
        FunctionOwner,
        ExecutionOwner,
        Starter,
        ParallelOwner {
  /// Makes a native engine.
  ///
  /// Throws an [ArgumentError] if [config] names something that does not exist.
  ScriptRunner(RhaiConfig config) : this._(newEngine(config), config);

  ScriptRunner._(this._engine, RhaiConfig config)
    : _dartCalls = FunctionCalls(config.maxStackDepth),
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
    _frame.objects.addAll(
      internalFunctions(config, _types, _moduleLoads, _parallel),
    );
    // Rhai's own `sleep` would block the isolate.
    if (isAllowed('sleep', config)) {
      _functions.addOwn(sleepFunction(_sleeps));
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
  late final FunctionRegistry _functions = FunctionRegistry(_frame, _types);
  late final RegisteredModules _modules = RegisteredModules(_frame, _functions);
  final TypeRegistry _types = TypeRegistry();
  late final Variables _variables = Variables(_frame);
  late final FutureWaits _waits;
  final FunctionCalls _dartCalls;
  late final ScriptFunctionCalls _calls = ScriptFunctionCalls(_frame, this);
  final Sleeps _sleeps;
  late final ModuleLoads _moduleLoads;

  /// Deadlines of executions that wait, or let the event loop run.
  final Deadlines _totalTimeouts;

  @override
  final bool exposeStackTraces;

  /// Executions that have made a request and not ended, by their ids.
  final Map<int, Execution> _executions = {};

  /// The scripts that are compiled once.
  late final KeptScripts scripts = KeptScripts(_frame, _functions, this);

  /// The scopes of the engine.
  late final Scopes scopes = Scopes(_frame, _variables, this);

  /// The number of scripts that wait for a Future.
  int get pendingCount => _waits.count;

  @override
  bool get isDisposed => _engine == nullptr;

  @override
  int get address => _engine.address;

  /// The bytes that scripts have left behind for good.
  int get leakedBytes => rhaiLeakedBytes(_engine);

  /// The functions that later executions can call.
  FunctionRegistry get functions => _functions;

  /// Registers a type for later executions, with functions that make its objects, by their
  /// names.
  void registerType(DartType type, Map<String, Function> constructors) =>
      _functions.addType(type, constructors);

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
  Object? analyze(String script, Waiting waiting) {
    _functions.publish();
    final length = _frame.writeText(script, 'script');
    return start(
      (held, outerEngine, outer) =>
          rhaiAnalyze(_engine, length, held, outerEngine, outer),
      waiting,
    );
  }

  /// Runs a script. Returns its value, or a Future of it if it waits.
  ///
  /// If it may yield, it also stops every few milliseconds, for the event loop.
  Object? eval(String script, Waiting waiting) {
    _functions.publish();
    final length = _frame.writeText(script, 'script');
    final outer = Execution.current;
    final step = rhaiEval(
      _engine,
      length,
      _held(waiting),
      outer?.owner.address ?? 0,
      outer?.id ?? 0,
    );
    return _start(step, outer, waiting);
  }

  /// The time for which the event loop has been held when a script starts.
  static int _held(Waiting waiting) =>
      waiting == Waiting.mayYield ? Turns.start() : EventLoop.unwatched;

  @override
  Object? callFunction(
    ScriptFunction function,
    List<Object?> arguments, {
    required bool mayYield,
  }) => _calls.call(function, arguments, mayYield: mayYield);

  @override
  Object? callFunctionWith(
    ScriptFunction function,
    Object? thisValue,
    List<Object?> arguments, {
    required bool mayYield,
  }) => _calls.callWith(function, thisValue, arguments, mayYield: mayYield);

  @override
  Object? start(NativeStart native, Waiting waiting) {
    final outer = Execution.current;
    final step = native(
      _held(waiting),
      outer?.owner.address ?? 0,
      outer?.id ?? 0,
    );
    return _start(step, outer, waiting);
  }

  /// Makes [count] calls of the script that calls this, at most [max] of them at once.
  Future<void>? _parallel(int count, int max) =>
      ParallelCalls(this, Execution.calling!, count, max).run();

  @override
  Object? startChild(Execution parent) {
    if (isDisposed) throw const RhaiCancelledError();
    final waiting = parent.mayYield ? Waiting.mayYield : Waiting.ifNeeded;
    final step = rhaiStartChild(_engine, parent.id, _held(waiting));
    return _start(step, parent, waiting, parent: parent);
  }

  @override
  void endChildren(Execution parent) {
    final children = parent.children;
    if (children == null) return;
    parent.children = null;
    children.forEach(_cancel);
  }

  /// Drives an execution, which was started for [outer], after its first step.
  Object? _start(
    int step,
    Execution? outer,
    Waiting waiting, {
    Execution? parent,
  }) {
    if (step != Step.call && step != Step.pending && step != Step.yielded) {
      return readOutcome(_frame, step, null);
    }
    final execution = Execution(
      this,
      _frame.execution,
      outer,
      mayYield: waiting == Waiting.mayYield,
      parent: parent,
    );
    _executions[execution.id] = execution;
    final result = _drive(execution, step);
    if (!identical(result, _parked)) return result;
    if (waiting == Waiting.never) _refuseToWait(execution);
    // There, every later step of it can call functions.
    return execution.runInOwnZone(() => _continue(execution));
  }

  /// Ends an execution that waits for a Future, and must not.
  Never _refuseToWait(Execution execution) {
    final name = (execution.wait! as FutureWait).function.name;
    _cancel(execution);
    throw RhaiCancelledError(
      'the script has to wait for $name, which returns a Future (use '
      'evalAsync, or callAsync for a call)',
    );
  }

  /// Ends an execution that is parked. Returns whether it was known.
  bool _cancel(Execution execution) {
    if (isDisposed || !_forget(execution)) return false;
    _waits.remove(execution);
    execution.isParked = false;
    rhaiCancel(_engine, execution.id);
    _frame.forgetReleased();
    return true;
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
    _types.clear();
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
            // Now: the zone of a user's may run scripts when a timer is made.
            final future = _frame.future;
            _park(execution);
            _waits.add(execution, future);
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
      // Out of stack or memory in between, or a zone makes no timers: the script cannot
      // go on.
      if (_forget(execution) && !isDisposed) {
        _waits.remove(execution);
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
    return switch (target) {
      RegisteredFunction(:final mayReturnFuture) ||
      MemberCall(:final mayReturnFuture) => mayReturnFuture,
      _ => true,
    };
  }

  Object? _driveInOwnZone(Execution execution, int step) =>
      execution.runInOwnZone(() => _drive(execution, step));

  /// Notes that an execution waits, or lets the event loop run. Its time in all counts
  /// from the first time on.
  void _park(Execution execution) {
    execution.park();
    if (execution.isTimed || _totalTimeouts.timeout == Duration.zero) return;
    // The script that it is a part of waits, too.
    if (execution.parent != null) return;
    execution.isTimed = true;
    _totalTimeouts.add(execution);
  }

  /// Forgets an execution that has ended, and ends the calls that it makes. Returns whether it
  /// was known.
  bool _forget(Execution execution) {
    if (execution.isTimed) _totalTimeouts.remove(execution);
    endChildren(execution);
    execution.parent?.children?.remove(execution);
    final wasKnown = _executions.remove(execution.id) != null;
    if (wasKnown) execution.end();
    return wasKnown;
  }

  @override
  void timeOut(Execution execution) {
    if (!_cancel(execution)) return;
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
    final arguments = _frame.readArguments();
    final RegisteredFunction function;
    final Object? result;
    var name = unnamedFunction;
    try {
      function = switch (target) {
        final RegisteredFunction function => function,
        final MemberCall member => member.find(arguments),
        _ => RegisteredFunction.closure(target! as Function),
      };
      name = function.name;
      result = _dartCalls.call(execution, function, arguments);
      if (result is! Future<Object?>) {
        if (isDisposed) throw const RhaiCancelledError();
        _frame.writeValue(result, function.resultName);
      }
    } catch (error, stackTrace) {
      if (isDisposed) throw const RhaiCancelledError();
      writeError(
        _frame,
        describeError(
          execution,
          error,
          stackTrace,
          error is MemberError ? error.name : name,
        ),
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
