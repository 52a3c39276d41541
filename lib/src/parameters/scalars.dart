/// Types of single values.
library;

import 'dart:typed_data';

import '../rhai_range.dart';
import '../wire/protocol.dart';
import 'mismatch.dart';
import 'parameter_type.dart';

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
  Object convert(Object? value, Target target) =>
      value is T || (kinds & Kind.object != 0 && isOpaque(value))
      ? value!
      : throw Mismatch.of(value);
}

/// Booleans.
const boolType = SameType<bool>('a bool', 'bools', Kind.boolean);

/// Integers.
const intType = SameType<int>('an int', 'ints', Kind.integer);

/// Numbers; also objects, if the place accepts what is comparable.
SameType<num> numberType({required bool orObject}) => SameType(
  'a number',
  'numbers',
  Kind.integer | Kind.float,
  orObject: orObject,
);

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
  Kind.integer | Kind.float | Kind.string,
  convertedKinds: Kind.char,
  orObject: true,
);

/// Bytes.
const blobType = SameType<Uint8List>('a blob', 'blobs', Kind.blob);

/// Ranges.
const rangeType = SameType<RhaiRange>('a range', 'ranges', Kind.range);

/// Floating point numbers.
final class FloatType extends ParameterType<double> {
  /// Creates the type.
  const FloatType();

  @override
  String get one => 'a float';

  @override
  String get many => 'floats';

  @override
  int get kinds => Kind.float;

  @override
  int get convertedKinds => Kind.integer;

  @override
  bool get mustConvert => true;

  @override
  double convert(Object? value, Target target) {
    if (value is double) return value;
    if (value is! int) throw Mismatch.of(value);
    final float = value.toDouble();
    // The largest integers are rounded to 2^63, which is none, and back.
    if (float.toInt() != value || float == 9223372036854775808.0) {
      throw Mismatch('$value, which no float can be');
    }
    return float;
  }
}
