import 'dart:async';

/// The text of a module, or null if there is none; or the error of the loader.
typedef _Loaded = ({String? text, Object? error, StackTrace? stackTrace});

/// Loads the texts of modules, each once for all scripts that import it meanwhile.
///
/// The native side keeps what was loaded.
final class ModuleLoads {
  /// Creates it for the loader of a configuration, if that has one. A load that takes longer
  /// than [_timeout], if that is not zero, is given up.
  ModuleLoads(this._loader, this._timeout);

  final FutureOr<String?> Function(String path, String? importer)? _loader;
  final Duration _timeout;

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
    outcome.whenComplete(() {
      if (identical(_loads[path], load)) _loads.remove(path);
    }).ignore();
    return _open(outcome);
  }

  /// Lets later imports of the module [path], or of all if it is null, load it anew.
  void forget(String? path) {
    if (path == null) return _loads.clear();
    _loads.remove(path);
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
