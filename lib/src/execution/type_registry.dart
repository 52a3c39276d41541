import '../parameters/member_error.dart';
import 'dart_type.dart';
import 'type_table.dart';

/// The Dart types that an engine has, by the names that scripts know them by.
final class TypeRegistry {
  /// The types, in the order in which they were registered. Forks may have the same list, so
  /// it does not change.
  List<DartType> get types => _types;
  List<DartType> _types = const [];

  /// The members for scripts that start now.
  TypeTable get table => _table ??= TypeTable(_types);
  TypeTable? _table;

  /// Checks that a type can be added.
  ///
  /// Throws an [ArgumentError] if its name or its class has been registered.
  void check(DartType type) {
    for (final other in _types) {
      if (other.name == type.name) {
        throw ArgumentError.value(
          type.name,
          'name',
          'is the name of a type that was registered before',
        );
      }
      if (!other.isSameAs(type)) continue;
      throw ArgumentError.value(
        type.name,
        'name',
        'is to be a second name of a class: it was registered as ${other.name}',
      );
    }
  }

  /// Adds a type.
  void add(DartType type) {
    _types = [..._types, type..makeKnown()];
    _table = null;
  }

  /// Takes over the types of another engine.
  void takeOver(TypeRegistry other) {
    _types = other._types;
    // Found out once for all.
    _table = other.table;
  }

  /// Forgets all types.
  void clear() {
    _types = const [];
    _table = null;
  }

  /// The name of an object's type.
  String nameOf(Object? object) => object == null
      ? '()'
      : table.of(object).typeName ?? '${object.runtimeType}';

  /// Compares two objects: by the operator of the first one's type, or as Dart does.
  Object? areEqual(Object? a, Object? b) {
    final equals = a == null ? null : table.of(a).byName['=='];
    // What the operator does not take is not equal.
    return equals != null && b != null && equals.surelyAccepts(1, b)
        ? equals.call([a, b])
        : a == b;
  }

  /// Makes an [Iteration] of an object, or a Future of one.
  ///
  /// Throws a [MemberError] if its type has no iterator.
  Object iterate(Object? object) {
    final members = table.of(object!);
    final iterator = members.iterator;
    if (iterator == null) throw members.noIterator(object);
    final values = iterator.call([object]);
    return values is Future<Object?>
        ? values.then((values) => Iteration(values! as Iterable<Object?>))
        : Iteration(values! as Iterable<Object?>);
  }
}

/// A script's way through the values of an object.
final class Iteration {
  /// Creates it before the first of these values.
  Iteration(Iterable<Object?> values) : _values = values.iterator;

  final Iterator<Object?> _values;

  /// Takes the next value: a list of it, a Future of such a list, or null after the last
  /// one.
  Object? next() {
    if (!_values.moveNext()) return null;
    final value = _values.current;
    return value is Future<Object?>
        ? value.then((value) => [value])
        : <Object?>[value];
  }
}
