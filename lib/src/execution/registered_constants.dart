import '../parameters/type_names.dart';
import '../rhai_constant_info.dart';
import 'shared_map.dart';
import 'type_registry.dart';

/// The constants in namespaces that scripts find, for lists of them.
final class RegisteredConstants {
  /// Creates it without constants, for values of some [_types].
  RegisteredConstants(this._types);

  final TypeRegistry _types;
  final SharedMap<String, RhaiConstantInfo> _byName = SharedMap();

  /// Notes a constant of a type.
  void addToType(String type, String name) =>
      _byName.changing[name] = RhaiConstantInfo(
        name: name,
        type: type,
        origin: RhaiConstantOrigin.type,
        owner: type,
      );

  /// Notes a constant of a module.
  void addToModule(String module, String name, Object? value) =>
      _byName.changing[name] = RhaiConstantInfo(
        name: name,
        type: _typeOf(value),
        origin: RhaiConstantOrigin.module,
        owner: module,
      );

  String _typeOf(Object? value) => switch (kindOf(value)) {
    final kind? => typeNameOf(kind),
    null => _types.table.of(value!).typeName ?? anyTypeName,
  };

  /// Takes over the constants of another engine.
  void takeOver(RegisteredConstants other) => _byName.takeOver(other._byName);

  /// Forgets the constants in a namespace.
  void removeNamespace(String namespace) => _byName.changing.removeWhere(
    (name, _) => name.startsWith('$namespace::'),
  );

  /// Descriptions of all constants, by their names.
  List<RhaiConstantInfo> describe() => List.unmodifiable([
    for (final name in _byName.map.keys.toList()..sort()) _byName.map[name]!,
  ]);

  /// Forgets all constants.
  void clear() => _byName.clear();
}
