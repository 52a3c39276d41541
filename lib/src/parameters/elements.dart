/// Converts values of scripts to elements of a collection of the user's.
library;

import '../wire/protocol.dart';
import 'mismatch.dart';
import 'parameter_type.dart';
import 'parameter_types.dart';

/// Elements for a collection, of the type that it has.
final class Elements {
  /// Creates an empty list for [collection].
  Elements.of(Iterable<Object?> collection)
    // An empty List of the same type.
    : list = collection.take(0).toList();

  /// The elements that were added.
  final List<Object?> list;

  ParameterType<Object?>? _type;

  /// Adds a value, which goes to [target], and converts it if need be.
  ///
  /// Throws a [Mismatch] if the collection does not take it.
  void add(Object? value, Target target) {
    // Finding out the type takes longer.
    if (_type == null && _takes(value)) return;
    final type = _type ??= elementTypeOf(list);
    try {
      if (!_takes(type.convert(value, target))) throw Mismatch.of(value);
    } on Mismatch catch (mismatch) {
      // About classes there is nothing to be found out.
      final isOther = type.kinds & ~Kind.unit == Kind.object;
      throw mismatch.expecting(
        isOther ? 'an element of a ${list.runtimeType}' : type.one,
      );
    }
  }

  /// Adds a value like [add], as the only one, and returns the element.
  Object? only(Object? value, Target target) {
    list.clear();
    add(value, target);
    return list.single;
  }

  bool _takes(Object? value) {
    try {
      list.add(value);
      return true;
    } on TypeError {
      return false;
    }
  }
}
