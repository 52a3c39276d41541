import 'dart:async';

import 'deadlines.dart';
import 'error_cache.dart';
import 'execution_zone.dart';
import 'registered_function.dart';
import 'timer_zone.dart';
import 'turns.dart';

/// The engine that runs an execution.
abstract interface class ExecutionOwner {
  /// The address of the native engine.
  int get address;

  /// Whether the engine was disposed, and so its executions have ended.
  bool get isDisposed;

  /// Whether scripts see the stack traces of Dart functions that fail.
  bool get exposeStackTraces;

  /// Waits for a number of [seconds], for a script of this engine.
  ///
  /// Throws an [ArgumentError] if that is not finite.
  Future<void> sleep(num seconds);

  /// Ends an execution that waits, because it took too long in all.
  void timeOut(Execution execution);
}

/// A script that has called a Dart function, or let the event loop run, and not ended.
///
/// Its time in all is limited from when it first waits, or lets the event loop run.
///
/// Code of a script's functions runs for that script: while a function runs synchronously,
/// [calling] tells which one it is, and after that the zone. It is forked at the first call of
/// a function that may return a Future, by its type, or at the first wait. Forking takes
/// 150 ns, and calls after that cost nothing more.
final class Execution extends TimedWait implements TurnTaker {
  /// Creates the execution that the native side knows by [id]. If [outer] is not null, it
  /// runs for that; if it is a call that [parent] makes with `parallel`, for that.
  Execution(
    this.owner,
    this.id,
    this.outer, {
    required bool mayYield,
    this.parent,
  }) : _mayYield = mayYield {
    if (mayYield) Turns.join();
    if (parent case final parent?) (parent.children ??= {}).add(this);
  }

  /// The engine that runs it.
  final ExecutionOwner owner;

  /// Its id.
  final int id;

  /// The script whose function started this one, and waits for it.
  final Execution? outer;

  /// The execution that makes this call with `parallel`, if it is one.
  final Execution? parent;

  /// The calls that it makes with `parallel`, as far as they have not ended. Null if it
  /// makes none.
  Set<Execution>? children;

  /// The zone of the `eval` that started it.
  final Zone zone = Zone.current;

  /// The zone of its functions. It is like [zone], but code that they start there is known
  /// to run for this script.
  Zone? _ownZone;

  /// The zone that [_ownZone] is forked from. It is no zone of another execution: chains of
  /// scripts that start each other, and have all ended but the last, must not grow.
  late final Zone _base = _findBase();

  @override
  late final Zone timerZone = timerZoneOf(_base);

  /// The key of the execution in the zones of its functions.
  static const Object _key = _ExecutionKey();

  /// The execution whose function runs now, until that returns.
  static Execution? calling;

  /// The execution that the current code runs for: it is in one of its functions, or was
  /// started by one. Null if there is none that has not ended.
  static Execution? get current {
    var execution = calling ?? Zone.current[_key] as Execution?;
    while (execution != null && execution.hasEnded) {
      execution = execution.outer;
    }
    return execution;
  }

  /// The errors of Dart functions that the script may hold.
  late final ErrorCache errors =
      parent?.errors ?? ErrorCache(exposeStackTraces: owner.exposeStackTraces);

  /// The Future that a call returned, and the called function, until the wait begins.
  (RegisteredFunction, Future<Object?>)? returned;

  /// The wait for a Future.
  TimedWait? wait;

  /// Completes when the script can go on. There is one from when it first waits.
  ///
  /// It does so synchronously, which saves a microtask for each call. That is always from
  /// the event loop.
  late Completer<void> wake;

  /// Whether it waits, or lets the event loop run.
  bool isParked = false;

  /// Whether its time in all is limited by now.
  bool isTimed = false;

  /// Whether it lets the event loop run, as somebody has a Future of its result.
  bool _mayYield;

  bool _hasEnded = false;

  /// Whether it has ended, perhaps with its engine.
  bool get hasEnded => _hasEnded || owner.isDisposed;

  @override
  void becomeSlow() {}

  @override
  void timeOut() => owner.timeOut(this);

  /// Whether it lets the event loop run now and then.
  bool get mayYield => _mayYield;

  /// Whether the current zone is the one of its functions.
  bool get isInOwnZone => identical(Zone.current, _ownZone);

  /// Runs [body] in the zone of its functions.
  R runInOwnZone<R>(R Function() body) => _makeOwnZone().run<R>(body);

  Zone _makeOwnZone() => _ownZone ??= forkWith(_base, _key, this);

  Zone _findBase() {
    final other = zone[_key] as Execution?;
    return other != null && identical(zone, other._ownZone)
        ? other._base
        : zone;
  }

  /// Notes that it waits, or lets the event loop run, from now on.
  ///
  /// The zone of its functions is made before: one of the user's may throw then.
  void park() {
    _makeOwnZone();
    wake = Completer.sync();
    isParked = true;
    if (_mayYield) return;
    _mayYield = true;
    Turns.joinLate();
  }

  @override
  void goOn() {
    if (!isParked || wake.isCompleted) return;
    isParked = false;
    wake.complete();
  }

  /// Goes on after a wait: now, or in a later turn if this one is over.
  ///
  /// The native side would find that out, too. But it takes twice the time to go on twice.
  void goOnInTurn() {
    // Where a zone has a time of its own it may refuse to make a timer, too.
    if (Turns.isOver && identical(timerZone, Zone.root)) {
      Turns.add(this);
    } else {
      goOn();
    }
  }

  @override
  void end() {
    _hasEnded = true;
    if (_mayYield) Turns.leave();
  }
}

final class _ExecutionKey {
  const _ExecutionKey();
}
