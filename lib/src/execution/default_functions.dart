/// The Dart functions that every engine has, beside those of Rhai.
library;

import 'dart:async';
import 'dart:io' show stderr;

import '../engine_config.dart';
import '../records/place.dart';
import '../rhai_function_info.dart';
import '../rhai_position.dart';
import '../wire/protocol.dart';
import 'execution.dart';
import 'module_loads.dart';
import 'registered_function.dart';
import 'type_registry.dart';

/// The functions that the native side calls by a [FunctionId], in the order of these.
///
/// [parallel] drives a number of calls, so many of them at once.
List<RegisteredFunction> internalFunctions(
  RhaiConfig config,
  TypeRegistry types,
  ModuleLoads modules,
  Future<void>? Function(int count, int max) parallel,
) {
  final onDebug = config.onDebug ?? _debug;
  final functions = {
    FunctionId.print: RegisteredFunction('print', config.onPrint ?? print),
    FunctionId.debug: RegisteredFunction(
      'debug',
      (String text, int line, int column) =>
          onDebug(text, positionOf(line, column)),
    ),
    FunctionId.equals: RegisteredFunction('==', types.areEqual),
    FunctionId.describe: RegisteredFunction('to_string', _describe),
    FunctionId.typeName: RegisteredFunction('type_of', types.nameOf),
    FunctionId.parallel: RegisteredFunction(
      'parallel',
      parallel,
      isTimed: false,
    ),
    FunctionId.iterate: RegisteredFunction('the iterator', types.iterate),
    FunctionId.next: RegisteredFunction('the iterator', _next),
    FunctionId.loadModule: RegisteredFunction('moduleLoader', modules.load),
  };
  return [for (var id = 0; id < functions.length; id++) functions[id]!];
}

/// Writes to standard error.
void _debug(String text, RhaiPosition position) =>
    stderr.writeln(position.line == null ? text : '$position | $text');

String _describe(Object? object) => object.toString();

Object? _next(Object? iteration) => (iteration! as Iteration).next();

/// The function that scripts call to sleep. Rhai's own would block the isolate.
final sleepFunction = RegisteredFunction(
  'sleep',
  // Of the engine whose script calls it: others may have the same function.
  (num seconds) => Execution.calling!.owner.sleep(seconds),
  doc: 'Waits for a number of seconds.',
  parameterNames: const ['seconds'],
  origin: RhaiFunctionOrigin.engine,
);

/// The `sleep` of an engine's scripts.
final class Sleeps {
  /// Creates it for scripts that wait for [_timeout] at most, or without limit if that is
  /// zero.
  Sleeps(this._timeout);

  final Duration _timeout;
  final Set<Timer> _timers = {};

  /// Waits for a number of [seconds].
  ///
  /// Throws an [ArgumentError] if that is not finite.
  Future<void> sleep(num seconds) {
    if (!seconds.isFinite) {
      throw ArgumentError.value(seconds, 'seconds', 'must be finite');
    }
    // A timer keeps a program from exiting: none may outlive the wait by much.
    final longest = _timeout == Duration.zero
        ? RhaiConfig.maxAsyncTimeout
        : _timeout + const Duration(milliseconds: 100);
    final microseconds = (seconds.toDouble() * Duration.microsecondsPerSecond)
        .clamp(0, longest.inMicroseconds)
        .round();
    final completer = Completer<void>();
    late final Timer timer;
    timer = Timer(Duration(microseconds: microseconds), () {
      _timers.remove(timer);
      completer.complete();
    });
    _timers.add(timer);
    return completer.future;
  }

  /// Cancels all timers. Whoever waits for them waits for ever.
  void cancel() {
    for (final timer in _timers) {
      timer.cancel();
    }
    _timers.clear();
  }
}
