import 'dart:async';
import 'dart:collection';

import 'execution.dart';

/// The turns of the isolate's event loop, which all its scripts share.
///
/// A script that has held the event loop for as long as a turn takes lets it run: it is
/// put into a queue, which a timer goes on with. Microtasks are no turn: while there
/// are any, neither timers nor input are looked at.
///
/// When a turn began is known if it began here. Others are not known, and need not be:
/// a script then yields once more than it must, in as much time as a turn takes.
abstract final class Turns {
  /// How long scripts hold the event loop, in microseconds: `TURN` in
  /// `rust/src/execution_time.rs`.
  static const _length = 4000;

  /// How long it has been held at most when a script starts: so its first statements
  /// run at once, as the turn may have begun without being known.
  static const _heldAtStart = 3000;

  static final Stopwatch _clock = Stopwatch()..start();

  /// When the last known turn began, in microseconds.
  static int _began = 0;

  /// Scripts that may yield, have made a request and not ended.
  static int _unfinished = 0;

  /// Those that go on in the next turn.
  static final ListQueue<Execution> _queue = ListQueue();

  /// Whether there is a timer for the next turn, or one is going to be set when those
  /// of this turn have gone on.
  static bool _hasTimer = false;

  /// For how many microseconds the event loop has been held, at most.
  static int get held => _clock.elapsedMicroseconds - _began;

  /// Is called when a script starts that may yield; returns [held].
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

  /// Notes that a script may yield from now on, as it waits.
  static void joinLate() {
    if (_unfinished++ == 0) _began = _clock.elapsedMicroseconds;
  }

  /// Notes that a script has ended which had joined.
  static void leave() => _unfinished--;

  /// Notes that a turn begins: a timer calls this.
  static void begin() => _began = _clock.elapsedMicroseconds;

  /// Lets [execution] go on in a later turn, after those that came before.
  static void add(Execution execution) {
    _queue.add(execution);
    if (_hasTimer) return;
    _hasTimer = true;
    _setTimer();
  }

  static void _setTimer() {
    // In the root zone: it belongs to no single script. A timer's turn comes after the
    // events that are there by now.
    Zone.root.createTimer(Duration.zero, _onTimer);
  }

  static void _onTimer() {
    begin();
    _goOn(_queue.length);
  }

  /// Lets the first of [count] scripts go on, and the others after the microtasks that
  /// it leaves: those are what it calls.
  static void _goOn(int count) {
    try {
      _queue.removeFirst().goOn();
    } finally {
      if (count > 1 && held < _length ~/ 2) {
        Zone.root.scheduleMicrotask(() => _goOn(count - 1));
      } else {
        _hasTimer = _queue.isNotEmpty;
        if (_hasTimer) _setTimer();
      }
    }
  }
}
