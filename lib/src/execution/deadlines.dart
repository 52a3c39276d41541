import 'dart:async';
import 'dart:collection';

import 'turns.dart';

/// Deadlines of waits that all have the same timeout.
///
/// They end in the order in which they were added. So one [Timer], for the first, serves
/// them all. There is none while nothing waits, because a Timer keeps a program from
/// exiting.
final class Deadlines {
  /// Creates an empty queue for a timeout, or for none if that is zero.
  Deadlines(this.timeout);

  /// The timeout of every wait; zero if they have none.
  final Duration timeout;

  static final Stopwatch _clock = Stopwatch()..start();

  /// Microtasks after which a wait is slow, and gets a deadline.
  ///
  /// A Future that is complete, or completes in an `async` function without waiting, is
  /// delivered before. Setting and cancelling a Timer costs as much as the whole call.
  static const _hopsUntilSlow = 4;

  /// Waits that are not yet slow, in the order in which they were added.
  final ListQueue<TimedWait> _fresh = ListQueue();
  bool _isHopping = false;
  int _hops = 0;

  /// Slow waits, in the order of their deadlines.
  final LinkedList<TimedWait> _slow = LinkedList();
  Timer? _timer;

  /// Adds a wait. If there is a timeout, [TimedWait.timeOut] ends it, unless it is removed
  /// before.
  void add(TimedWait wait) {
    wait._slowAtHop = _hops + _hopsUntilSlow;
    _fresh.add(wait);
    if (!_isHopping) {
      _isHopping = true;
      // In the root zone: it belongs to no single script.
      Zone.root.scheduleMicrotask(_hop);
    }
  }

  /// Removes a wait; does nothing if it has timed out.
  void remove(TimedWait wait) {
    wait._isRemoved = true;
    if (wait.list == null) return;
    wait.unlink();
    if (_slow.isEmpty) _cancelTimer();
  }

  /// Removes all waits.
  void clear() {
    for (final wait in _fresh) {
      wait._isRemoved = true;
    }
    _fresh.clear();
    _slow.clear();
    _cancelTimer();
  }

  void _hop() {
    _hops++;
    while (_fresh.isNotEmpty && _fresh.first._slowAtHop <= _hops) {
      final wait = _fresh.removeFirst();
      if (wait._isRemoved) continue;
      wait.becomeSlow();
      if (timeout == Duration.zero) continue;
      wait._deadline = _clock.elapsed + timeout;
      _slow.add(wait);
      if (_timer == null) _setTimer();
    }
    _isHopping = _fresh.isNotEmpty;
    if (_isHopping) Zone.root.scheduleMicrotask(_hop);
  }

  void _setTimer() {
    final left = _slow.first._deadline - _clock.elapsed;
    // Up to the next millisecond, which is what Timers count in.
    final wait = Duration(milliseconds: left.inMilliseconds + 1);
    _timer = Zone.root.createTimer(wait, _onTimer);
  }

  void _cancelTimer() {
    _timer?.cancel();
    _timer = null;
  }

  void _onTimer() {
    _timer = null;
    Turns.begin();
    final now = _clock.elapsed;
    while (_slow.isNotEmpty && _slow.first._deadline <= now) {
      final wait = _slow.first..unlink();
      wait.timeOut();
    }
    if (_slow.isNotEmpty && _timer == null) _setTimer();
  }
}

/// A wait that may have a deadline.
abstract base class TimedWait extends LinkedListEntry<TimedWait> {
  int _slowAtHop = 0;
  bool _isRemoved = false;
  Duration _deadline = Duration.zero;

  /// Notes that the wait has lasted for more than a few microtasks.
  void becomeSlow();

  /// Ends the wait, because the timeout has passed.
  void timeOut();

  /// Notes that the wait is over.
  void end();
}
