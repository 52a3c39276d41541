/// Types of parameters of Dart functions, and the values of scripts as such.
library;

import 'dart:async';

import 'containers.dart';
import 'functions.dart';
import 'kind.dart';
import 'mismatch.dart';

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

  /// What a value is as this type, for [target].
  ///
  /// Throws what [argument] makes a message of.
  Object? convert(Object? value, Target target);

  /// What an argument is as this type.
  ///
  /// Throws an [ArgumentMismatch] if it cannot be.
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

  /// The same, or null.
  ParameterType<T?> orNull() => _NullableType(this);

  /// How well values of a kind fit, less being better; null if they do not.
  int? _rank(int kind) {
    if (kinds == Kind.any) return 2;
    if (kinds & kind != 0) return 0;
    return convertedKinds & kind != 0 ? 1 : null;
  }

  /// A list of this.
  ParameterType<Iterable<T>> list({
    bool orBlob = false,
    bool orRange = false,
  }) => orRange
      ? ListType<T, Iterable<T>>(this, orBlob: orBlob, orRange: true)
      : ListType<T, List<T>>(this, orBlob: orBlob, orRange: false);

  /// A map of this.
  ParameterType<Map<String, T>> map() => MapType(this);

  /// A function that returns this.
  ParameterType<AnyArguments<T>> result() => FunctionType(this);

  /// A Future of this.
  ParameterType<Future<T>> future() => FutureType(this);

  /// This, or a Future of it.
  ParameterType<FutureOr<T>> futureOr() => FutureOrType(this);
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
  Object? convert(Object? value, Target target) => value;
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
  Object convert(Object? value, Target target) =>
      value ?? (throw const Mismatch('()'));
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
  Object? convert(Object? value, Target target) =>
      isOpaque(value) ? value : throw Mismatch.of(value);
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
  Object? convert(Object? value, Target target) =>
      value == null ? null : _type.convert(value, target);
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
