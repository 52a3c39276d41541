/// Types of parameters of Dart functions, and the values of scripts as such.
library;

import 'dart:async';
import 'dart:typed_data';

import 'errors.dart';
import 'passed_arguments.dart';
import 'rhai_function.dart';
import 'rhai_range.dart';

/// The most arguments that Rhai passes to a function.
const maxArity = 16;

/// A function that takes any arguments, up to [maxArity], and returns an [R].
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

/// Kinds of values of scripts, as bits: `KINDS` in `rust/src/parameters.rs`.
abstract final class Kind {
  /// `()`.
  static const unit = 1 << 0;

  /// A boolean.
  static const bool = 1 << 1;

  /// An integer.
  static const int = 1 << 2;

  /// A floating point number.
  static const float = 1 << 3;

  /// A string.
  static const string = 1 << 4;

  /// A character.
  static const char = 1 << 5;

  /// An array.
  static const array = 1 << 6;

  /// An object map.
  static const map = 1 << 7;

  /// Bytes.
  static const blob = 1 << 8;

  /// A range with or without its end.
  static const range = 1 << 9;

  /// A function pointer.
  static const function = 1 << 10;

  /// A Dart object.
  static const object = 1 << 11;

  /// Everything, also what is not listed here.
  static const any = (1 << 12) - 1;
}

/// How many types of Rhai some [kinds] are.
int countTypes(int kinds) {
  // Ranges have two.
  var count = kinds & Kind.range == 0 ? 0 : 1;
  for (var left = kinds; left != 0; left &= left - 1) {
    count++;
  }
  return count;
}

/// Which of two types is better for values that both accept, as bits.
abstract final class Preference {
  /// The first is.
  static const first = 1;

  /// Neither is.
  static const none = 2;

  /// The second is.
  static const second = 4;

  /// What there is, of all values that [a] and [b] accept; 0 if there are no such.
  static int between(ParameterType<Object?> a, ParameterType<Object?> b) {
    var found = 0;
    for (var kind = 1; kind <= Kind.object; kind <<= 1) {
      final (rankA, rankB) = (a._rank(kind), b._rank(kind));
      if (rankA == null || rankB == null) continue;
      found |= rankA == rankB ? none : (rankA < rankB ? first : second);
    }
    return found;
  }
}

/// A parameter, for messages.
final class Parameter {
  /// The one with a [number], counted from 1, of a [function].
  const Parameter(this.function, this.number);

  /// The function's name.
  final String function;

  /// Which parameter it is.
  final int number;
}

/// An argument that a Dart function does not take: it was not called.
final class ArgumentMismatch implements Exception {
  /// Creates it with all that is to be said.
  const ArgumentMismatch(this.message);

  /// Says which argument it is, what it must be and what it is.
  final String message;

  @override
  String toString() => message;
}

/// Something in a value is of a wrong type.
final class _Mismatch implements Exception {
  const _Mismatch(this.found, [this.steps = const []]);

  _Mismatch.of(Object? value) : this(_describe(value));

  /// What it is, with an article.
  final String found;

  /// The way to it.
  final List<String> steps;

  _Mismatch below(String step) => _Mismatch(found, [step, ...steps]);

  @override
  String toString() => '${steps.isEmpty ? 'it' : steps.join(', ')} is $found';
}

