/// Finds out which types the parameters of a function accept.
///
/// `f is Function(Never, Never)` is true exactly when `f` accepts two positional arguments,
/// whatever their types. So a place is asked whether it accepts `Object?`, else `num`, else
/// `double` … Of what holds others, it is asked again: a place that accepts `List<Never>` is
/// a list of something, and accepts `List<String>` or does not; a function
/// `Never Function(…)` likewise, by what it returns. With `T` as a type variable one table of
/// 16 places asks all of it, also ahead of time. It takes 1 µs a parameter, 10 for lists and
/// functions, before the next script starts.
///
/// A class of the user's cannot be asked about. Such a parameter accepts Dart objects, of
/// whatever class; if it is another one, the VM's `TypeError` is what the function fails with.
/// It cannot be told from one of the function's own body. The same holds for parameters that
/// are `covariant`, as that of `List<String>.add` is: these say that they accept everything.
library;

import 'dart:collection';
import 'dart:typed_data';

import '../rhai_function.dart';
import '../rhai_range.dart';
import '../wire/arities.dart';
import 'parameter_type.dart';
import 'scalars.dart';

/// Finds the types that the parameters of [f] accept, which takes [arities].
///
/// `f is Function(Never, T)` is true exactly when the second of two parameters
/// accepts every `T`.
List<ParameterType<Object?>> parameterTypesOf(Function f, int arities) {
  final count = arities.bitLength - 1;
  return [
    for (var place = 0; place < count; place++)
      _typeOf(_Parameter(f, place, count)),
  ];
}

/// Finds the type that the elements of a growable List have.
ParameterType<Object?> elementTypeOf(List<Object?> list) =>
    _typeOf(_ElementOf(list));

/// Finds the type [T], of a value that a caller expects.
ParameterType<Object?> typeOf<T>() => _typeOf(_Expected<T>());

/// A place whose type can be asked about.
abstract base class _Place {
  const _Place();

  /// Whether the place takes every [T].
  bool accepts<T>();
}

/// A parameter of a function with [count] positional ones.
final class _Parameter extends _Place {
  const _Parameter(this.function, this.place, this.count);

  final Function function;
  final int place;
  final int count;

  @override
  bool accepts<T>() => acceptsAt<T>(function, place, count);
}

/// A place for values of type [E].
final class _Expected<E> extends _Place {
  const _Expected();

  @override
  bool accepts<T>() => <T>[] is List<E>;
}

final class _ElementOf extends _Place {
  const _ElementOf(this.list);

  final List<Object?> list;

  @override
  bool accepts<T>() {
    try {
      list.addAll(<T>[]);
      return true;
    } on TypeError {
      return false;
    }
  }
}

final class _Element extends _Place {
  const _Element(this.list);

  final _Place list;

  @override
  bool accepts<T>() => list.accepts<List<T>>();
}

final class _Entry extends _Place {
  const _Entry(this.map);

  final _Place map;

  @override
  bool accepts<T>() => map.accepts<LinkedHashMap<String, T>>();
}

final class _Result extends _Place {
  const _Result(this.function);

  final _Place function;

  @override
  bool accepts<T>() => function.accepts<AnyArguments<T>>();
}

final class _Completion extends _Place {
  const _Completion(this.future);

  final _Place future;

  @override
  bool accepts<T>() => future.accepts<Future<T>>();
}

ParameterType<Object?> _typeOf(_Place place) {
  if (place.accepts<Object?>()) return const AnyType();
  final type = place.accepts<Object>()
      ? const ObjectType()
      : _nonNullTypeOf(place);
  return place.accepts<Null>() ? type.orNull() : type;
}

/// The type of a place, as if it did not accept null.
///
/// The order matters: the first of these types that the place accepts is the widest. A
/// place for a `num` accepts an `int`, too.
ParameterType<Object> _nonNullTypeOf(_Place place) {
  if (place.accepts<num>()) {
    if (place.accepts<String>()) return comparableType;
    return numberType(orObject: _isComparable(place));
  }
  if (place.accepts<double>()) return const FloatType();
  if (place.accepts<int>()) return intType;
  if (place.accepts<String>()) {
    return stringType(
      orObject: place.accepts<Pattern>() || _isComparable(place),
    );
  }
  if (place.accepts<bool>()) return boolType;
  if (place.accepts<List<Never>>()) return _listTypeOf(place);
  // Object maps arrive as this class of Map.
  if (place.accepts<LinkedHashMap<String, Never>>()) {
    return _typeOf(_Entry(place)).map();
  }
  if (place.accepts<Uint8List>()) return blobType;
  if (place.accepts<RhaiRange>()) return rangeType;
  if (place.accepts<RhaiFunction>()) return const ScriptFunctionType();
  if (place.accepts<AnyArguments<Never>>()) {
    return place.accepts<Function>()
        ? const AnyFunctionType()
        : _resultTypeOf(_Result(place)).result();
  }
  return OtherType(place.accepts);
}

/// Whether objects of classes that are `Comparable` may be accepted.
bool _isComparable(_Place place) => place.accepts<Comparable<Never>>();

ParameterType<Object> _listTypeOf(_Place place) => _typeOf(
  _Element(place),
).list(orBlob: place.accepts<Uint8List>(), orRange: place.accepts<RhaiRange>());

/// The type of a function's result. Unlike a parameter, it may be a Future.
ParameterType<Object?> _resultTypeOf(_Place place) {
  if (place.accepts<Object?>() || !place.accepts<Future<Never>>()) {
    return _typeOf(place);
  }
  final completion = _typeOf(_Completion(place));
  // That of a `FutureOr`, which accepts the value too.
  final isEither = completion.isAcceptedBy(place.accepts);
  return isEither ? completion.futureOr() : completion.future();
}
