/// @docImport 'engine.dart';
/// @docImport 'rhai_function_info.dart';
library;

/// A constant of a module or type of Dart, as [RhaiEngine.constants] lists it.
final class RhaiConstantInfo {
  /// Creates a description of a constant.
  const RhaiConstantInfo({
    required this.name,
    required this.type,
    required this.origin,
    required this.owner,
  });

  /// The name by which scripts use it, with its namespace: `http::TIMEOUT`.
  final String name;

  /// The type of its value, as in [RhaiFunctionInfo].
  final String type;

  /// The way in which it came into the engine.
  final RhaiConstantOrigin origin;

  /// The name of the module or type that it is a member of.
  final String owner;

  /// Its declaration, like `http::TIMEOUT: int`.
  @override
  String toString() => '$name: $type';
}

/// Ways in which constants come into namespaces of an engine.
enum RhaiConstantOrigin {
  /// [RhaiEngine.registerModule].
  module,

  /// [RhaiEngine.registerType] or [RhaiEngine.registerEnum].
  type,
}
