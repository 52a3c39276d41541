/// A function that scripts can call, with its name for messages.
final class RegisteredFunction {
  /// Creates one for a name that scripts call it by.
  ///
  /// Throws an [ArgumentError] for a function that scripts cannot call.
  RegisteredFunction(this.name, this._function)
    : arities = aritiesOf(_function),
      mayReturnFuture = !_isSynchronous(_function) {
    if (arities == 0) {
      throw ArgumentError.value(
        _function,
        'function',
        'takes named parameters that are required, type parameters or more '
            'than $maxArity arguments; wrap it in a closure: '
            "registerFunction('$name', (a, b) => …)",
      );
    }
  }

  /// A function that a script got as a value.
  RegisteredFunction.closure(this._function)
    : name = 'a Dart function',
      mayReturnFuture = true,
      arities = 0;

  /// What scripts call it.
  final String name;

  /// Bit *n* says that it takes *n* arguments.
  final int arities;

  /// Whether it may return a Future, as far as its type says.
  final bool mayReturnFuture;

  final Function _function;

  /// Calls it. The usual numbers of arguments are calls of a closure, several
  /// times as fast as [Function.apply].
  Object? call(List<Object?> a) {
    final dynamic f = _function;
    return switch (a.length) {
      0 => f(),
      1 => f(a[0]),
      2 => f(a[0], a[1]),
      3 => f(a[0], a[1], a[2]),
      4 => f(a[0], a[1], a[2], a[3]),
      _ => Function.apply(_function, a),
    };
  }
}

/// Whether the type of a function with the usual number of parameters says that it
/// returns no Future.
bool _isSynchronous(Function f) =>
    _returns<num?>(f) ||
    _returns<String?>(f) ||
    _returns<bool?>(f) ||
    _returns<List<Object?>?>(f) ||
    _returns<Map<Object?, Object?>?>(f);

bool _returns<R>(Function f) =>
    f is R Function() ||
    f is R Function(Never) ||
    f is R Function(Never, Never) ||
    f is R Function(Never, Never, Never) ||
    f is R Function(Never, Never, Never, Never);

/// The most arguments that Rhai passes to a function.
const maxArity = 16;

/// Finds out with how many arguments a function can be called: bit *n* for *n*.
///
/// `f is Function(Never, Never)` is true exactly when `f` accepts two
/// positional arguments, whatever their types.
int aritiesOf(Function f) {
  final accepts = [
    f is Function(),
    f is Function(Never),
    f is Function(Never, Never),
    f is Function(Never, Never, Never),
    f is Function(Never, Never, Never, Never),
    f is _F5,
    f is _F6,
    f is _F7,
    f is _F8,
    f is _F9,
    f is _F10,
    f is _F11,
    f is _F12,
    f is _F13,
    f is _F14,
    f is _F15,
    f is _F16,
  ];
  var arities = 0;
  for (var n = 0; n <= maxArity; n++) {
    if (accepts[n]) arities |= 1 << n;
  }
  return arities;
}

typedef _N = Never;
typedef _F5 = Function(_N, _N, _N, _N, _N);
typedef _F6 = Function(_N, _N, _N, _N, _N, _N);
typedef _F7 = Function(_N, _N, _N, _N, _N, _N, _N);
typedef _F8 = Function(_N, _N, _N, _N, _N, _N, _N, _N);
typedef _F9 = Function(_N, _N, _N, _N, _N, _N, _N, _N, _N);
typedef _F10 = Function(_N, _N, _N, _N, _N, _N, _N, _N, _N, _N);
typedef _F11 = Function(_N, _N, _N, _N, _N, _N, _N, _N, _N, _N, _N);
typedef _F12 = Function(_N, _N, _N, _N, _N, _N, _N, _N, _N, _N, _N, _N);
typedef _F13 = Function(_N, _N, _N, _N, _N, _N, _N, _N, _N, _N, _N, _N, _N);
typedef _F14 = Function(_N, _N, _N, _N, _N, _N, _N, _N, _N, _N, _N, _N, _N, _N);
typedef _F15 =
    Function(_N, _N, _N, _N, _N, _N, _N, _N, _N, _N, _N, _N, _N, _N, _N);
typedef _F16 =
    Function(_N, _N, _N, _N, _N, _N, _N, _N, _N, _N, _N, _N, _N, _N, _N, _N);
