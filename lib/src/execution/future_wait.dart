import 'dart:async';

import '../errors.dart';
import 'deadlines.dart';
import 'execution.dart';
import 'registered_function.dart';

/// Receives the outcome of a wait. All but the first outcome are ignored.
abstract interface class WaitObserver {
  /// The longest wait.
  Duration get timeout;

  /// Ends the wait with a value.
  void complete(FutureWait wait, Object? value);

  /// Ends the wait with an error.
  void fail(FutureWait wait, Object error, StackTrace stackTrace);
}

/// Runs when the listener of a Future is garbage collected: nothing can complete the Future
/// any more.
///
/// It is never detached, so it also runs for waits that are over: the table of keys that
/// detaching needs would take longer than all else that Dart does for a wait.
final _abandoned = Finalizer<FutureWait>((wait) => wait.abandon());

/// The wait of a script for one Future.
final class FutureWait extends TimedWait {
  /// Creates the wait for the Future that a call of [function] returned.
  FutureWait(this._observer, this.execution, this.function, this.future);

  final WaitObserver _observer;

  /// The script.
  final Execution execution;

  /// The function that returned the Future.
  final RegisteredFunction function;

  /// The Future's id.
  final int future;

  /// The listener, as long as the wait is short.
  ///
  /// After that nothing here refers to it: otherwise it would never be garbage.
  _Listener? _listener;

  @override
  Zone get timerZone => execution.timerZone;

  @override
  void becomeSlow() {
    _abandoned.attach(_listener!, this);
    _listener = null;
  }

  @override
  void end() => _listener = null;

  /// Whether the script has got an answer, or was cancelled.
  bool get isOver => !identical(execution.wait, this);

  /// Waits for [result].
  void listen(Future<Object?> result) {
    (_listener = _Listener(this)).listen(result);
  }

  @override
  void timeOut() => _failInZone(
    RhaiTimeoutError(
      '${function.name} did not complete within '
      '${_observer.timeout.inMilliseconds} ms (RhaiConfig.asyncTimeout)',
      functionName: function.name,
      timeout: _observer.timeout,
    ),
  );

  /// Ends the wait, unless it is over, because nothing can complete the Future any more.
  void abandon() {
    if (isOver) return;
    _failInZone(
      RhaiChannelClosedError(
        'the Future that ${function.name} returned was garbage collected before '
        'it completed',
      ),
    );
  }

  void _failInZone(RhaiException error) =>
      execution.zone.run(() => _observer.fail(this, error, StackTrace.empty));
}

/// The listener of a Future.
///
/// Only code that can still complete the Future refers to it. So it becomes garbage when
/// nothing can. That is not true of the Future itself: one that wraps another may be
/// forgotten long before the other completes.
final class _Listener {
  _Listener(this._wait);

  final FutureWait _wait;

  void listen(Future<Object?> result) {
    try {
      result.then(_onValue, onError: _onError);
    } catch (error, stackTrace) {
      // A Future of the user's own making.
      _onError(error, stackTrace);
    }
  }

  void _onValue(Object? value) {
    if (_wait.isOver) return;
    // A Future of a Future.
    if (value is Future<Object?>) return listen(value);
    _wait._observer.complete(_wait, value);
  }

  void _onError(Object error, StackTrace stackTrace) =>
      _wait._observer.fail(_wait, error, stackTrace);
}
