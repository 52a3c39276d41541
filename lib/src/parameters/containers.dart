// Types of lists and maps.
part of 'parameter_type.dart';

/// Lists of [E], as values of type [L].
///
/// For ranges to have that type, it must be `Iterable<E>`.
final class ListType<E, L extends Iterable<E>> extends ParameterType<L> {
  /// Creates the type of lists with some elements.
  const ListType(this._element, {required this.orBlob, required this.orRange});

  final ParameterType<E> _element;

  /// Whether blobs are accepted.
  final bool orBlob;

  /// Whether ranges are accepted.
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
  Object convert(Object? value, Target target) {
    // A list of a script's values has no type.
    if (value is List<E> && (orBlob || value is! Uint8List)) return value;
    if (orRange && value is RhaiRange) return value;
    if (value is! List<Object?> || value is Uint8List) {
      throw Mismatch.of(value);
    }
    final list = <E>[];
    for (final item in value) {
      if (item is E && !_element.mustConvert) {
        list.add(item);
        continue;
      }
      list.add(_part(_element, item, target, list.length));
    }
    return list;
  }
}

/// Object maps.
final class MapType<V> extends ParameterType<Map<String, V>> {
  /// Creates the type of maps with some values.
  const MapType(this._value);

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
  Object convert(Object? value, Target target) {
    if (value is! Map<String, Object?>) throw Mismatch.of(value);
    if (value is Map<String, V>) return value;
    return <String, V>{
      for (final MapEntry(:key, value: part) in value.entries)
        key: _part(_value, part, target, key),
    };
  }
}

/// Converts a part of a value, to which [step] leads.
T _part<T>(ParameterType<T> type, Object? value, Target target, Object step) {
  try {
    final part = type.convert(value, target);
    return part is T ? part : throw Mismatch.of(value);
  } on Mismatch catch (mismatch) {
    throw mismatch.below(step, type.one);
  }
}
