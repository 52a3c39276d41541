import '../parameters/mismatch.dart';
import '../parameters/parameter_type.dart';
import '../parameters/parameter_types.dart';
import '../records/error_record.dart' show unnamedFunction;
import '../rhai_function_info.dart';
import '../wire/arities.dart';
import '../wire/protocol.dart';

/// A Dart function that scripts can call.
final class RegisteredFunction {
  /// Creates it for a function that scripts call by a name.
  ///
  /// Throws an [ArgumentError] if scripts cannot call such a function, or if
  /// [parameterNames] are not as many as it has parameters.
  RegisteredFunction(
    this.name,
    this.function, {
    this.isOverload = false,
    this.isTimed = true,
    this.doc,
    this.parameterNames,
    this.origin = RhaiFunctionOrigin.function,
  }) : dropsResult = false,
       arities = aritiesOf(function),
       mayReturnFuture = !_isSynchronous(function) {
    if (arities == 0) {
      throw ArgumentError.value(
        function,
        'function',
        'takes named parameters that are required, type parameters or more '
            'than ${Bound.arguments} arguments; wrap it in a closure: '
            "registerFunction('$name', (a, b) => …)",
      );
    }
    final count = arities.bitLength - 1;
    if (parameterNames case final names? when names.length != count) {
      throw ArgumentError.value(
        names,
        'parameterNames',
        'must be as many as the function has parameters, which is $count',
      );
    }
  }

  /// Creates it for a function that a script got as a value, or returns the one that there
  /// is.
  factory RegisteredFunction.closure(Function function) =>
      _closures[function] ??= RegisteredFunction._closure(function);

  /// Creates it for a member of a Dart type, which gets the object first, and any arguments.
  RegisteredFunction.member(
    this.name,
    this.function, {
    this.dropsResult = false,
  }) : isOverload = false,
       isTimed = true,
       doc = null,
       parameterNames = null,
       origin = RhaiFunctionOrigin.function,
       arities = aritiesOf(function),
       mayReturnFuture = !_isSynchronous(function) {
    // Whoever finds the member knows that the object is of the right class.
    _convert([null, ...types.skip(1)], first: 0);
  }

  RegisteredFunction._closure(this.function)
    : name = unnamedFunction,
      dropsResult = false,
      mayReturnFuture = true,
      isOverload = false,
      isTimed = true,
      doc = null,
      parameterNames = null,
      origin = RhaiFunctionOrigin.function,
      arities = aritiesOf(function) {
    // It gets all arguments that a script passes.
    _convert(types);
  }

  static final Expando<RegisteredFunction> _closures = Expando();

  /// The name by which scripts call it.
  final String name;

  /// The name of its results in errors. Made once, and not at each call.
  late final String resultName = 'result of $name';

  /// The numbers of arguments that it takes, as bits: bit *n* for *n*.
  final int arities;

  /// Whether it may return a Future, as far as its type says.
  final bool mayReturnFuture;

  /// Whether it is registered beside others of its name, and not in their place.
  final bool isOverload;

  /// Whether a script waits for its Future no longer than for any other.
  final bool isTimed;

  /// Whether its result means nothing to scripts, except that they wait for a Future.
  final bool dropsResult;

  /// The documentation of it, or null.
  final String? doc;

  /// The names of its parameters, or null.
  final List<String>? parameterNames;

  /// The way in which it came into the engine.
  final RhaiFunctionOrigin origin;

  /// The function itself.
  final Function function;

  /// The types of its parameters.
  late final List<ParameterType<Object?>> types = parameterTypesOf(
    function,
    arities,
  );

  /// The conversion of each argument, or null; null if there are none at all.
  List<Object? Function(Object?)?>? _conversions;

  /// The most signatures that a function is registered with for a number of arguments.
  ///
  /// A parameter that accepts several kinds of values multiplies them.
  static const _maxSignatures = 256;

  /// Functions that Rhai calls for a value of any kind, and goes on with the result.
  static const _ofAnything = {'print', 'debug'};

