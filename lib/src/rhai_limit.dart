import 'engine_config.dart';

/// A limit that a script can break.
///
/// Time is not among them: a script that takes too long ends with a
/// `RhaiTimeoutError`.
enum RhaiLimit {
  // In the order of `Limit` in rust/src/limits.rs.

  /// [RhaiConfig.maxOperations].
  operations,

  /// [RhaiConfig.maxStackDepth].
  stackDepth,

  /// [RhaiConfig.maxExpressionDepth].
  expressionDepth,

  /// [RhaiConfig.maxStringLength].
  stringLength,

  /// [RhaiConfig.maxArraySize].
  arraySize,

  /// [RhaiConfig.maxMapSize].
  mapSize,

  /// [RhaiConfig.maxVariables].
  variables,

  /// [RhaiConfig.maxFunctions].
  functions,

  /// [RhaiConfig.maxModules].
  modules,

  /// [RhaiConfig.maxMemory]; or, with the value 0, the memory of the system.
  memory,

  /// [RhaiConfig.maxOutputLength].
  outputLength,

  /// How deeply the data may be nested that functions of scripts keep which Dart
  /// has: 100,000 levels.
  nesting,

  /// The bytes of native stack that a script has for nested calls and expressions,
  /// which follow from [RhaiConfig.maxStackDepth].
  nativeStack,
}