/// A type that values of scripts are made to: [T].
///
/// It is found out by asking, so it may be a part of what a parameter accepts.
abstract base class ParameterType<T> {
  /// Creates it.
  const ParameterType();

  /// What a value is called, with an article.
  String get one;

  /// What several values are called.
  String get many;

  /// Kinds of values that already have this type.
  int get kinds;

  /// Kinds of values that can be made to this type.
  int get convertedKinds => 0;

  /// Whether values of these kinds must be looked at.
  bool get mustConvert => false;

  /// What a value is as this type, for [parameter].
  ///
  /// Throws what [argument] makes a message of.
  Object? convert(Object? value, Parameter parameter);

  /// What an argument is as this type.
  ///
  /// Throws an [ArgumentMismatch] if it cannot be.
  Object? argument(Object? value, Parameter parameter) {
    try {
      return convert(value, parameter);
    } on _Mismatch catch (mismatch) {
      final Parameter(:function, :number) = parameter;
      Error.throwWithStackTrace(
        ArgumentMismatch('$function: argument $number must be $one; $mismatch'),
        // Nothing of the user's has run.
        StackTrace.empty,
      );
    }
  }

  /// Whether a place accepts this type.
  bool isAcceptedBy(bool Function<X>() accepts) => accepts<T>();

  /// The same, or null.
  ParameterType<T?> orNull() => _NullableType(this);

  /// How well values of a kind fit, less being better; null if they do not.
  int? _rank(int kind) {
    if (kinds == Kind.any) return 2;
    if (kinds & kind != 0) return 0;
    return convertedKinds & kind != 0 ? 1 : null;
  }

  /// A list of this.
  ParameterType<List<T>> list({bool orBlob = false, bool orRange = false}) =>
      _ListType(this, orBlob: orBlob, orRange: orRange);

  /// A map of this.
  ParameterType<Map<String, T>> map() => _MapType(this);

  /// A function that returns this.
  ParameterType<AnyArguments<T>> result() => _FunctionType(this);

  /// A Future of this.
  ParameterType<Future<T>> future() => _FutureType(this);

  /// This, or a Future of it.
  ParameterType<FutureOr<T>> futureOr() => _FutureOrType(this);
}

/// Everything.
final class AnyType extends ParameterType<Object?> {
  /// Creates it.
  const AnyType();

  @override
  String get one => 'any value';

  @override
  String get many => 'any values';

  @override
  int get kinds => Kind.any;

  @override
  Object? convert(Object? value, Parameter parameter) => value;
}

/// Everything but null.
final class ObjectType extends ParameterType<Object> {
  /// Creates it.
  const ObjectType();

  @override
  String get one => 'a value other than ()';

  @override
  String get many => 'values other than ()';

  @override
  int get kinds => Kind.any;

  @override
  bool get mustConvert => true;

  @override
  Object convert(Object? value, Parameter parameter) =>
      value ?? (throw const _Mismatch('()'));
}

/// Values that are in Dart what they are in a script.
final class SameType<T extends Object> extends ParameterType<T> {
  /// Creates one for values of some [kinds]. Dart objects may be such, too, if
  /// [orObject] is set.
  const SameType(
    this.one,
    this.many,
    int kinds, {
    this.convertedKinds = 0,
    bool orObject = false,
  }) : kinds = orObject ? kinds | Kind.object : kinds;

  @override
  final String one;

  @override
  final String many;

  @override
  final int kinds;

  @override
  final int convertedKinds;

  @override
  Object convert(Object? value, Parameter parameter) =>
      value is T || (kinds & Kind.object != 0 && _isOpaque(value))
      ? value!
      : throw _Mismatch.of(value);
}

/// Booleans.
const boolType = SameType<bool>('a bool', 'bools', Kind.bool);

/// Integers.
const intType = SameType<int>('an int', 'ints', Kind.int);

/// Numbers; also objects, if the place accepts what is comparable.
SameType<num> numberType({required bool orObject}) =>
    SameType('a number', 'numbers', Kind.int | Kind.float, orObject: orObject);

/// Strings; also objects, if the place accepts what is comparable or a pattern.
SameType<String> stringType({required bool orObject}) => SameType(
  'a string',
  'strings',
  Kind.string,
  convertedKinds: Kind.char,
  orObject: orObject,
);

/// Whatever can be compared.
const comparableType = SameType<Comparable<Object?>>(
  'a number, a string or a Dart object',
  'numbers, strings and Dart objects',
  Kind.int | Kind.float | Kind.string,
  convertedKinds: Kind.char,
  orObject: true,
);

/// Bytes.
const blobType = SameType<Uint8List>('a blob', 'blobs', Kind.blob);

/// Ranges.
const rangeType = SameType<RhaiRange>('a range', 'ranges', Kind.range);

