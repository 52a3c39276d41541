/// Makes native engines from configurations.
library;

import 'dart:ffi';
import 'dart:typed_data';

import '../engine_config.dart';
import '../ffi/bindings.dart';
import '../wire/frame.dart';
import '../wire/protocol.dart';

final _isolateFinalizer = NativeFinalizer(rhaiIsolateFinalizer.cast());

/// The native state of this isolate, which its engines share.
final class _IsolateState implements Finalizable {
  _IsolateState() {
    _isolateFinalizer.attach(this, pointer.cast());
  }

  /// The state of this isolate. It lives until the isolate ends.
  static final _IsolateState current = _IsolateState();

  final Pointer<NativeIsolate> pointer = rhaiIsolateNew();
}

/// Makes a native engine with the limits of [config].
Pointer<NativeEngine> newEngine(RhaiConfig config) {
  final isolate = _clearedIsolate();
  final numbers = Uint64List.fromList(engineNumbersOf(config));
  return rhaiEngineNew(
    isolate,
    numbers.address,
    numbers.length,
    _flagsOf(config),
  );
}

/// Makes a native engine with the limits of [config] that begins with what [original] has. The
/// bits of [inherited] are of [Inherited].
Pointer<NativeEngine> forkEngine(
  Pointer<NativeEngine> original,
  RhaiConfig config,
  int inherited,
) {
  final isolate = _clearedIsolate();
  final numbers = Uint64List.fromList(engineNumbersOf(config));
  return rhaiEngineFork(
    isolate,
    original,
    numbers.address,
    numbers.length,
    _flagsOf(config),
    inherited,
  );
}

/// The native state of this isolate, without engines that are unreachable.
///
/// Making an engine is a leaf call, and dropping their values may take long.
Pointer<NativeIsolate> _clearedIsolate() {
  final isolate = _IsolateState.current.pointer;
  rhaiDropUnreachable(isolate);
  return isolate;
}

int _flagsOf(RhaiConfig config) =>
    (config.allowFileIo ? EngineFlag.allowFileIo : 0) |
    (config.allowEval ? EngineFlag.allowEval : 0) |
    (config.allowModules ? EngineFlag.allowModules : 0) |
    (config.moduleLoader == null ? 0 : EngineFlag.loadsModules);

/// The bits of [Inherited] for a fork, if [original] is the configuration of the engine that it
/// is made from.
int inheritedBy(RhaiConfig config, RhaiConfig original) =>
    (isRestrictedAlike(config, original) ? Inherited.restrictions : 0) |
    (config.moduleLoader == original.moduleLoader ? Inherited.moduleTexts : 0);

/// Whether [a] and [b] switch the same words and functions off.
bool isRestrictedAlike(RhaiConfig a, RhaiConfig b) =>
    _areSame(a.disabledSymbols, b.disabledSymbols) &&
    _areSame(a.allowedFunctions, b.allowedFunctions) &&
    _areSame(a.deniedFunctions, b.deniedFunctions);

bool _areSame(Set<String>? a, Set<String>? b) =>
    identical(a, b) ||
    a != null && b != null && a.length == b.length && a.containsAll(b);

/// Whether scripts may use a function of Rhai's under [config].
bool isAllowed(String function, RhaiConfig config) =>
    !config.deniedFunctions.contains(function) &&
    (config.allowedFunctions?.contains(function) ?? true);

/// Switches off the names in [config], in the new engine of [frame].
///
/// Throws an [ArgumentError] for a name that does not exist.
void restrict(Frame frame, RhaiConfig config) {
  final lists = {
    NameList.disabledSymbols: config.disabledSymbols,
    NameList.allowedFunctions: ?config.allowedFunctions,
    NameList.deniedFunctions: config.deniedFunctions,
  };
  for (final MapEntry(key: list, value: names) in lists.entries) {
    // An empty list of what is allowed means much.
    if (names.isEmpty && list != NameList.allowedFunctions) continue;
    final end = String.fromCharCode(NameList.terminator);
    final text = names.map((name) => '$name$end').join();
    final length = frame.writeText(text, 'names');
    final unknown = rhaiRestrict(frame.engine, list, length);
    if (unknown == NameList.allKnown) continue;
    throw ArgumentError.value(
      unknown < 0 ? names : names.elementAt(unknown),
      'config',
      list == NameList.disabledSymbols
          ? 'is no keyword or operator of Rhai'
          : 'is no function of Rhai',
    );
  }
}
