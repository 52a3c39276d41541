/// Describes registered functions, and members of types, to users.
library;

import 'dart:collection';

import '../parameters/result_types.dart';
import '../parameters/type_names.dart';
import '../rhai_function_info.dart';
import '../wire/protocol.dart';
import 'dart_type.dart';
import 'registered_function.dart';
import 'type_table.dart';

/// Describes functions, sorted by name, and the members of types among them.
List<RhaiFunctionInfo> describeFunctions(
  Iterable<RegisteredFunction> functions,
  TypeTable types,
) {
  final byName = SplayTreeMap<String, List<RhaiFunctionInfo>>();
  void add(RhaiFunctionInfo info) => (byName[info.name] ??= []).add(info);
  for (final function in functions) {
    add(_Description(function, types).toInfo(function.name, function.origin));
  }
  for (final type in types.types) {
    type.members.forEach((key, function) {
      final (name, origin) = _nameOf(key);
      add(_Description(function, types, type).toInfo(name, origin));
    });
    if (type.iterator case final iterator?) {
      final description = _Description(iterator, types, type);
      add(description.toInfo('for', RhaiFunctionOrigin.iterator));
    }
  }
  return List.unmodifiable([for (final same in byName.values) ...same]);
}

/// The name of a member in lists, by the name that the native side calls it by.
(String, RhaiFunctionOrigin) _nameOf(String key) => switch (key) {
  indexGetter => ('[]', RhaiFunctionOrigin.indexGet),
  indexSetter => ('[]=', RhaiFunctionOrigin.indexSet),
  _ when DartType.isOperator(key) => (key, RhaiFunctionOrigin.operator),
  _ => switch (propertyOf(key)) {
    null => (key, RhaiFunctionOrigin.method),
    final property when key == getterOf(property) => (
      property,
      RhaiFunctionOrigin.getter,
    ),
    final property => (property, RhaiFunctionOrigin.setter),
  },
};

/// The description of a function, which may be a member of a type.
final class _Description {
  _Description(this._function, this._types, [this._owner]);

  final RegisteredFunction _function;
  final TypeTable _types;
  final DartType? _owner;

  /// The fewest arguments that it takes: the lowest bit.
  int get _required => (_function.arities & -_function.arities).bitLength - 1;

  RhaiFunctionInfo toInfo(String name, RhaiFunctionOrigin origin) =>
      RhaiFunctionInfo(
        name: name,
        parameters: List.unmodifiable([
          for (var place = 0; place < _function.types.length; place++)
            RhaiParameterInfo(
              name: _function.parameterNames?[place],
              type: _parameterType(place),
              isOptional: place >= _required,
            ),
        ]),
        returnType: _returnType,
        doc: _function.doc,
        origin: origin,
        owner:
            _owner?.name ??
            switch (origin) {
              RhaiFunctionOrigin.module ||
              RhaiFunctionOrigin.constructor => name.split('::').first,
              _ => null,
            },
      );

  String _parameterType(int place) {
    if (_owner case final owner? when place == 0) return owner.name;
    final kinds = _function.types[place].kinds;
    if (kinds & ~Kind.unit != Kind.object) return typeNameOf(kinds);
    final names = _acceptedTypes(place).map((type) => type.name);
    if (names.isEmpty) return anyTypeName;
    return [...names, if (kinds & Kind.unit != 0) '()'].join(' | ');
  }

  /// The types that a parameter accepts, without those below others of them.
  Iterable<DartType> _acceptedTypes(int place) {
    final count = _function.types.length;
    final accepted = _types.types
        .where((type) => type.isAcceptedBy(_function.function, place, count))
        .toList();
    return accepted.where(
      (type) => !accepted.any((other) => other != type && other.isAbove(type)),
    );
  }

  String? get _returnType {
    if (_function.dropsResult) return typeNameOf(Kind.unit);
    final kinds = resultKindsOf(_function.function, _required);
    if (kinds != null) return typeNameOf(kinds);
    String? found;
    // Those below others come later, and say more.
    for (final type in _types.types) {
      found = type.describeResult(_function.function, _required) ?? found;
    }
    return found;
  }
}
