import '../parameters/functions.dart' show maxArity;
import '../parameters/kind.dart';
import '../parameters/mismatch.dart';
import '../parameters/parameter_type.dart';
import '../parameters/parameter_types.dart';

/// A function that scripts can call, with its name for messages.
final class RegisteredFunction {
  /// Creates one for a name that scripts call it by. Others of that name stay if it
  /// [isOverload].
  ///
  /// Throws an [ArgumentError] for a function that scripts cannot call.
  RegisteredFunction(this.name, this._function, {this.isOverload = false})
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
  factory RegisteredFunction.closure(Function function) =>
      _closures[function] ??= RegisteredFunction._closure(function);

  RegisteredFunction._closure(this._function)
    : name = unnamed,
      mayReturnFuture = true,
      isOverload = false,
      arities = aritiesOf(_function) {
    // It gets all arguments that a script passes.
    _convert(_types);
  }

  /// What a function is called that is a value, as far as Dart knows.
  static const unnamed = 'the Dart function';

  static final Expando<RegisteredFunction> _closures = Expando();

  /// What scripts call it.
  final String name;

  /// Bit *n* says that it takes *n* arguments.
  final int arities;

  /// Whether it may return a Future, as far as its type says.
  final bool mayReturnFuture;

  /// Whether it is beside others of its name, and not in their place.
  final bool isOverload;

  final Function _function;

  late final List<ParameterType<Object?>> _types = parameterTypesOf(
    _function,
    arities,
  );

  /// What converts each argument, or null; null if nothing has to be done.
  List<Object? Function(Object?)?>? _conversions;

  /// The signatures that a function is registered with at most, for each number of
  /// arguments. A parameter that accepts several kinds of values multiplies them.
  static const _maxSignatures = 256;

  /// Rhai calls these for what is printed, whatever it is, and goes on with the result.
  static const _ofAnything = {'print', 'debug'};

  /// The parameters that are open to values that they do not accept, for which the call
  /// fails: there would be too many signatures otherwise.
  late final List<bool> _isOpen = _findOpen();

  List<bool> _findOpen() {
    var signatures = 1;
    return [
      for (final type in _types)
        if (type is AnyType)
          true
        else
          _ofAnything.contains(name) ||
              (signatures *= countTypes(type.kinds | type.convertedKinds)) >
                  _maxSignatures,
    ];
  }

  /// Finds out by which kinds of arguments it is to be registered: for each parameter
  /// the kinds that it accepts as they are, and above these those that are converted.
  ///
  /// [call] takes nothing else from then on.
  List<int> register() {
    final parameters = <int>[];
    final converted = <ParameterType<Object?>?>[];
    for (final (index, type) in _types.indexed) {
      final isOpen = _isOpen[index];
      parameters.add(
        type.kinds | (isOpen ? Kind.open : 0) | type.convertedKinds << 16,
      );
      converted.add(type.mustConvert || isOpen ? type : null);
    }
    _convert(converted);
    return parameters;
  }

  void _convert(List<ParameterType<Object?>?> types) {
    if (types.every((type) => type == null || type is AnyType)) return;
    var number = 0;
    _conversions = [
      for (final type in types) _conversionTo(type, Parameter(name, ++number)),
    ];
  }

  static Object? Function(Object?)? _conversionTo(
    ParameterType<Object?>? type,
    Parameter parameter,
  ) => type == null ? null : (value) => type.argument(value, parameter);

  /// Checks that it can be beside [others] of its name.
  ///
  /// Throws an [ArgumentError] if there are arguments for which it cannot be said which
  /// is to be called. That is the one that accepts more of them as they are. The last of
  /// many parameters that accept several kinds of values say nothing.
  void checkAgainst(List<RegisteredFunction> others) {
    if (!others.any(_isAmbiguousWith)) return;
    throw ArgumentError.value(
      _function,
      'function',
      'accepts the same arguments as another overload of $name, so that nothing '
          'says which is to be called',
    );
  }

  /// The type of a parameter as it is registered.
  ParameterType<Object?> _registered(int place) =>
      _isOpen[place] ? const AnyType() : _types[place];

  bool _isAmbiguousWith(RegisteredFunction other) {
    for (var arity = 0; arity <= maxArity; arity++) {
      if (arities & other.arities & (1 << arity) == 0) continue;
      final places = [
        for (var i = 0; i < arity; i++)
          Preference.between(_registered(i), other._registered(i)),
      ];
      // No arguments that both accept.
      if (places.any((place) => place == 0)) continue;
      bool has(int preference) => places.any((p) => p & preference != 0);
      if (places.every((place) => place & Preference.none != 0)) return true;
      if (has(Preference.first) && has(Preference.second)) return true;
    }
    return false;
  }

  /// Calls it. The usual numbers of arguments are calls of a closure, several
  /// times as fast as [Function.apply].
  Object? call(List<Object?> a) {
    if (_conversions case final conversions?) {
      for (var i = 0; i < a.length; i++) {
        if (conversions[i] case final convert?) a[i] = convert(a[i]);
      }
    }
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
