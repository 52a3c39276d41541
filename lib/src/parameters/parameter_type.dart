/// Types of parameters of Dart functions, which values of scripts are converted to.
library;

import 'dart:async';
import 'dart:typed_data';

import '../errors.dart';
import '../ffi/passed_arguments.dart';
import '../rhai_function.dart';
import '../rhai_range.dart';
import '../wire/protocol.dart';
import 'class_test.dart';
import 'mismatch.dart';

// Types are made of others by methods of these, so all are one library.
part 'containers.dart';
part 'functions.dart';

/// A type that values of scripts are converted to: [T].
///
/// It is found by asking the parameter, and may be a part of what that accepts.
abstract base class ParameterType<T> {
  /// Creates the type.
  const ParameterType();

  /// The name of one value in messages, with an article.
  String get one;

  /// The name of several values in messages.
  String get many;

  /// Kinds of values that already have this type, as bits of [Kind].
  int get kinds;

  /// Kinds of values that can be converted to this type.
  int get convertedKinds => 0;

  /// Whether values of [kinds] must be looked at, and perhaps converted.
  bool get mustConvert => false;

  /// Whether a Dart object is known to have this type.
  bool surelyAccepts(Object object) => kinds == Kind.any;

  /// Converts a value to this type, for [target].
  ///
  /// Throws a [Mismatch] if that cannot be.
  Object? convert(Object? value, Target target);

  /// Converts an argument to this type.
  ///
  /// Throws an [ArgumentMismatch] if that cannot be.
  Object? argument(Object? value, Parameter parameter) {
    try {
      return convert(value, parameter);
    } on Mismatch catch (mismatch) {
      final Parameter(:function, :number) = parameter;
      Error.throwWithStackTrace(
        ArgumentMismatch(function, 'argument $number must be $one; $mismatch'),
        // Nothing of the user's has run.
        StackTrace.empty,
      );
    }
  }

  /// Whether a place accepts this type.
  bool isAcceptedBy(bool Function<X>() accepts) => accepts<T>();

  /// This type, or null.
  ParameterType<T?> orNull() => _NullableType(this);

  /// Rates how well values of a kind fit, lower is better; null if they do not fit.
  int? _rank(int kind) {
    if (kinds == Kind.any) return 2;
    if (kinds & kind != 0) return 0;
    return convertedKinds & kind != 0 ? 1 : null;
  }

  /// A list of values of this type. It may also accept blobs and ranges.
  ParameterType<Iterable<T>> list({
    bool orBlob = false,
    bool orRange = false,
  }) => orRange
      ? ListType<T, Iterable<T>>(this, orBlob: orBlob, orRange: true)
      : ListType<T, List<T>>(this, orBlob: orBlob, orRange: false);

  /// An object map with values of this type.
  ParameterType<Map<String, T>> map() => MapType(this);

  /// A function that returns values of this type.
  ParameterType<AnyArguments<T>> result() => FunctionType(this);

  /// A Future of a value of this type.
  ParameterType<Future<T>> future() => FutureType(this);

  /// A value of this type, or a Future of one.
  ParameterType<FutureOr<T>> futureOr() => FutureOrType(this);
}

/// Everything.
final class AnyType extends ParameterType<Object?> {
  /// Creates the type.
  const AnyType();

  @override
  String get one => 'any value';

  @override
  String get many => 'any values';

  @override
  int get kinds => Kind.any;

  @override
  Object? convert(Object? value, Target target) => value;
}

/// Everything but null.
final class ObjectType extends ParameterType<Object> {
  /// Creates the type.
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
  Object convert(Object? value, Target target) =>
      value ?? (throw const Mismatch('()'));
}

/// Objects of a Dart class that cannot be asked about.
///
/// Objects of a registered class are known to be accepted or not.
final class OtherType extends ParameterType<Never> {
  /// Creates the type that a place [_accepts].
  const OtherType(this._accepts);

  /// The description of objects whose class is not known.
  static const anyObject = 'a Dart object';

  final bool Function<X>() _accepts;

  @override
  String get one => switch (ClassTest.acceptedName(_accepts)) {
    final name? => withArticle(name),
    null => anyObject,
  };

  @override
  bool get mustConvert => true;

  @override
  String get many =>
      'objects of a Dart class, which can only be passed one by one';

  @override
  int get kinds => Kind.object;

  @override
  bool surelyAccepts(Object object) => ClassTest.isKnownToFit(object, _accepts);

  @override
  Object? convert(Object? value, Target target) {
    if (!isOpaque(value)) throw Mismatch.of(value);
    final test = ClassTest.of(value!);
    if (test == null || test.isAcceptedBy(_accepts)) return value;
    throw Mismatch(withArticle(test.name));
  }
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
  bool surelyAccepts(Object object) => _type.surelyAccepts(object);

  @override
  Object? convert(Object? value, Target target) =>
      value == null ? null : _type.convert(value, target);
}

/// Preferences between two types, for values that both accept, as bits.
abstract final class Preference {
  /// The first type fits better.
  static const first = 1;

  /// Both fit equally well.
  static const none = 2;

  /// The second type fits better.
  static const second = 4;

  /// Collects the preferences for all values that both [a] and [b] accept. 0 if there
  /// are no such values.
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
