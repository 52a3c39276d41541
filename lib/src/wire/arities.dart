/// Finds out how many arguments a function takes, and of which types.
library;

import 'protocol.dart';

/// Finds the numbers of arguments that a function takes, as bits: bit *n* for *n*.
///
/// `f is Function(Never, Never)` is true exactly when `f` accepts two
/// positional arguments, whatever their types.
int aritiesOf(Function f) {
  var arities = f is Function() ? 1 : 0;
  for (var n = 1; n <= Bound.arguments; n++) {
    if (acceptsAt<Never>(f, 0, n)) arities |= 1 << n;
  }
  return arities;
}

typedef _N = Never;

/// Whether parameter [i] of [f], which has [n] positional ones, accepts every [T].
bool acceptsAt<T>(Function f, int i, int n) => switch (i) {
  0 => _is<T, _N, _N, _N, _N, _N, _N, _N, _N, _N, _N, _N, _N, _N, _N, _N>(f, n),
  1 => _is<_N, T, _N, _N, _N, _N, _N, _N, _N, _N, _N, _N, _N, _N, _N, _N>(f, n),
  2 => _is<_N, _N, T, _N, _N, _N, _N, _N, _N, _N, _N, _N, _N, _N, _N, _N>(f, n),
  3 => _is<_N, _N, _N, T, _N, _N, _N, _N, _N, _N, _N, _N, _N, _N, _N, _N>(f, n),
  4 => _is<_N, _N, _N, _N, T, _N, _N, _N, _N, _N, _N, _N, _N, _N, _N, _N>(f, n),
  5 => _is<_N, _N, _N, _N, _N, T, _N, _N, _N, _N, _N, _N, _N, _N, _N, _N>(f, n),
  6 => _is<_N, _N, _N, _N, _N, _N, T, _N, _N, _N, _N, _N, _N, _N, _N, _N>(f, n),
  7 => _is<_N, _N, _N, _N, _N, _N, _N, T, _N, _N, _N, _N, _N, _N, _N, _N>(f, n),
  8 => _is<_N, _N, _N, _N, _N, _N, _N, _N, T, _N, _N, _N, _N, _N, _N, _N>(f, n),
  9 => _is<_N, _N, _N, _N, _N, _N, _N, _N, _N, T, _N, _N, _N, _N, _N, _N>(f, n),
  10 => _is<_N, _N, _N, _N, _N, _N, _N, _N, _N, _N, T, _N, _N, _N, _N, _N>(
    f,
    n,
  ),
  11 => _is<_N, _N, _N, _N, _N, _N, _N, _N, _N, _N, _N, T, _N, _N, _N, _N>(
    f,
    n,
  ),
  12 => _is<_N, _N, _N, _N, _N, _N, _N, _N, _N, _N, _N, _N, T, _N, _N, _N>(
    f,
    n,
  ),
  13 => _is<_N, _N, _N, _N, _N, _N, _N, _N, _N, _N, _N, _N, _N, T, _N, _N>(
    f,
    n,
  ),
  14 => _is<_N, _N, _N, _N, _N, _N, _N, _N, _N, _N, _N, _N, _N, _N, T, _N>(
    f,
    n,
  ),
  _ => _is<_N, _N, _N, _N, _N, _N, _N, _N, _N, _N, _N, _N, _N, _N, _N, T>(f, n),
};

/// Whether [f] accepts arguments of the first [n] of these types.
bool _is<A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P>(Function f, int n) =>
    switch (n) {
      1 => f is Function(A),
      2 => f is Function(A, B),
      3 => f is Function(A, B, C),
      4 => f is Function(A, B, C, D),
      5 => f is Function(A, B, C, D, E),
      6 => f is Function(A, B, C, D, E, F),
      7 => f is Function(A, B, C, D, E, F, G),
      8 => f is Function(A, B, C, D, E, F, G, H),
      9 => f is Function(A, B, C, D, E, F, G, H, I),
      10 => f is Function(A, B, C, D, E, F, G, H, I, J),
      11 => f is Function(A, B, C, D, E, F, G, H, I, J, K),
      12 => f is Function(A, B, C, D, E, F, G, H, I, J, K, L),
      13 => f is Function(A, B, C, D, E, F, G, H, I, J, K, L, M),
      14 => f is Function(A, B, C, D, E, F, G, H, I, J, K, L, M, N),
      15 => f is Function(A, B, C, D, E, F, G, H, I, J, K, L, M, N, O),
      _ => f is Function(A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P),
    };
