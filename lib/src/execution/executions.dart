import 'dart:async';

import '../engine_config.dart';
import '../errors.dart';
import '../rhai_limit.dart';
import '../rhai_stats.dart';
import 'deadlines.dart';
import 'execution.dart';

/// The executions of an engine: those under way, and how many have started and ended.
///
/// One that makes no request ends before any other code of Dart runs. So those under way are
/// those that have made one, whenever somebody looks. The calls of `parallel` are part of the
/// execution that makes them, and do not count.
final class Executions {
  /// Creates it for an engine with the limits of [config].
  Executions(RhaiConfig config)
    : _max = config.maxWaiting,
      _totalTimeouts = Deadlines(config.totalTimeout);

  final int _max;

  /// Deadlines of executions that wait, or let the event loop run.
  final Deadlines _totalTimeouts;

  /// Executions that have made a request and not ended, by their ids.
  final Map<int, Execution> _known = {};

  /// How many of them are calls of `parallel`.
  int _calls = 0;

  final List<int> _endings = List.filled(RhaiEnding.values.length, 0);

  /// How many have started.
  int get started => _started;
  int _started = 0;

  /// How many did not start, as there was no room.
  int get refused => _refused;
  int _refused = 0;

  /// How many have started and not ended.
  int get underWay => _known.length - _calls;

  /// How many have ended, by how they did.
  Map<RhaiEnding, int> get endings => {
    for (final ending in RhaiEnding.values) ending: _endings[ending.index],
  };

  /// The longest time of an execution in all; zero if there is no limit.
  Duration get totalTimeout => _totalTimeouts.timeout;

  /// Throws a [RhaiLimitError] if no other execution may be under way.
  void checkRoom() {
    if (_max == 0 || underWay < _max) return;
    _refused++;
    throw RhaiLimitError(
      'too many scripts are under way at once: the limit is $_max, so wait until one '
      'has ended (RhaiConfig.maxWaiting)',
      limit: RhaiLimit.waiting,
      value: _max,
    );
  }

  /// Notes that an execution starts.
  ///
  /// Throws what [checkRoom] throws.
  void begin() {
    checkRoom();
    _started++;
  }

  /// Adds an execution, which has made its first request.
  void add(Execution execution) {
    _known[execution.id] = execution;
    if (execution.parent != null) _calls++;
  }

  /// Notes that an execution waits, or lets the event loop run. Its time in all counts
  /// from the first time on.
  void park(Execution execution) {
    execution.park();
    if (execution.isTimed || totalTimeout == Duration.zero) return;
    // The script that it is a part of waits, too.
    if (execution.parent != null) return;
    execution.isTimed = true;
    _totalTimeouts.add(execution);
  }

  /// Forgets an execution that has ended. Returns whether it was known.
  bool remove(Execution execution) {
    if (execution.isTimed) _totalTimeouts.remove(execution);
    final parent = execution.parent;
    parent?.children?.remove(execution);
    if (_known.remove(execution.id) == null) return false;
    if (parent != null) _calls--;
    execution.end();
    return true;
  }

  /// Counts an execution that has ended.
  void noteEnd(RhaiEnding ending) => _endings[ending.index]++;

  /// Counts an execution that has ended with [error].
  void noteError(Object error) => noteEnd(switch (error) {
    RhaiSyntaxError() => RhaiEnding.syntaxError,
    RhaiLimitError() => RhaiEnding.limitError,
    RhaiTimeoutError() => RhaiEnding.timeoutError,
    RhaiCancelledError() => RhaiEnding.cancelledError,
    RhaiChannelClosedError() => RhaiEnding.channelClosedError,
    RhaiRuntimeError() => RhaiEnding.runtimeError,
    RhaiConversionError() => RhaiEnding.conversionError,
    _ => RhaiEnding.otherError,
  });

  /// Ends an execution that was parked, because it took too long in all.
  void failForTime(Execution execution) {
    noteEnd(RhaiEnding.timeoutError);
    execution.wake.completeError(
      RhaiTimeoutError(
        'the script took longer than its limit of '
        '${totalTimeout.inMilliseconds} ms in all (RhaiConfig.totalTimeout)',
        timeout: totalTimeout,
      ),
      StackTrace.empty,
    );
  }

  /// Ends all, as their engine was disposed.
  void cancelAll() {
    _totalTimeouts.clear();
    _endings[RhaiEnding.cancelledError.index] += underWay;
    final all = [..._known.values];
    final stackTrace = StackTrace.current;
    _known.clear();
    _calls = 0;
    for (final execution in all) {
      execution.end();
      if (execution.isParked) _cancel(execution, stackTrace);
    }
  }

  static void _cancel(Execution execution, StackTrace stackTrace) {
    const error = RhaiCancelledError();
    execution
      ..wait = null
      // Its turn may come before that.
      ..isParked = false;
    // Not at once: whoever waits for the script runs when its engine is disposed.
    scheduleMicrotask(() => execution.wake.completeError(error, stackTrace));
  }
}
