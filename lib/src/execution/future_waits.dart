import '../ffi/bindings.dart';
import '../wire/frame.dart';
import 'deadlines.dart';
import 'error_writer.dart';
import 'execution.dart';
import 'future_wait.dart';

/// The waits of an engine's scripts for Futures.
final class FutureWaits implements WaitObserver {
  /// Creates it for the engine of [_frame]. A wait takes no longer than [timeout], if that
  /// is not zero.
  FutureWaits(this._frame, Duration timeout) : _deadlines = Deadlines(timeout);

  final Frame _frame;
  final Deadlines _deadlines;

  /// The number of waiting scripts. Their calls of `parallel` are none.
  int count = 0;

  @override
  Duration get timeout => _deadlines.timeout;

  /// Lets [execution], which is parked, wait for the Future that its call returned, and that
  /// the native side knows by the id [future].
  void add(Execution execution, int future) {
    final (function, result) = execution.returned!;
    final wait = FutureWait(this, execution, function, future);
    execution
      ..returned = null
      ..wait = wait;
    if (execution.parent == null) count++;
    if (function.isTimed) _deadlines.add(wait);
    wait.listen(result);
  }

  @override
  void complete(FutureWait wait, Object? value) {
    try {
      _frame.writeValue(value, wait.function.resultName);
    } catch (error, stackTrace) {
      return fail(wait, error, stackTrace);
    }
    // Again: encoding may have run code that disposed the engine.
    if (wait.isOver) return;
    _deliver(wait, failed: false);
  }

  @override
  void fail(FutureWait wait, Object error, StackTrace stackTrace) {
    if (wait.isOver) return;
    final FutureWait(:execution, :function) = wait;
    final description = describeError(
      execution,
      error,
      stackTrace,
      function.name,
    );
    // Again: describing may have run code that disposed the engine.
    if (wait.isOver) return;
    writeError(_frame, description);
    _deliver(wait, failed: true);
  }

  /// Delivers the value or the error in slot 0, and lets the script go on.
  void _deliver(FutureWait wait, {required bool failed}) {
    remove(wait.execution);
    rhaiCompleteFuture(_frame.engine, wait.future, failed);
    wait.execution.goOnInTurn();
  }

  /// Ends the wait of an execution, if it waits.
  void remove(Execution execution) {
    final wait = execution.wait;
    if (wait == null) return;
    if (execution.parent == null) count--;
    _deadlines.remove(wait);
    wait.end();
    execution.wait = null;
  }

  /// Forgets all waits. They are not over before their executions forget them, too.
  void clear() {
    count = 0;
    _deadlines.clear();
  }
}
