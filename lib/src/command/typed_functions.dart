/// Functions of Dart with a number of parameters that is known when the program runs.
library;

/// The most parameters that a function can have which scripts call.
const maxArity = 16;

/// Returns a function with [count] parameters, up to [maxArity], that passes them to [call].
Function withArity(
  int count,
  Future<Object?> Function(List<Object?> arguments) call,
) => switch (count) {
  // dart format off
  0 => () => call([]),
  1 => (a) => call([a]),
  2 => (a, b) => call([a, b]),
  3 => (a, b, c) => call([a, b, c]),
  4 => (a, b, c, d) => call([a, b, c, d]),
  5 => (a, b, c, d, e) => call([a, b, c, d, e]),
  6 => (a, b, c, d, e, f) => call([a, b, c, d, e, f]),
  7 => (a, b, c, d, e, f, g) => call([a, b, c, d, e, f, g]),
  8 => (a, b, c, d, e, f, g, h) => call([a, b, c, d, e, f, g, h]),
  9 => (a, b, c, d, e, f, g, h, i) => call([a, b, c, d, e, f, g, h, i]),
  10 => (a, b, c, d, e, f, g, h, i, j) => call([a, b, c, d, e, f, g, h, i, j]),
  11 => (a, b, c, d, e, f, g, h, i, j, k) =>
      call([a, b, c, d, e, f, g, h, i, j, k]),
  12 => (a, b, c, d, e, f, g, h, i, j, k, l) =>
      call([a, b, c, d, e, f, g, h, i, j, k, l]),
  13 => (a, b, c, d, e, f, g, h, i, j, k, l, m) =>
      call([a, b, c, d, e, f, g, h, i, j, k, l, m]),
  14 => (a, b, c, d, e, f, g, h, i, j, k, l, m, n) =>
      call([a, b, c, d, e, f, g, h, i, j, k, l, m, n]),
  15 => (a, b, c, d, e, f, g, h, i, j, k, l, m, n, o) =>
      call([a, b, c, d, e, f, g, h, i, j, k, l, m, n, o]),
  _ => (a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p) =>
      call([a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p]),
  // dart format on
};
