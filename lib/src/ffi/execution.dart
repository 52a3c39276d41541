import 'dart:async';

import '../registered_function.dart';
import '../script_error.dart';
import 'async_timeouts.dart';
import 'callback_bridge.dart';
import 'future_wait.dart';

/// A script that has called a Dart function and not ended.
///
/// Its time in all is limited from when it first waits, or lets the event loop run.
final class Execution extends TimedWait {
  /// Creates it under the id that the native side knows it by.
  Execution(this._bridge, this.id);

  final CallbackBridge _bridge;

  /// Its id.
  final int id;

  /// The zone of the `eval` that started it.
  final Zone zone = Zone.current;

  /// The errors of Dart functions that the script may hold.
  late final DartErrors errors = DartErrors(
    exposeStackTraces: _bridge.exposeStackTraces,
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

  @override
  void becomeSlow() {}

  @override
  void timeOut() => _bridge.timeOut(this);

  /// Says that it waits from now on.
  void park() {
    if (wake.isCompleted) wake = Completer.sync();
    isParked = true;
  }

  /// Wakes it, if it waits.
  void goOn() {
    if (!isParked || wake.isCompleted) return;
    isParked = false;
    wake.complete();
  }
}
