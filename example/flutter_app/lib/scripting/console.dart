import 'package:flutter/foundation.dart';
import 'package:rhai_dart/rhai_dart.dart';

import 'output.dart';
import 'script_run.dart';

/// Evaluates lines in a scope that stays: a variable of one line is there in the next.
class Console extends ChangeNotifier {
  /// Creates a console with a fork of an engine.
  Console(this._engine, this._output);

  final RhaiEngine _engine;
  final Output _output;

  /// The engine of the scope, made with the first line.
  RhaiEngine? _fork;
  RhaiScope? _scope;

  /// Whether a line runs or waits.
  bool get isRunning => _isRunning;
  bool _isRunning = false;

  /// Evaluates a line. Does nothing while another one runs.
  Future<void> evaluate(String line) async {
    if (_isRunning || line.trim().isEmpty) return;
    final fork = _fork ??= _engine.fork();
    final scope = _scope ??= fork.newScope();
    _isRunning = true;
    _output.add(OutputKind.typed, line);
    notifyListeners();
    (OutputKind, String)? answer;
    try {
      final value = await fork.evalAsync<Object?>(line, scope: scope);
      if (value != null) answer = (OutputKind.value, '$value');
    } on RhaiException catch (error) {
      answer = (OutputKind.error, describe(error));
    }
    if (!identical(fork, _fork)) return;
    _isRunning = false;
    if (answer case (final kind, final text)) _output.add(kind, text);
    notifyListeners();
  }

  /// Stops the line that runs. The variables are gone then, as they are in use.
  void stop() {
    if (!_isRunning) return;
    _forget();
    _output.add(
      OutputKind.note,
      'stopped; the variables of the console are gone',
    );
    notifyListeners();
  }

  void _forget() {
    _fork?.dispose();
    _fork = null;
    _scope = null;
    _isRunning = false;
  }

  @override
  void dispose() {
    _forget();
    super.dispose();
  }
}
