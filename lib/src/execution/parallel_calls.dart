import 'dart:async';

import '../wire/protocol.dart';
import 'execution.dart';
import 'turns.dart';

/// The engine that makes calls of a script at the same time.
abstract interface class ParallelOwner {
  /// Starts the next call of [parent]: whether it did not fail, or a Future of that.
  Object? startChild(Execution parent);

  /// Ends the calls of [parent] that have not ended.
  void endChildren(Execution parent);
}

/// The calls that one `parallel` of a script makes.
///
/// The native side has what they call and what they return. Here they are started, at most so
/// many at once, and each runs like a script. The first that fails ends the others.
///
/// Those that are still to be started let the event loop run like a script. If all were started
/// at once, they would be there long before they count as memory of the script.
final class ParallelCalls implements TurnTaker {
  /// Creates [_count] calls of [_parent], at most [_max] of them at once.
  ParallelCalls(this._owner, this._parent, this._count, this._max);

  final ParallelOwner _owner;
  final Execution _parent;
  final int _count;
  final int _max;

  int _started = 0;

  /// The number of calls that have not ended. One that is being started is among them: a Dart
  /// function that it calls may complete the Futures of the others.
  int _running = 0;

  /// Whether calls are being started. Others that end meanwhile leave the next to that.
  bool _isStarting = false;
  bool _isOver = false;

  /// Whether the rest is started in a later turn of the event loop.
  bool _isInQueue = false;
  (Object, StackTrace)? _error;

  /// Completes when they are over, if that is not at once.
  ///
  /// It does so synchronously, which saves a microtask. That is always from the event loop.
  Completer<void>? _completer;

  /// Makes the calls. Returns null if none of them waits, or else a Future that completes when
  /// all have ended or one has failed.
  ///
  /// Throws the error of a call that the native side could not run.
  Future<void>? run() {
    _startMore();
    if (!_isOver) return (_completer = Completer.sync()).future;
    if (_error case (final error, final stackTrace)?) {
      Error.throwWithStackTrace(error, stackTrace);
    }
    return null;
  }

  void _startMore() {
    if (_isStarting) return;
    _isStarting = true;
    try {
      _startWhileAllowed();
    } finally {
      _isStarting = false;
    }
    if (_started == _count && _running == 0) _end();
  }

  void _startWhileAllowed() {
    while (!_isOver && _started < _count && _running < _max) {
      if (_parent.mayYield && Turns.held >= EventLoop.turn) {
        if (!_isInQueue) Turns.add(this);
        _isInQueue = true;
        return;
      }
      _started++;
      _running++;
      final Object? ended;
      try {
        ended = _owner.startChild(_parent);
      } catch (error, stackTrace) {
        return _fail(error, stackTrace);
      }
      if (ended is Future<Object?>) {
        ended.then(_onEnd, onError: _fail);
      } else {
        _running--;
        if (ended != true) _end();
      }
    }
  }

  @override
  Zone get timerZone => _parent.timerZone;

  @override
  void goOn() {
    _isInQueue = false;
    if (!_isOver && !_parent.hasEnded) _parent.runInOwnZone(_startMore);
  }

  void _onEnd(Object? succeeded) {
    _running--;
    if (_isOver) return;
    if (succeeded != true) return _end();
    // Where the script's functions run: those of the next call do, too.
    _parent.runInOwnZone(_startMore);
  }

  void _fail(Object error, StackTrace stackTrace) {
    if (_isOver) return;
    _error = (error, stackTrace);
    _end();
  }

  void _end() {
    if (_isOver) return;
    _isOver = true;
    _owner.endChildren(_parent);
    final completer = _completer;
    if (completer == null) return;
    if (_error case (final error, final stackTrace)?) {
      completer.completeError(error, stackTrace);
    } else {
      completer.complete();
    }
  }
}
