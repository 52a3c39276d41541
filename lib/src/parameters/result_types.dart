/// Finds out what a function returns.
///
/// `f is int Function(Never)` is true exactly when `f`, called with one argument, returns an
/// `int`. `void` cannot be told from `Object?`, nor one class of the user's from another.
library;

import 'dart:async';
import 'dart:typed_data';

import '../rhai_function.dart';
import '../rhai_range.dart';
import '../wire/protocol.dart';

/// Finds the kinds of values, as bits of [Kind], that [f] returns, or its Future completes
/// with; null if its type does not say it. [f] takes [count] arguments.
int? resultKindsOf(Function f, int count) {
  final result = _Result(f, count);
  // The order matters: narrower types come first.
  return result.kindsIf<Null>(Kind.unit) ??
      result.kindsIf<bool>(Kind.boolean) ??
      result.kindsIf<int>(Kind.integer) ??
      result.kindsIf<double>(Kind.float) ??
      result.kindsIf<num>(Kind.integer | Kind.float) ??
      result.kindsIf<String>(Kind.string) ??
      result.kindsIf<Uint8List>(Kind.blob) ??
      result.kindsIf<RhaiRange>(Kind.range) ??
      result.kindsIf<Iterable<Object?>>(Kind.array) ??
      result.kindsIf<Map<Object?, Object?>>(Kind.map) ??
      result.kindsIf<RhaiFunction>(Kind.function) ??
      result.kindsIf<Function>(Kind.function);
}

/// The result of a function that is called with [count] arguments.
final class _Result {
  const _Result(this.function, this.count);

  final Function function;
  final int count;

  /// The [kinds] if it is a [T] or null, or a Future of one.
  int? kindsIf<T>(int kinds) {
    if (returns<FutureOr<T>>(function, count)) return kinds;
    return returns<FutureOr<T?>?>(function, count) ? kinds | Kind.unit : null;
  }
}

typedef _N = Never;

/// Whether [f] returns an [R] when it is called with [n] arguments, as far as its type says.
bool returns<R>(Function f, int n) => switch (n) {
  0 => f is R Function(),
  1 => f is R Function(_N),
  2 => f is R Function(_N, _N),
  3 => f is R Function(_N, _N, _N),
  4 => f is R Function(_N, _N, _N, _N),
  5 => f is R Function(_N, _N, _N, _N, _N),
  6 => f is R Function(_N, _N, _N, _N, _N, _N),
  7 => f is R Function(_N, _N, _N, _N, _N, _N, _N),
  8 => f is R Function(_N, _N, _N, _N, _N, _N, _N, _N),
  9 => f is R Function(_N, _N, _N, _N, _N, _N, _N, _N, _N),
  10 => f is R Function(_N, _N, _N, _N, _N, _N, _N, _N, _N, _N),
  11 => f is R Function(_N, _N, _N, _N, _N, _N, _N, _N, _N, _N, _N),
  12 => f is R Function(_N, _N, _N, _N, _N, _N, _N, _N, _N, _N, _N, _N),
  13 => f is R Function(_N, _N, _N, _N, _N, _N, _N, _N, _N, _N, _N, _N, _N),
  14 => f is R Function(_N, _N, _N, _N, _N, _N, _N, _N, _N, _N, _N, _N, _N, _N),
  15 =>
    f is R Function(_N, _N, _N, _N, _N, _N, _N, _N, _N, _N, _N, _N, _N, _N, _N),
  _ =>
    f
        is R Function(
          _N,
          _N,
          _N,
          _N,
          _N,
          _N,
          _N,
          _N,
          _N,
          _N,
          _N,
          _N,
          _N,
          _N,
          _N,
          _N,
        ),
};