/// Floating point numbers.
final class FloatType extends ParameterType<double> {
  /// Creates it.
  const FloatType();

  @override
  String get one => 'a float';

  @override
  String get many => 'floats';

  @override
  int get kinds => Kind.float;

  @override
  int get convertedKinds => Kind.int;

  @override
  bool get mustConvert => true;

  @override
  double convert(Object? value, Parameter parameter) {
    if (value is double) return value;
    if (value is! int) throw _Mismatch.of(value);
    final float = value.toDouble();
    // The largest integers are rounded to 2^63, which is none, and back.
    if (float.toInt() != value || float == 9223372036854775808.0) {
      throw _Mismatch('$value, which no float can be');
    }
    return float;
  }
}

/// Functions of scripts.
final class ScriptFunctionType extends ParameterType<RhaiFunction> {
  /// Creates it.
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
  RhaiFunction convert(Object? value, Parameter parameter) =>
      value is RhaiFunction ? value : throw _Mismatch.of(value);
}

/// Objects of a Dart class about which nothing can be found out.
final class OtherType extends ParameterType<Never> {
  /// Creates it.
  const OtherType();

  @override
  String get one => 'a Dart object';

  @override
  String get many =>
      'objects of a Dart class, which can only be passed one by one';

  @override
  int get kinds => Kind.object;

  @override
  Object? convert(Object? value, Parameter parameter) =>
      _isOpaque(value) ? value : throw _Mismatch.of(value);
}

final class _NullableType<T> extends ParameterType<T?> {
  const _NullableType(this._type);

  final ParameterType<T> _type;

  @override
  String get one => '${_type.one} or ()';

  @override
  String get many => '${_type.many} or ()';

  @override
  int get kinds => _type.kinds | Kind.unit;

  @override
  int get convertedKinds => _type.convertedKinds;

  @override
  bool get mustConvert => _type.mustConvert;

  @override
  Object? convert(Object? value, Parameter parameter) =>
      value == null ? null : _type.convert(value, parameter);
}

final class _ListType<E> extends ParameterType<List<E>> {
  const _ListType(this._element, {required this.orBlob, required this.orRange});

  final ParameterType<E> _element;

  /// Whether bytes are such a list, and ranges.
  final bool orBlob;
  final bool orRange;

  @override
  String get one =>
      _element is AnyType ? 'a list' : 'a list of ${_element.many}';

  @override
  String get many =>
      _element is AnyType ? 'lists' : 'lists of ${_element.many}';

  @override
  int get kinds => Kind.array;

  @override
  int get convertedKinds =>
      (orBlob ? Kind.blob : 0) | (orRange ? Kind.range : 0);

  @override
  bool get mustConvert => _element is! AnyType;

  @override
  Object convert(Object? value, Parameter parameter) {
    // A list of a script's values has no type.
    if (value is List<E> && (orBlob || value is! Uint8List)) return value;
    if (orRange && value is RhaiRange) return value;
    if (value is! List<Object?> || value is Uint8List) {
      throw _Mismatch.of(value);
    }
    final list = <E>[];
    for (final item in value) {
      if (item is E && !_element.mustConvert) {
        list.add(item);
        continue;
      }
      list.add(
        _part(_element, item, parameter, () => 'element ${list.length}'),
      );
    }
    return list;
  }
}

final class _MapType<V> extends ParameterType<Map<String, V>> {
  const _MapType(this._value);

  final ParameterType<V> _value;

  @override
  String get one =>
      _value is AnyType ? 'an object map' : 'an object map of ${_value.many}';

  @override
  String get many =>
      _value is AnyType ? 'object maps' : 'object maps of ${_value.many}';

  @override
  int get kinds => Kind.map;

  @override
  bool get mustConvert => _value is! AnyType;

  @override
  Object convert(Object? value, Parameter parameter) {
    if (value is! Map<String, Object?>) throw _Mismatch.of(value);
    if (value is Map<String, V>) return value;
    return <String, V>{
      for (final MapEntry(:key, value: part) in value.entries)
        key: _part(_value, part, parameter, () => 'entry $key'),
    };
  }
}

