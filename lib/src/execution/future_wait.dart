import '../errors.dart';
import 'deadlines.dart';
import 'execution.dart';
import 'registered_function.dart';
import 'script_runner.dart';

/// Tells when what a Future calls back is garbage: then nothing can ever complete
/// the Future.
final _abandoned = Finalizer<FutureWait>((wait) => wait.abandon());

/// The wait of a script for one Future.
final class FutureWait extends TimedWait {
  /// Makes it for what the call of [function] returned.
  FutureWait(this.bridge, this.execution, this.function, this.future);

  /// What drives the script.
  final CallbackBridge bridge;

  /// The script.
  final Execution execution;

  /// The function that returned the Future.
  final RegisteredFunction function;

  /// The Future's id.
  final int future;

  /// What the Future calls back, as long as the wait is short. After that it
  /// must not be referred to from here: otherwise it would never be garbage.
  _Listener? _listener;

  @override
  void becomeSlow() {
    _abandoned.attach(_listener!, this, detach: this);
    _listener = null;
  }

  /// Says that the script has got its answer.
  void end() {
    if (_listener == null) _abandoned.detach(this);
    _listener = null;
  }

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
      '${bridge.asyncTimeout.inMilliseconds} ms (RhaiConfig.asyncTimeout)',
      functionName: function.name,
      timeout: bridge.asyncTimeout,
    ),
  );

  /// Called when nothing can complete the Future any more.
  void abandon() => _failInZone(
    RhaiChannelClosedError(
      'the Future that ${function.name} returned was garbage collected before '
      'it completed',
    ),
  );

  void _failInZone(RhaiException error) =>
      execution.zone.run(() => bridge.fail(this, error, StackTrace.empty));
}

/// What a Future calls back. Only what can still complete the Future refers to
/// it, so that it becomes garbage when nothing can. (Not so the Future itself:
/// one that wraps another may be forgotten long before the other completes.)
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
    _wait.bridge.complete(_wait, value);
  }

  void _onError(Object error, StackTrace stackTrace) =>
      _wait.bridge.fail(_wait, error, stackTrace);
}
