// Types of functions that a Dart function takes as arguments.
part of 'parameter_type.dart';

/// A function that takes up to [Bound.arguments] arguments of any type, and returns an
/// [R].
typedef AnyArguments<R> =
    R Function([
      Object? a1,
      Object? a2,
      Object? a3,
      Object? a4,
      Object? a5,
      Object? a6,
      Object? a7,
      Object? a8,
      Object? a9,
      Object? a10,
      Object? a11,
      Object? a12,
      Object? a13,
      Object? a14,
      Object? a15,
      Object? a16,
    ]);

/// Functions of scripts.
final class ScriptFunctionType extends ParameterType<RhaiFunction> {
  /// Creates the type.
  const ScriptFunctionType();

  @override
  String get one => 'a function of a script';

  @override
  String get many => 'functions of scripts';

  @override
  int get kinds => Kind.function;

  @override
  bool get mustConvert => true;

  @override
  RhaiFunction convert(Object? value, Target target) =>
      value is RhaiFunction ? value : throw Mismatch.of(value);
}

/// Functions of any type.
final class AnyFunctionType extends ParameterType<Function> {
  /// Creates the type.
  const AnyFunctionType();

  @override
  String get one => 'a function';

  @override
  String get many => 'functions';

  @override
  int get kinds => Kind.function;

  @override
  bool get mustConvert => true;

  @override
  Function convert(Object? value, Target target) => switch (value) {
    final Function function => function,
    final RhaiFunction function => function.call,
    _ => throw Mismatch.of(value),
  };
}

/// Functions that return an [R].
final class FunctionType<R> extends ParameterType<AnyArguments<R>> {
  /// Creates the type of functions with some results.
  const FunctionType(this._result);

  final ParameterType<R> _result;

  @override
  String get one => 'a function';

  @override
  String get many => 'functions';

  @override
  int get kinds => Kind.function;

  @override
  bool get mustConvert => true;

  @override
  AnyArguments<R> convert(Object? value, Target target) {
    final function = switch (value) {
      final Function function => function,
      final RhaiFunction function when _result is FutureType =>
        function.callAsync,
      final RhaiFunction function => function.call,
      _ => throw Mismatch.of(value),
    };
    return _TypedFunction(function, _result, target).call;
  }
}

/// A function with a typed result.
final class _TypedFunction<R> {
  const _TypedFunction(this._function, this._result, this._target);

  final Function _function;
  final ParameterType<R> _result;

  /// The parameter that it is an argument for.
  final Target _target;

  R call([
    Object? a1 = notPassed,
    Object? a2 = notPassed,
    Object? a3 = notPassed,
    Object? a4 = notPassed,
    Object? a5 = notPassed,
    Object? a6 = notPassed,
    Object? a7 = notPassed,
    Object? a8 = notPassed,
    Object? a9 = notPassed,
    Object? a10 = notPassed,
    Object? a11 = notPassed,
    Object? a12 = notPassed,
    Object? a13 = notPassed,
    Object? a14 = notPassed,
    Object? a15 = notPassed,
    Object? a16 = notPassed,
  ]) {
    final arguments = passedOf(
      [a1, a2, a3, a4, a5, a6, a7, a8],
      [a9, a10, a11, a12, a13, a14, a15, a16],
    );
    return _resultOf(
      _result,
      Function.apply(_function, arguments) as Object?,
      _target,
    );
  }
}

/// Converts the result of a function to a type.
R _resultOf<R>(ParameterType<R> type, Object? value, Target target) {
  try {
    final result = type.convert(value, target);
    return result is R ? result : throw Mismatch.of(value);
  } on Mismatch catch (mismatch) {
    if (value is Future) value.ignore();
    throw RhaiConversionError(
      'result of ${target.name}',
      'it must be ${type.one}; $mismatch',
      hint: value is Future ? 'take a function that returns a Future' : '',
    );
  }
}

/// Futures that functions return.
final class FutureType<T> extends ParameterType<Future<T>> {
  /// Creates the type of Futures that complete with some values.
  const FutureType(this._type);

  final ParameterType<T> _type;

  @override
  String get one => 'a Future of ${_type.one}';

  @override
  String get many => 'Futures of ${_type.many}';

  @override
  int get kinds => 0;

  @override
  Future<T> convert(Object? value, Target target) async =>
      _resultOf(_type, await (value as dynamic), target);
}

/// Values, and Futures of them, that functions return.
final class FutureOrType<T> extends ParameterType<FutureOr<T>> {
  /// Creates the type for some values.
  const FutureOrType(this._type);

  final ParameterType<T> _type;

  @override
  String get one => _type.one;

  @override
  String get many => _type.many;

  @override
  int get kinds => 0;

  @override
  Object? convert(Object? value, Target target) => value is Future
      ? FutureType(_type).convert(value, target)
      : _type.convert(value, target);
}
