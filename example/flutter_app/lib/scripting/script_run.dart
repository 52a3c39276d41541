import 'package:flutter/foundation.dart';
import 'package:rhai_dart/rhai_dart.dart';

import 'output.dart';

/// The script that runs, if one does.
///
/// Each run has a fork of the engine, so that it can be stopped by itself.
class ScriptRun extends ChangeNotifier {
  /// Creates what runs scripts in forks of an engine.
  ScriptRun(this._engine, this._output);

  final RhaiEngine _engine;
  final Output _output;

  /// The engine of the script that runs.
  RhaiEngine? _fork;

  /// Whether a script runs or waits.
  bool get isRunning => _fork != null;

  /// The error that the last script ended with, or null.
  RhaiException? get error => _error;
  RhaiException? _error;

  /// Runs a script, in place of the one that runs.
  Future<void> start(String source) async {
    stop();
    final fork = _fork = _engine.fork();
    _error = null;
    notifyListeners();
    Object? value;
    RhaiException? error;
    try {
      value = await fork.evalAsync<Object?>(source);
    } on RhaiException catch (exception) {
      error = exception;
    }
    fork.dispose();
    // It was stopped, or the app is closed: nobody wants to hear of it.
    if (!identical(fork, _fork)) return;
    _fork = null;
    _error = error;
    if (error != null) {
      _output.add(OutputKind.error, describe(error));
    } else if (value != null) {
      _output.add(OutputKind.value, '$value');
    }
    notifyListeners();
  }

  /// Stops the script that runs.
  void stop() {
    final fork = _fork;
    if (fork == null) return;
    _fork = null;
    fork.dispose();
    _output.add(OutputKind.note, 'stopped');
    notifyListeners();
  }

  @override
  void dispose() {
    _fork?.dispose();
    _fork = null;
    super.dispose();
  }
}

/// The text of an error, with its place.
String describe(RhaiException error) => switch (error.position) {
  null || RhaiPosition.unknown => error.message,
  final position => '${error.message} ($position)',
};
