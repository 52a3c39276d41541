import 'dart:ffi';
import 'dart:typed_data';

import '../engine_config.dart';
import '../ffi/bindings.dart';
import '../wire/frame.dart';

/// Makes a native engine with the limits of [config].
Pointer<NativeEngine> newEngine(RhaiConfig config) {
  // In the order of `Limit` in rust/src/limits.rs, the cache, and the two of time.
  final limits = Uint64List.fromList([
    config.maxOperations,
    config.maxStackDepth,
    config.maxExpressionDepth,
    config.maxStringLength,
    config.maxArraySize,
    config.maxMapSize,
    config.maxVariables,
    config.maxFunctions,
    config.maxModules,
    config.maxMemory,
    config.maxOutputLength,
    config.scriptCacheSize,
    config.timeoutMs,
    config.totalTimeout.inMicroseconds,
  ]);
  return rhaiEngineNew(
    limits.address,
    limits.length,
    (config.disableFileIo ? 0 : EngineFlags.allowFileIo) |
        (config.disableEval ? 0 : EngineFlags.allowEval) |
        (config.disableModules ? 0 : EngineFlags.allowModules),
  );
}

/// Whether scripts may use a function of Rhai's under [config].
bool isAllowed(String function, RhaiConfig config) =>
    !config.deniedFunctions.contains(function) &&
    (config.allowedFunctions?.contains(function) ?? true);

/// Switches off what [config] says, in a new engine.
///
/// Throws an [ArgumentError] for a name that means nothing.
void restrict(
  Pointer<NativeEngine> engine,
  ValueCodec codec,
  RhaiConfig config,
) {
  final lists = {
    RestrictedNames.disabledSymbols: config.disabledSymbols,
    RestrictedNames.allowedFunctions: ?config.allowedFunctions,
    RestrictedNames.deniedFunctions: config.deniedFunctions,
  };
  for (final MapEntry(key: list, value: names) in lists.entries) {
    // An empty list of what is allowed means much.
    if (names.isEmpty && list != RestrictedNames.allowedFunctions) continue;
    final text = names.map((name) => '$name\n').join();
    final unknown = rhaiRestrict(engine, list, codec.writeText(text, 'names'));
    if (unknown == -1) continue;
    throw ArgumentError.value(
      unknown < 0 ? names : names.elementAt(unknown),
      'config',
      list == RestrictedNames.disabledSymbols
          ? 'is no keyword or operator of Rhai'
          : 'is no function of Rhai',
    );
  }
}
