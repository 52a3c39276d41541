/// @docImport 'engine_config.dart';
/// @docImport 'errors.dart';
library;

/// A limit that a script can break.
///
/// Time is not among them: a script that takes too long ends with a [RhaiTimeoutError].
enum RhaiLimit {
  // In the order of `Limit` in wire/protocol.dart. Behind these are those only Dart knows.

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

  /// Nesting of the data that script functions held by Dart keep alive: 100,000 levels.
  nesting,

  /// Bytes of native stack, which follow from [RhaiConfig.maxStackDepth].
  nativeStack,

  /// [RhaiConfig.maxWaiting]. Whoever starts a script breaks it, and not the script.
  waiting,
}