/// What a part of a value is as a type. The way to it starts with [step].
T _part<T>(
  ParameterType<T> type,
  Object? value,
  Parameter parameter,
  String Function() step,
) {
  try {
    final part = type.convert(value, parameter);
    return part is T ? part : throw _Mismatch.of(value);
  } on _Mismatch catch (mismatch) {
    throw mismatch.below(step());
  }
}

/// Functions of any type.
final class AnyFunctionType extends ParameterType<Function> {
  /// Creates it.
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
  Function convert(Object? value, Parameter parameter) => switch (value) {
    final Function function => function,
    final RhaiFunction function => function.call,
    _ => throw _Mismatch.of(value),
  };
}

final class _FunctionType<R> extends ParameterType<AnyArguments<R>> {
  const _FunctionType(this._result);

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
  AnyArguments<R> convert(Object? value, Parameter parameter) {
    final function = switch (value) {
      final Function function => function,
      final RhaiFunction function when _result is _FutureType =>
        function.callAsync,
      final RhaiFunction function => function.call,
      _ => throw _Mismatch.of(value),
    };
    return _TypedFunction(function, _result, parameter).call;
  }
}

/// A function with a typed result.
final class _TypedFunction<R> {
  const _TypedFunction(this._function, this._result, this._parameter);

  final Function _function;
  final ParameterType<R> _result;

  /// What it was given for.
  final Parameter _parameter;

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
    final arguments = passedOf([
      ...[a1, a2, a3, a4, a5, a6, a7, a8],
      ...[a9, a10, a11, a12, a13, a14, a15, a16],
    ]);
    return _resultOf(
      _result,
      Function.apply(_function, arguments) as Object?,
      _parameter,
    );
  }
}

/// What a function has returned, as a type.
R _resultOf<R>(ParameterType<R> type, Object? value, Parameter parameter) {
  try {
    final result = type.convert(value, parameter);
    return result is R ? result : throw _Mismatch.of(value);
  } on _Mismatch catch (mismatch) {
    final Parameter(:function, :number) = parameter;
    if (value is Future) value.ignore();
    throw RhaiConversionError(
      'result of argument $number of $function',
      'it must be ${type.one}; $mismatch',
      hint: value is Future ? 'take a function that returns a Future' : '',
    );
  }
}

final class _FutureType<T> extends ParameterType<Future<T>> {
  const _FutureType(this._type);

  final ParameterType<T> _type;

  @override
  String get one => 'a Future of ${_type.one}';

  @override
  String get many => 'Futures of ${_type.many}';

  @override
  int get kinds => 0;

  @override
  Future<T> convert(Object? value, Parameter parameter) async =>
      _resultOf(_type, await (value as dynamic), parameter);
}

final class _FutureOrType<T> extends ParameterType<FutureOr<T>> {
  const _FutureOrType(this._type);

  final ParameterType<T> _type;

  @override
  String get one => _type.one;

  @override
  String get many => _type.many;

  @override
  int get kinds => 0;

  @override
  Object? convert(Object? value, Parameter parameter) => value is Future
      ? _FutureType(_type).convert(value, parameter)
      : _type.convert(value, parameter);
}

/// Whether a value is an opaque object in scripts.
bool _isOpaque(Object? value) =>
    value != null && _kindOf(value) == null && value is! Future;

/// What a value is called, with an article.
String _describe(Object? value) => switch (value) {
  null => '()',
  Future() => 'a Future, as the function has to wait',
  _ => _kindOf(value) ?? 'a Dart object (${value.runtimeType})',
};

String? _kindOf(Object value) => switch (value) {
  bool() => 'a bool',
  int() => 'an int',
  double() => 'a float',
  String() => 'a string',
  Uint8List() => 'a blob',
  List() => 'a list',
  Map() => 'an object map',
  RhaiRange() => 'a range',
  RhaiFunction() => 'a function of a script',
  Function() => 'a Dart function',
  _ => null,
};
