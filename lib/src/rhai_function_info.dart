/// @docImport 'engine.dart';
library;

/// A Dart function that scripts can call, as [RhaiEngine.functions] lists it.
///
/// Types are those of Rhai's definition files: `int`, `float`, `bool`, `char`, `String`,
/// `Array`, `Map`, `Blob`, `Range`, `FnPtr` and `()`, with `|` between alternatives. `?`
/// stands for anything, and for Dart objects.
final class RhaiFunctionInfo {
  /// Creates a description of a function.
  const RhaiFunctionInfo({
    required this.name,
    required this.parameters,
    this.returnType,
    this.doc,
    this.origin = RhaiFunctionOrigin.function,
  });

  /// The name by which scripts call it, with its namespace if it is in one: `store::get`.
  final String name;

  /// Its parameters. The list cannot be changed.
  final List<RhaiParameterInfo> parameters;

  /// The type of its result, or of the value that its [Future] completes with; null if its
  /// Dart type does not say it.
  final String? returnType;

  /// Its documentation in Markdown, or null.
  final String? doc;

  /// The way in which it came into the engine.
  final RhaiFunctionOrigin origin;

  /// Its signature, like `get(key: String, [default: int]) -> ?`.
  @override
  String toString() =>
      '$name(${parameters.join(', ')}) -> ${returnType ?? '?'}';
}

/// A parameter of a [RhaiFunctionInfo].
final class RhaiParameterInfo {
  /// Creates a description of a parameter.
  const RhaiParameterInfo({
    required this.type,
    this.name,
    this.isOptional = false,
  });

  /// Its name, or null if none was given to [RhaiEngine.registerFunction].
  final String? name;

  /// The type of the values that it accepts. A `float` also accepts integers, and a
  /// `String` characters.
  final String type;

  /// Whether scripts can leave it out.
  final bool isOptional;

  @override
  String toString() {
    final text = '${name ?? '_'}: $type';
    return isOptional ? '[$text]' : text;
  }
}

/// Ways in which functions come into an engine.
enum RhaiFunctionOrigin {
  /// The engine has it from the start.
  engine,

  /// [RhaiEngine.registerFunction].
  function,
}
