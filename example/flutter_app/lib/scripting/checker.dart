import 'package:flutter/foundation.dart';
import 'package:rhai_dart/rhai_dart.dart';

import 'problem.dart';

/// The problems of the script in the editor.
class Checker extends ChangeNotifier {
  /// Creates a checker that knows what an engine has.
  Checker(this._engine);

  final RhaiEngine _engine;
  String? _source;
  bool _isDisposed = false;

  /// The problems of the script that was checked last.
  List<Problem> get problems => _problems;
  List<Problem> _problems = const [];

  /// Checks a script. If another one comes before this is done, the result is dropped.
  Future<void> check(String source) async {
    if (source == _source) return;
    _source = source;
    List<Problem> found;
    try {
      found = problemsOf(await _engine.analyzeAsync(source));
    } on RhaiException {
      // It is too large to be looked at within the limits; running it says so.
      found = const [];
    }
    if (_isDisposed || source != _source) return;
    _problems = found;
    notifyListeners();
  }

  /// Shows the error that a script has ended with, until the next check.
  void show(RhaiException error) {
    final position = error.position;
    if (position == null) return;
    _problems = [
      (position: position, message: error.message, isError: true),
      ..._problems.where((problem) => problem.position != position),
    ];
    notifyListeners();
  }

  @override
  void dispose() {
    _isDisposed = true;
    super.dispose();
  }
}