  /// Whether each parameter is open to all values. The call fails for those that it does
  /// not accept.
  ///
  /// There would be too many signatures otherwise.
  late final List<bool> _isOpen = _findOpen();

  List<bool> _findOpen() {
    var signatures = 1;
    return [
      for (final type in types)
        if (type is AnyType)
          true
        else
          _ofAnything.contains(name) ||
              (signatures *= _countTypes(type.kinds | type.convertedKinds)) >
                  _maxSignatures,
    ];
  }

  /// Finds the kinds of arguments that it is to be registered for: for each parameter the
  /// kinds that it accepts as they are, and above these the kinds that are converted.
  ///
  /// From then on [call] takes nothing else.
  List<int> register() {
    final parameters = <int>[];
    final converted = <ParameterType<Object?>?>[];
    for (final (index, type) in types.indexed) {
      final isOpen = _isOpen[index];
      parameters.add(
        type.kinds |
            (isOpen ? Kind.open : 0) |
            type.convertedKinds << Kind.convertedShift,
      );
      converted.add(type.mustConvert || isOpen ? type : null);
    }
    _convert(converted);
    return parameters;
  }

  /// Whether a parameter accepts strings.
  bool acceptsText(int place) => types[place].kinds & Kind.string != 0;

  /// Whether a parameter is known to accept an object.
  bool surelyAccepts(int place, Object object) =>
      types[place].surelyAccepts(object);

  /// Converts arguments to [types]. Messages count them from [first].
  void _convert(List<ParameterType<Object?>?> types, {int first = 1}) {
    if (types.every((type) => type == null || type is AnyType)) return;
    var number = first;
    _conversions = [
      for (final type in types) _conversionTo(type, Parameter(name, number++)),
    ];
  }

  static Object? Function(Object?)? _conversionTo(
    ParameterType<Object?>? type,
    Parameter parameter,
  ) => type == null ? null : (value) => type.argument(value, parameter);

  /// Checks that it can be registered beside [others] of its name.
  ///
  /// The function is called that accepts more of the arguments as they are. Throws an
  /// [ArgumentError] if for some arguments that is neither. An open parameter, as the last
  /// of many may be, accepts everything alike.
  void checkAgainst(List<RegisteredFunction> others) {
    if (!others.any(_isAmbiguousWith)) return;
    throw ArgumentError.value(
      function,
      'function',
      'accepts the same arguments as another overload of $name, so that nothing '
          'says which is to be called',
    );
  }

  /// The type of a parameter as it is registered.
  ParameterType<Object?> _registered(int place) =>
      _isOpen[place] ? const AnyType() : types[place];

  bool _isAmbiguousWith(RegisteredFunction other) {
    for (var arity = 0; arity <= Bound.arguments; arity++) {
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

  /// Calls the function.
  ///
  /// For the usual numbers of arguments that is the call of a closure, which is several
  /// times as fast as [Function.apply].
  Object? call(List<Object?> a) {
    if (_conversions case final conversions?) {
      for (var i = 0; i < a.length; i++) {
        if (conversions[i] case final convert?) a[i] = convert(a[i]);
      }
    }
    final result = _invoke(a);
    if (!dropsResult) return result;
    return result is Future<Object?> ? result.then((_) => null) : null;
  }

  Object? _invoke(List<Object?> a) {
    final dynamic f = function;
    return switch (a.length) {
      0 => f(),
      1 => f(a[0]),
      2 => f(a[0], a[1]),
      3 => f(a[0], a[1], a[2]),
      4 => f(a[0], a[1], a[2], a[3]),
      _ => Function.apply(function, a),
    };
  }
}

/// Counts the types of Rhai that some [kinds] are.
int _countTypes(int kinds) {
  // Ranges have two.
  var count = kinds & Kind.range == 0 ? 0 : 1;
  for (var left = kinds; left != 0; left &= left - 1) {
    count++;
  }
  return count;
}

/// Whether the type of a function says that it returns no Future. Functions with an
/// unusual number of parameters are not looked at.
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
