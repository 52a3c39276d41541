import 'dart:async';
import 'dart:collection';

import 'turns.dart';

/// Deadlines of waits that all have the same timeout.
///
/// They end in the order in which they were added. So one [Timer], for the first, serves
/// them all. There is none while nothing waits, because a Timer keeps a program from
/// exiting.
///
/// Only a zone with a time of its own needs more: nothing but a timer of that zone can tell
/// how much of its time has passed. There, waits that begin at the same moment share one.
final class Deadlines {
  /// Creates an empty queue for a timeout, or for none if that is zero.
  Deadlines(this.timeout);

  /// The timeout of every wait; zero if they have none.
  final Duration timeout;

  /// Waits that are not yet slow, and have timers of the system.
  late final _FreshWaits _fresh = _FreshWaits(this, Zone.root);

  /// Waits that are not yet slow, by the zones that have a time of their own.
  final Map<Zone, _FreshWaits> _freshElsewhere = Map.identity();

  /// The group of waits that share the timer of the system.
  late final _Group _group = _Group(this, Zone.root);

  /// The groups with other timers.
  final Set<_Group> _groupsElsewhere = Set.identity();

  /// Adds a wait. If there is a timeout, [TimedWait.timeOut] ends it, unless it is removed
  /// before.
  void add(TimedWait wait) {
    final zone = wait.timerZone;
    final fresh = identical(zone, Zone.root)
        ? _fresh
        : _freshElsewhere[zone] ??= _FreshWaits(this, zone);
    fresh.add(wait);
  }

  /// Removes a wait; does nothing if it has timed out.
  void remove(TimedWait wait) {
    wait._isRemoved = true;
    wait._group?.remove(wait);
  }

  /// Removes all waits.
  void clear() {
    _fresh.clear();
    for (final fresh in _freshElsewhere.values) {
      fresh.clear();
    }
    _freshElsewhere.clear();
    _group.clear();
    for (final group in _groupsElsewhere.toList()) {
      group.clear();
    }
  }
}

/// Waits that are not yet slow, and have their timers in one zone.
final class _FreshWaits {
  _FreshWaits(this._deadlines, this._zone);

  final Deadlines _deadlines;
  final Zone _zone;

  /// Microtasks after which a wait is slow, and gets a deadline.
  ///
  /// A Future that is complete, or completes in an `async` function without waiting, is
  /// delivered before. Setting and cancelling a Timer costs as much as the whole call.
  static const _hopsUntilSlow = 4;

  /// The waits, in the order in which they were added.
  final ListQueue<TimedWait> _waits = ListQueue();
  bool _isHopping = false;
  int _hops = 0;

  void add(TimedWait wait) {
    wait._slowAtHop = _hops + _hopsUntilSlow;
    _waits.add(wait);
    if (!_isHopping) {
      _isHopping = true;
      _zone.scheduleMicrotask(_hop);
    }
  }

  void clear() {
    for (final wait in _waits) {
      wait._isRemoved = true;
    }
    _waits.clear();
  }

  void _hop() {
    _hops++;
    _Group? group;
    while (_waits.isNotEmpty && _waits.first._slowAtHop <= _hops) {
      final wait = _waits.removeFirst();
      if (wait._isRemoved) continue;
      wait.becomeSlow();
      if (_deadlines.timeout == Duration.zero) continue;
      (group ??= _newGroup()).add(wait);
    }
    _isHopping = _waits.isNotEmpty;
    if (_isHopping) {
      _zone.scheduleMicrotask(_hop);
    } else {
      // An engine must not keep a zone for long.
      _deadlines._freshElsewhere.remove(_zone);
    }
  }

  /// The group for waits that become slow now.
  _Group _newGroup() {
    if (identical(_zone, Zone.root)) return _deadlines._group;
    final group = _Group(_deadlines, _zone);
    _deadlines._groupsElsewhere.add(group);
    return group;
  }
}

/// Slow waits that share a timer, in the order of their deadlines.
final class _Group {
  _Group(this._deadlines, this._zone);

  final Deadlines _deadlines;
  final Zone _zone;

  static final Stopwatch _clock = Stopwatch()..start();

  final LinkedList<TimedWait> _waits = LinkedList();
  Timer? _timer;

  int get _timeout => _deadlines.timeout.inMicroseconds;

  /// Whether the clock of the system says when a wait ends. Otherwise all waits began at
  /// the same moment, and end when the timer says so.
  bool get _hasClock => identical(_zone, Zone.root);

  void add(TimedWait wait) {
    wait
      .._group = this
      .._deadline = _clock.elapsedMicroseconds + _timeout;
    _waits.add(wait);
    if (_timer == null) _setTimer();
  }

  void remove(TimedWait wait) {
    wait._group = null;
    wait.unlink();
    if (_waits.isEmpty) _end();
  }

  void clear() {
    for (final wait in _waits) {
      wait._group = null;
    }
    _waits.clear();
    _end();
  }

  void _end() {
    _timer?.cancel();
    _timer = null;
    if (!_hasClock) _deadlines._groupsElsewhere.remove(this);
  }

  void _setTimer() {
    final left = _hasClock
        ? _waits.first._deadline - _clock.elapsedMicroseconds
        : _timeout;
    // Up to the next millisecond, which is what Timers count in.
    final milliseconds = (left / 1000).ceil();
    _timer = _zone.createTimer(Duration(milliseconds: milliseconds), _onTimer);
  }

  void _onTimer() {
    _timer = null;
    Turns.begin();
    final now = _clock.elapsedMicroseconds;
    try {
      while (_waits.isNotEmpty &&
          (!_hasClock || _waits.first._deadline <= now)) {
        final wait = _waits.first;
        remove(wait);
        wait.timeOut();
      }
    } finally {
      if (_waits.isNotEmpty && _timer == null) _setTimer();
    }
  }
}

/// A wait that may have a deadline.
abstract base class TimedWait extends LinkedListEntry<TimedWait> {
  int _slowAtHop = 0;
  bool _isRemoved = false;

  /// Microseconds on the clock of the deadlines.
  int _deadline = 0;

  /// The group that it is in while it is slow and has a deadline.
  _Group? _group;

  /// The zone that makes its timers.
  Zone get timerZone;

  /// Notes that the wait has lasted for more than a few microtasks.
  void becomeSlow();

  /// Ends the wait, because the timeout has passed.
  void timeOut();

  /// Notes that the wait is over.
  void end();
}
