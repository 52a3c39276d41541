import 'dart:async';
import 'dart:collection';

import '../wire/protocol.dart';

/// A script that lets the event loop run, and goes on in a later turn.
abstract interface class TurnTaker {
  /// The zone that makes its timers.
  Zone get timerZone;

  /// Goes on.
  void goOn();
}

/// The turns of the isolate's event loop, which all its scripts share.
///
/// A script that has held the event loop for the length of a turn lets it run. It joins a
/// queue, and a timer goes on with that. Microtasks are no turn: while there are any,
/// neither timers nor input are looked at.
///
/// The start of a turn is known only if it began here. If it did not, a script yields once
/// more than it must, at most once in the length of a turn.
///
/// Any number of scripts that compute so hold the event loop for about the length of a turn
/// together: those that have yielded go on, in their order, until half of a turn is used, and
/// the rest get another timer. While a script runs, the native clock covers the calls of
/// synchronous functions.
///
/// Scripts in a zone with a time of its own have a queue and timers there: those of the system
/// come too late for them, as a test lets the time of its zone pass within one turn.
abstract final class Turns {
  /// The largest [held] of a script that starts, so that its first statements run at once.
  /// A turn may have begun without being known.
  static const _heldAtStart = EventLoop.turn ~/ 2;

  static final Stopwatch _clock = Stopwatch()..start();

  /// The start of the last known turn, in microseconds.
  static int _began = 0;

  /// The number of scripts that may yield, have made a request and not ended.
  static int _unfinished = 0;

  static final _TurnQueue _queue = _TurnQueue(Zone.root);

  /// The queues of zones that have a time of their own.
  static final Expando<_TurnQueue> _elsewhere = Expando();

  /// Microseconds for which the event loop has been held, at most.
  static int get held => _clock.elapsedMicroseconds - _began;

  /// Notes that a script starts which may yield. Returns [held], as far as it counts.
  static int start() {
    final now = _clock.elapsedMicroseconds;
    if (_unfinished == 0) {
      _began = now;
      return 0;
    }
    final held = now - _began;
    return held < _heldAtStart ? held : _heldAtStart;
  }

  /// Notes that a script which may yield has made its first request.
  static void join() => _unfinished++;

  /// Notes that a script waits, which may yield from now on.
  static void joinLate() {
    if (_unfinished++ == 0) _began = _clock.elapsedMicroseconds;
  }

  /// Notes that a script has ended which had joined.
  static void leave() => _unfinished--;

  /// Notes that a turn begins. Timers call this.
  static void begin() => _began = _clock.elapsedMicroseconds;

  /// Whether a timer's turn has just begun, in which nothing has gone on so far.
  static bool _isNew = false;

  /// Notes that a script goes on. Returns [held].
  ///
  /// For the first of a timer's turn that is zero, so that each turn gets a script on, however
  /// long zones take until then.
  static int goOn() {
    if (!_isNew) return held;
    _isNew = false;
    begin();
    return 0;
  }

  /// Whether those that have waited are to go on in a later turn.
  static bool get isOver => held >= EventLoop.turn ~/ 2;

  /// Lets [script] go on in a later turn, after those that came before.
  static void add(TurnTaker script) {
    final zone = script.timerZone;
    final queue = identical(zone, Zone.root)
        ? _queue
        : _elsewhere[zone] ??= _TurnQueue(zone);
    queue.add(script);
  }
}

/// The scripts that go on in the next turn of a zone's timers.
final class _TurnQueue {
  _TurnQueue(this._zone);

  final Zone _zone;
  final ListQueue<TurnTaker> _scripts = ListQueue();

  /// Whether there is a timer for the next turn, or one will be set after this turn.
  bool _hasTimer = false;

  void add(TurnTaker script) {
    _scripts.add(script);
    if (_hasTimer) return;
    _hasTimer = true;
    _setTimer();
  }

  void _setTimer() {
    // A timer's turn comes after the events that are there by now.
    _zone.createTimer(Duration.zero, _onTimer);
  }

  void _onTimer() {
    Turns.begin();
    Turns._isNew = true;
    _goOn(_scripts.length);
  }

  /// Lets the first of [count] scripts go on. The others follow after the microtasks that
  /// it leaves, which run the functions that it called, and may use up the turn.
  void _goOn(int count) {
    try {
      _scripts.removeFirst().goOn();
    } finally {
      Turns._isNew = false;
      if (count > 1 && !Turns.isOver) {
        _zone.scheduleMicrotask(
          () => Turns.isOver ? _setTimer() : _goOn(count - 1),
        );
      } else {
        _hasTimer = _scripts.isNotEmpty;
        if (_hasTimer) _setTimer();
      }
    }
  }
}
