import 'dart:async';
import 'dart:convert';

import '../engine_config.dart';
import '../errors.dart';
import '../ffi/bindings.dart';
import '../wire/frame.dart';

/// The text of a module, or null if there is none; or the error of the loader.
typedef _Loaded = ({String? text, Object? error, StackTrace? stackTrace});

/// Loads the texts of modules, each once for all scripts that import it meanwhile.
///
/// The native side keeps what was loaded.
final class ModuleLoads {
  /// Creates it for the engine of [_frame], and the loader in its configuration, if that has
  /// one. A load that takes longer than [RhaiConfig.asyncTimeout] is given up.
  ModuleLoads(this._frame, RhaiConfig config)
    : _loader = config.moduleLoader,
      _timeout = config.asyncTimeout,
      _maxKept = config.scriptCacheSize;

  final Frame _frame;
  FutureOr<String?> Function(String path, String? importer)? _loader;
  final Duration _timeout;
  final int _maxKept;

  /// The loads that have not ended, by the paths of the modules.
  final Map<String, _Load> _loads = {};

  /// Loads the text of the module [path] for [importer], or joins who loads it already.
  FutureOr<String?> load(String path, String? importer) {
    final running = _loads[path]?.joinWithin(_timeout);
    if (running != null) return _open(running);
    final loaded = _loader?.call(path, importer);
    if (loaded is! Future<String?>) return loaded;
    final outcome = _outcomeOf(loaded);
    final load = _Load(outcome);
    _loads[path] = load;
    // Before any script goes on: those whose turn comes before theirs find the text.
    outcome.then((loaded) => _end(path, load, loaded.text)).ignore();
    return _open(outcome);
  }

  void _end(String path, _Load load, String? text) {
    // It may have been forgotten or given up.
    if (!identical(_loads[path], load)) return;
    _loads.remove(path);
    // The loader may have disposed the engine.
    if (_frame.isClosed || text == null || text.length > _maxKept) return;
    final int length;
    try {
      length = _frame.writeText('$path$text', 'module');
    } on RhaiConversionError {
      // Scripts that wait for it get this error.
      return;
    }
    rhaiKeepModule(_frame.engine, utf8.encode(path).length, length);
  }

  /// Lets later imports of the module [path], or of all if it is null, load it anew.
  void forget(String? path) {
    if (path == null) {
      _loads.clear();
      return rhaiInvalidateModules(_frame.engine, 0);
    }
    _loads.remove(path);
    // None has an empty name, which stands for all.
    if (path.isEmpty) return;
    rhaiInvalidateModules(_frame.engine, _frame.writeName(path));
  }

  /// Forgets all loads, and the loader with what it captured.
  void close() {
    _loads.clear();
    _loader = null;
  }

  /// The outcome of a load.
  ///
  /// An error is a value here: as an error it would not reach scripts in other error zones
  /// than that of the script that began the load.
  static Future<_Loaded> _outcomeOf(Future<String?> loaded) => loaded.then(
    (text) => (text: text, error: null, stackTrace: null),
    onError: (Object error, StackTrace stackTrace) =>
        (text: null, error: error, stackTrace: stackTrace),
  );

  /// The text of a load, in the zone of the script that waits for it.
  static Future<String?> _open(Future<_Loaded> load) => load.then(
    (loaded) => switch (loaded.error) {
      null => loaded.text,
      final error => Error.throwWithStackTrace(error, loaded.stackTrace!),
    },
  );
}

/// A load that has not ended.
final class _Load {
  _Load(Future<_Loaded> outcome) : _outcome = WeakReference(outcome);

  /// Only what can still complete it is to keep it: a script that waits for a load which
  /// nothing can complete any more gets an error when that is garbage.
  final WeakReference<Future<_Loaded>> _outcome;

  final Stopwatch _age = Stopwatch()..start();

  /// The load, if it can still be joined.
  ///
  /// After [timeout], whoever began it has given it up. Others must not wait for it too.
  Future<_Loaded>? joinWithin(Duration timeout) =>
      timeout != Duration.zero && _age.elapsed >= timeout
      ? null
      : _outcome.target;
}
