import 'dart:async';
import 'dart:io';

import 'package:rhai_dart/rhai_dart.dart';

import 'handlers.dart';
import 'rules.dart';

/// The rules in a folder, which are loaded again when one of its scripts is saved.
///
/// If they are not valid, those before go on to answer. A request is answered by the rules
/// that there were when it came.
final class LiveRules implements Handlers {
  LiveRules._(this._engine, this._folder, this._log, this._rules);

  /// Loads the rules in [folder]. Fails if they are not valid.
  static Future<LiveRules> open(
    RhaiEngine engine,
    Directory folder, {
    required void Function(String line) log,
  }) async {
    final rules = await Rules.load(engine, folder);
    log('rules: ${rules.routes.join(', ')}');
    return LiveRules._(engine, folder, log, rules).._watch();
  }

  final RhaiEngine _engine;
  final Directory _folder;
  final void Function(String line) _log;
  Rules _rules;
  late final StreamSubscription<void> _changes;

  void _watch() => _changes = _folder
      .watch()
      .where(
        (event) =>
            event.path.endsWith('.rhai') ||
            // Many editors write another file first.
            event is FileSystemMoveEvent &&
                (event.destination ?? '').endsWith('.rhai'),
      )
      // One after the other, so that the last one stays.
      .asyncMap((_) => _reload())
      .listen(null);

  Future<void> _reload() async {
    try {
      final rules = await Rules.load(_engine, _folder);
      _rules.retire();
      _rules = rules;
      _log('new rules: ${rules.routes.join(', ')}');
    } on Exception catch (error) {
      _log('the old rules stay: $error');
    }
  }

  @override
  Future<Object?> answer(Request request) => _rules.answer(request);

  /// Stops to look at the folder. Requests that are under way are still answered.
  Future<void> close() async {
    await _changes.cancel();
    _rules.retire();
  }
}
