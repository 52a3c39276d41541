import '../errors.dart';
import '../parameters/member_error.dart';
import '../parameters/mismatch.dart';
import 'dart_type.dart';
import 'registered_function.dart';

/// The types that scripts know which start now. It does not change.
final class TypeTable {
  /// Creates it for types in the order in which they were registered.
  TypeTable(List<DartType> types) : _types = _byDepth(types);

  final List<DartType> _types;

  /// The types, those above others first.
  Iterable<DartType> get types => _types;

  final Map<Type, ObjectMembers> _byClass = {};

  static List<DartType> _byDepth(List<DartType> types) {
    int depthOf(DartType type) =>
        types.where((other) => other.isAbove(type)).length;
    final depths = {for (final type in types) type: depthOf(type)};
    final order = {for (final (index, type) in types.indexed) type: index};
    return [...types]..sort((a, b) {
      final byDepth = depths[a]!.compareTo(depths[b]!);
      return byDepth != 0 ? byDepth : order[a]!.compareTo(order[b]!);
    });
  }

  /// The names of all members, as the native side calls them. It has a function of its own
  /// for `==`.
  Set<String> get memberNames => {
    for (final type in _types)
      ...type.members.keys.where((name) => name != '=='),
    if (_types.isNotEmpty) ...[indexGetter, indexSetter],
    // A property that cannot be written is an error that says so.
    for (final type in _types)
      for (final name in type.members.keys)
        if (propertyOf(name) case final property?) ...[
          getterOf(property),
          setterOf(property),
        ],
  };

  /// All functions that a member stands for.
  Iterable<RegisteredFunction> functionsOf(String member) =>
      _types.map((type) => type.members[member]).nonNulls;

  /// The members of an object.
  ObjectMembers of(Object object) =>
      _byClass[object.runtimeType] ??= _find(object);

  ObjectMembers _find(Object object) {
    final own = _types.where((type) => type.includes(object)).toList();
    return ObjectMembers(
      own.isEmpty ? null : own.last.name,
      // Those of more specific types come later, in place of others.
      {for (final type in own) ...type.members},
      own.map((type) => type.iterator).nonNulls.lastOrNull,
    );
  }
}

/// The members that objects of one class have.
final class ObjectMembers {
  /// Creates it for a type by its name in scripts, or for a class that is not registered.
  ObjectMembers(this.typeName, this.byName, this.iterator);

  /// The name of the most specific type.
  final String? typeName;

  /// The functions by the names that the native side calls them by.
  final Map<String, RegisteredFunction> byName;

  /// The function that makes an [Iterable].
  final RegisteredFunction? iterator;

  /// The error that there is no property, or none that can be written.
  MemberError noProperty(
    String property,
    Object object, {
    required bool write,
  }) {
    final type = typeName;
    if (type == null) {
      return MemberError(
        property,
        'Unknown property ${_short(property)}: the class ${object.runtimeType} is not '
        'registered, so scripts see nothing of it; see registerType',
        RhaiRuntimeErrorKind.propertyNotFound,
      );
    }
    final kind = RhaiRuntimeErrorKind.propertyNotFound;
    if (write && byName.containsKey(getterOf(property))) {
      return MemberError(
        property,
        '$type.$property is read-only: no setter is registered for it',
        kind,
      );
    }
    if (byName.containsKey((write ? setterOf : getterOf)(property))) {
      return MemberError(
        '[]',
        '$type has no index for strings: $property is a property, write .$property',
        RhaiRuntimeErrorKind.functionNotFound,
      );
    }
    if (!write && byName.containsKey(setterOf(property))) {
      return MemberError(
        property,
        '$type.$property can only be written: no getter is registered for it',
        kind,
      );
    }
    if (byName.containsKey(property)) {
      return MemberError(
        property,
        '$property is a method of $type: write $property(…)',
        kind,
      );
    }
    final names = [
      for (final name in byName.keys)
        if (name.startsWith(write ? r'set$' : r'get$')) propertyOf(name)!,
    ];
    return MemberError(
      property,
      '$type has no property ${_short(property)}${_listOf(names)}',
      kind,
    );
  }

  /// The error that there is no method, operator or index.
  MemberError noFunction(String name, List<Object?> arguments) {
    final object = arguments.first!;
    final type = typeName ?? '${object.runtimeType}';
    const kind = RhaiRuntimeErrorKind.functionNotFound;
    if (name == indexGetter || name == indexSetter) {
      return MemberError('[]', '$type has no index', kind);
    }
    if (!_identifier.hasMatch(name)) {
      final other = arguments.length > 1
          ? ' for ${describeValue(arguments[1])}'
          : '';
      return MemberError(name, '$type has no operator $name$other', kind);
    }
    if (byName.containsKey(getterOf(name))) {
      return MemberError(
        name,
        '$name is a property of $type, and no method: write it without ()',
        kind,
      );
    }
    final names = byName.keys.where(_identifier.hasMatch).toList();
    return MemberError(
      name,
      '$type has no method $name${_listOf(names)}',
      kind,
    );
  }

  /// The error that it has nothing to go through.
  MemberError noIterator(Object object) => MemberError(
    typeName ?? '${object.runtimeType}',
    '${typeName ?? object.runtimeType} has no iterator: scripts cannot go through it '
    'with `for`',
    RhaiRuntimeErrorKind.notIterable,
  );
}

final _identifier = RegExp(r'^\w+$');

/// The property that a function of this name reads or writes, if it does.
String? propertyOf(String name) =>
    name.startsWith(r'get$') || name.startsWith(r'set$')
    ? name.substring(4)
    : null;

/// The most names that a message lists.
const _maxListed = 8;

String _listOf(List<String> names) {
  if (names.isEmpty) return '';
  final listed = names.length <= _maxListed
      ? names
      : [...names.take(_maxListed - 1), 'others'];
  return '; there is ${listed.join(', ')}';
}

/// A name of a script, which may be any text, in a message.
String _short(String name) =>
    name.length > 40 ? '${name.substring(0, 40)}…' : name;
