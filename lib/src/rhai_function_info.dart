/// @docImport 'engine.dart';
library;

/// A Dart function that scripts can call, as [RhaiEngine.functions] lists it.
///
/// Types are those of Rhai's definition files: `int`, `float`, `bool`, `char`, `String`,
/// `Array`, `Map`, `Blob`, `Range`, `FnPtr`, `()` and the names of registered types, with `|`
/// between alternatives. `?` stands for anything, and for other Dart objects.
final class RhaiFunctionInfo {
  /// Creates a description of a function.
  const RhaiFunctionInfo({
    required this.name,
    required this.parameters,
    this.returnType,
    this.doc,
    this.origin = RhaiFunctionOrigin.function,
    this.owner,
  });

  /// The name by which scripts call it, with its namespace if it is in one: `store::get`.
  ///
  /// For a getter or a setter it is the property, for an operator the sign; `[]`, `[]=` and
  /// `for` for [RhaiFunctionOrigin.indexGet], [RhaiFunctionOrigin.indexSet] and
  /// [RhaiFunctionOrigin.iterator].
  final String name;

  /// Its parameters. The first one of a type's member, other than a constructor, is the object.
  /// The list cannot be changed.
  final List<RhaiParameterInfo> parameters;

  /// The type of its result, or of the value that its [Future] completes with; null if its
  /// Dart type does not say it.
  final String? returnType;

  /// Its documentation in Markdown, or null.
  final String? doc;

  /// The way in which it came into the engine.
  final RhaiFunctionOrigin origin;

  /// The name of the type or module that it is a member of, or null.
  final String? owner;

  /// Its signature, like `get(key: String, [default: int]) -> ?`, with `get`, `set` or `op`
  /// before a getter, a setter or an operator.
  @override
  String toString() =>
      '${origin._word}$name(${parameters.join(', ')}) -> ${returnType ?? '?'}';
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

  /// [RhaiEngine.registerModule].
  module,

  /// A constructor of [RhaiEngine.registerType].
  constructor,

  /// A property of [RhaiEngine.registerType] that scripts can read.
  getter('get '),

  /// A property of [RhaiEngine.registerType] that scripts can write.
  setter('set '),

  /// A method of [RhaiEngine.registerType].
  method,

  /// An operator of [RhaiEngine.registerType].
  operator('op '),

  /// The reading of elements of [RhaiEngine.registerType].
  indexGet,

  /// The writing of elements of [RhaiEngine.registerType].
  indexSet,

  /// The iterator of [RhaiEngine.registerType], for `for … in`.
  iterator;

  const RhaiFunctionOrigin([this._word = '']);

  /// The word before the name in a signature.
  final String _word;
}
