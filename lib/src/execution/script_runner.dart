/// Drives scripts: runs the Dart functions that they call, and answers them.
library;

import 'dart:async';
import 'dart:ffi';

import '../engine_config.dart';
import '../errors.dart';
import '../ffi/bindings.dart';
import '../ffi/script_function.dart';
import '../rhai_stats.dart';
import '../wire/frame.dart';
import '../wire/object_table.dart';
import '../wire/protocol.dart';
import '../wire/value_limits.dart';
import 'dart_type.dart';
import 'default_functions.dart';
import 'engine_stats.dart';
import 'execution.dart';
import 'executions.dart';
import 'function_calls.dart';
import 'function_registry.dart';
import 'future_wait.dart';
import 'future_waits.dart';
import 'kept_scripts.dart';
import 'module_loads.dart';
import 'native_engine.dart';
import 'outcome.dart';
import 'parallel_calls.dart';
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
  ScriptRunner(RhaiConfig config)
    : this._(newEngine(config), config, ObjectTable(), 1 << 16, null);

  ScriptRunner._(
    this._engine,
    this._config,
    ObjectTable objects,
    int size,
    ScriptRunner? original,
  ) : _executions = Executions(_config),
      _sleeps = Sleeps(_config.asyncTimeout) {
    _finalizer.attach(this, _engine.cast(), detach: this, externalSize: size);
    _frame = Frame(_engine, this, ValueLimits(_config), objects);
    _dartCalls = FunctionCalls(
      _frame,
      _config.maxStackDepth,
      original?._dartCalls,
    );
    _waits = FutureWaits(_frame, _config.asyncTimeout);
    _moduleLoads = ModuleLoads(_frame, _config);
    objects.setInternal(
      internalFunctions(_config, _types, _moduleLoads, _parallel),
    );
    if (original != null) _takeOver(original);
    // Rhai's own `sleep` would block the isolate.
    _functions.setOwn(sleepFunction, isThere: isAllowed('sleep', _config));
    if (original != null && isRestrictedAlike(_config, original._config)) {
      return;
    }
    try {
      restrict(_frame, _config);
    } catch (_) {
      dispose();
      rethrow;
    }
  }

  /// Makes an engine with [config], or the same configuration, that begins with what this one
  /// has.
  ///
  /// Throws a [RhaiConversionError] if a variable or a constant holds a function of a script,
  /// and an [ArgumentError] if [config] names something that does not exist.
  ScriptRunner fork(RhaiConfig? config) {
    _variables.held.check();
    _modules.held.check();
    // They have everything in common that is known to the native side.
    _functions.publish();
    final wanted = config ?? _config;
    final engine = forkEngine(_engine, wanted, inheritedBy(wanted, _config));
    return ScriptRunner._(engine, wanted, _frame.objects.fork(), 1 << 12, this);
  }

  void _takeOver(ScriptRunner original) {
    _types.takeOver(original._types);
    _functions.takeOver(original._functions);
    _variables.takeOver(original._variables);
  }

  Pointer<NativeEngine> _engine;
  final RhaiConfig _config;

  late final Frame _frame;
  late final FunctionRegistry _functions = FunctionRegistry(_frame, _types);
  late final RegisteredModules _modules = RegisteredModules(_frame, _functions);
  final TypeRegistry _types = TypeRegistry();
  late final Variables _variables = Variables(_frame);
  late final FutureWaits _waits;
  late final FunctionCalls _dartCalls;
  late final ScriptFunctionCalls _calls = ScriptFunctionCalls(_frame, this);
  final Sleeps _sleeps;
  late final ModuleLoads _moduleLoads;

  @override
  bool get exposeStackTraces => _config.exposeStackTraces;

  @override
  Future<void> sleep(num seconds) => _sleeps.sleep(seconds);

  final Executions _executions;

  late final EngineStats _stats = EngineStats(
    _frame,
    _executions,
    _dartCalls,
    _waits,
  );

  /// The scripts that are compiled once.
  late final KeptScripts scripts = KeptScripts(_frame, _functions, this);

  /// The scopes of the engine.
  late final Scopes scopes = Scopes(_frame, _variables, this);

  /// The number of scripts that wait for a Future.
  int get pendingCount => _waits.count;

  /// The numbers of the engine, also after it was disposed.
  RhaiStats get stats => _stats.read();

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

  /// Analyses a script, like [eval], for the scope with an id unless that is 0. The value is an
  /// array of [AnalysisField]s.
  Object? analyze(String script, int scope, Waiting waiting) {
    _functions.publish();
    final length = _frame.writeText(script, 'script');
    return start(
      (held, outerEngine, outer) =>
          rhaiAnalyze(_engine, length, scope, held, outerEngine, outer),
      waiting,
    );
  }

  /// Runs a script. Returns its value, or a Future of it if it waits.
  ///
  /// If it may yield, it also stops every half a millisecond, for the event loop.
  Object? eval(String script, Waiting waiting) {
    _functions.publish();
    final length = _frame.writeText(script, 'script');
    _executions.begin();
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
  void checkRoom() => _executions.checkRoom();

  @override
  Object? read(NativeStart native) {
    final outer = Execution.current;
    final engine = outer?.owner.address ?? 0;
    final step = native(EventLoop.unwatched, engine, outer?.id ?? 0);
    return readOutcome(_frame, step, null);
  }

  @override
  Object? start(NativeStart native, Waiting waiting) {
    _executions.begin();
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
      return _end(step, null, counts: parent == null);
    }
    final execution = Execution(
      this,
      _frame.execution,
      outer,
      mayYield: waiting == Waiting.mayYield,
      parent: parent,
    );
    _executions.add(execution);
    final result = _drive(execution, step);
    if (!identical(result, _parked)) return result;
    if (waiting == Waiting.never) _refuseToWait(execution);
    // There, every later step of it can call functions.
    return execution.runInOwnZone(() => _continue(execution));
  }

  /// Ends an execution that waits for a Future, and must not.
  Never _refuseToWait(Execution execution) {
    final name = (execution.wait! as FutureWait).function.name;
    if (_cancel(execution)) _executions.noteEnd(RhaiEnding.cancelledError);
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
      final step = rhaiResume(_engine, execution.id, Reply.goOn, Turns.goOn());
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
    _stats.close();
    final engine = _engine;
    _engine = nullptr;
    _frame.isClosed = true;
    // No script is running: if one called this, it is suspended.
    rhaiEngineEnd(engine);
    // What no other engine needs.
    _frame.forgetReleased();
    rhaiEngineFree(engine);
    _waits.clear();
    _sleeps.cancel();
    // Whoever keeps the engine must not keep what its functions captured.
    _functions.clear();
    _types.clear();
    _moduleLoads.close();
    _frame.objects.close();
    _executions.cancelAll();
  }

  /// Answers the requests of an execution until it ends or waits.
  Object? _drive(Execution execution, int step) {
    try {
      while (true) {
        switch (step) {
          case Step.call:
            if (!execution.isInOwnZone && _dartCalls.mayReturnFuture()) {
              return _driveInOwnZone(execution, step);
            }
            step = _dartCalls.answer(execution);
          case Step.pending:
            // Now: the zone of a user's may run scripts when a timer is made.
            final future = _frame.future;
            _executions.park(execution);
            _waits.add(execution, future);
            return _parked;
          case Step.yielded:
            _executions.park(execution);
            Turns.add(execution);
            return _parked;
          default:
            _forget(execution);
            return _end(step, execution, counts: execution.parent == null);
        }
      }
    } catch (error) {
      // Out of stack or memory in between, or a zone makes no timers: the script cannot
      // go on.
      if (_cancel(execution) && execution.parent == null) {
        _executions.noteError(error);
      }
      rethrow;
    }
  }

  /// Reads how an execution has ended. Returns its value, or throws its error.
  Object? _end(int step, Execution? execution, {required bool counts}) {
    final Object? value;
    try {
      value = readOutcome(_frame, step, execution);
    } catch (error) {
      if (counts) _executions.noteError(error);
      rethrow;
    }
    if (counts) _executions.noteEnd(RhaiEnding.value);
    return value;
  }

  Object? _driveInOwnZone(Execution execution, int step) =>
      execution.runInOwnZone(() => _drive(execution, step));

  /// Forgets an execution that has ended, and ends the calls that it makes. Returns whether it
  /// was known.
  bool _forget(Execution execution) {
    endChildren(execution);
    return _executions.remove(execution);
  }

  @override
  void timeOut(Execution execution) {
    if (_cancel(execution)) _executions.failForTime(execution);
  }
}
