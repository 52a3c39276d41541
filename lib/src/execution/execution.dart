import 'dart:async';

import '../records/error_record.dart';
import 'deadlines.dart';
import 'future_wait.dart';
import 'registered_function.dart';
import 'script_runner.dart';
import 'turns.dart';

/// A script that has called a Dart function, or let the event loop run, and not ended.
///
/// Its time in all is limited from when it first waits, or lets the event loop run.
final class Execution extends TimedWait {
  /// Creates it under the id that the native side knows it by. It runs for [outer], if
  /// that is not null.
  Execution(this.bridge, this.id, this.outer, {required bool mayYield})
    : _mayYield = mayYield {
    if (mayYield) Turns.join();
  }

  /// What drives it.
  final CallbackBridge bridge;

  /// Its id.
  final int id;

  /// The script whose function started it, and waits for it.
  final Execution? outer;

  /// The zone of the `eval` that started it.
  final Zone zone = Zone.current;

  /// The zone in which its functions run: like [zone], but what they start there later
  /// is known to run for this script.
  Zone? _ownZone;

  /// What [_ownZone] was forked from.
  Zone? _base;

  /// The key of the execution in the zones of its functions.
  static const Object _key = _ExecutionKey();

  /// The execution whose function runs now, until that returns.
  static Execution? calling;

  /// The execution for which the code runs that asks: one of its functions does, or has
  /// started it. `null` if there is none, or none that has not ended.
  static Execution? get current {
    var execution = calling ?? Zone.current[_key] as Execution?;
    while (execution != null && execution.hasEnded) {
      execution = execution.outer;
    }
    return execution;
  }

  /// The errors of Dart functions that the script may hold.
  late final DartErrors errors = DartErrors(
    exposeStackTraces: bridge.exposeStackTraces,
  );

  /// The Future that a call returned and the function it called, until the
  /// execution waits for it.
  (RegisteredFunction, Future<Object?>)? returned;

  /// What it waits for.
  FutureWait? wait;

  /// Completes when it can go on. Synchronously: that is always from the event
  /// loop, and saves a microtask for each call.
  Completer<void> wake = Completer.sync();

  /// Whether it waits, or lets the event loop run.
  bool isParked = false;

  /// Whether its time is limited by now.
  bool isTimed = false;

  /// Whether it lets the event loop run, as somebody has a Future of its result.
  bool _mayYield;

  bool _hasEnded = false;

  /// Whether it has ended, also if its engine was disposed.
  bool get hasEnded => _hasEnded || bridge.isDisposed;

  @override
  void becomeSlow() {}

  @override
  void timeOut() => bridge.timeOut(this);

  /// Whether its functions can be called where this is asked.
  bool get isInOwnZone => identical(Zone.current, _ownZone);

  /// Runs [body] where its functions can be called.
  R runInOwnZone<R>(R Function() body) =>
      (_ownZone ??= _forkZone()).run<R>(body);

  Zone _forkZone() {
    // From no zone of another execution: chains of scripts that start each other, and
    // have all ended but the last, must not grow.
    final other = zone[_key] as Execution?;
    final base = other != null && identical(zone, other._ownZone)
        ? other._base!
        : zone;
    _base = base;
    return base.fork(zoneValues: {_key: this});
  }

  /// Says that it waits from now on.
  void park() {
    if (wake.isCompleted) wake = Completer.sync();
    isParked = true;
    if (_mayYield) return;
    _mayYield = true;
    Turns.joinLate();
  }

  /// Wakes it, if it waits.
  void goOn() {
    if (!isParked || wake.isCompleted) return;
    isParked = false;
    wake.complete();
  }

  /// Notes that it has ended.
  void end() {
    _hasEnded = true;
    if (_mayYield) Turns.leave();
  }
}

final class _ExecutionKey {
  const _ExecutionKey();
}
