import 'dart:async';

import 'package:rhai_dart/rhai_dart.dart';

/// Gates that scripts wait at, and that functions of scripts open: who waits there goes on
/// at once, within the call of such a function.
final class Gates {
  final Map<Object?, Completer<Object?>> _gates = {};

  /// Registers the functions that use the gates with [engine].
  void register(RhaiEngine engine) {
    engine
      ..registerFunction('wait', (Object? name) => _gate(name).future)
      ..registerFunction('open', (Object? names) {
        final all = names is List<Object?> ? names : [names];
        all.forEach(open);
      })
      ..registerFunction('refuse', (Object? name) {
        _gate(name).completeError(StateError('refused'));
      })
      ..registerFunction('hold', hold);
  }

  Completer<Object?> _gate(Object? name) =>
      _gates[name] ??= Completer<Object?>.sync()..future.ignore();

  /// Opens a gate, if it is not open.
  void open(Object? name) {
    final gate = _gate(name);
    if (!gate.isCompleted) gate.complete(name);
  }

  /// Holds the event loop for longer than scripts may.
  static void hold() {
    final watch = Stopwatch()..start();
    while (watch.elapsedMilliseconds < 5) {}
  }
}

/// All orders of [items].
Iterable<List<T>> ordersOf<T>(List<T> items) sync* {
  if (items.isEmpty) yield [];
  for (final (i, first) in items.indexed) {
    final rest = [...items]..removeAt(i);
    for (final order in ordersOf(rest)) {
      yield [first, ...order];
    }
  }
}
