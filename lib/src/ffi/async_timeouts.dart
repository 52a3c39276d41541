import 'dart:async';
import 'dart:collection';

/// The deadlines of the Futures that an engine's scripts wait for.
///
/// All have the same timeout, so they pass in the order they were added: one
/// [Timer], for the first, serves them all. There is none while nothing waits,
/// because a Timer keeps a program from exiting.
final class AsyncTimeouts {
  /// Creates an empty queue for a timeout.
  AsyncTimeouts(this.timeout);

  /// The timeout of every deadline.
  final Duration timeout;

  static final Stopwatch _clock = Stopwatch()..start();

  final LinkedList<Deadline> _deadlines = LinkedList();
  Timer? _timer;

  /// Microtasks until a Timer is set for [_awaitedHead]; 0 if none is due.
  int _hops = 0;
  Deadline? _awaitedHead;

  /// A Future that is complete, or completes in an `async` function without
  /// waiting, is delivered within this many microtasks. Setting and cancelling
  /// a Timer costs as much as the whole call, so it is put off that long.
  static const _hopsBeforeTimer = 4;

  /// Adds a deadline that calls [onTimeout] when it passes.
  Deadline add(void Function() onTimeout) {
    final deadline = Deadline._(_clock.elapsed + timeout, onTimeout);
    _deadlines.add(deadline);
    if (_timer == null && _hops == 0) _putOffTimer();
    return deadline;
  }

  /// Removes a deadline; does nothing if it has passed.
  void remove(Deadline deadline) {
    if (deadline.list == null) return;
    deadline.unlink();
    if (_deadlines.isEmpty) {
      _timer?.cancel();
      _timer = null;
    }
  }

  /// Removes all deadlines.
  void clear() {
    _deadlines.clear();
    _timer?.cancel();
    _timer = null;
  }

  void _putOffTimer() {
    _hops = _hopsBeforeTimer;
    _awaitedHead = _deadlines.first;
    // In the root zone: it belongs to no single script.
    Zone.root.scheduleMicrotask(_hop);
  }

  void _hop() {
    if (_deadlines.isEmpty || _timer != null) {
      _hops = 0;
      _awaitedHead = null;
    } else if (!identical(_deadlines.first, _awaitedHead)) {
      _putOffTimer();
    } else if (--_hops > 0) {
      Zone.root.scheduleMicrotask(_hop);
    } else {
      _awaitedHead = null;
      _setTimer();
    }
  }

  void _setTimer() {
    final left = _deadlines.first._at - _clock.elapsed;
    // Up to the next millisecond, which is what Timers count in.
    final wait = Duration(milliseconds: left.inMilliseconds + 1);
    _timer = Zone.root.createTimer(wait, _onTimer);
  }

  void _onTimer() {
    _timer = null;
    final now = _clock.elapsed;
    while (_deadlines.isNotEmpty && _deadlines.first._at <= now) {
      final deadline = _deadlines.first..unlink();
      deadline._onTimeout();
    }
    if (_deadlines.isNotEmpty && _timer == null) _setTimer();
  }
}

/// When one wait times out.
final class Deadline extends LinkedListEntry<Deadline> {
  Deadline._(this._at, this._onTimeout);

  final Duration _at;
  final void Function() _onTimeout;
}
