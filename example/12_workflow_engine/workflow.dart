import 'dart:math';

import 'package:rhai_dart/rhai_dart.dart';

import 'journal.dart';

/// The functions `step`, `once`, `timer` and `signal` for the script of one workflow.
///
/// After a restart the script runs again from its beginning. Each of these functions then
/// returns, or throws, what the journal has for its name, so that the script soon is where it
/// was. Hence all that has effects, or may differ the next time, belongs into one of them.
final class Workflow {
  /// Creates the functions for the workflow [_id].
  Workflow(this._id, this._journal, this._log);

  /// Half of the pause before the second attempt. Each pause is twice the one before.
  static const _pause = Duration(milliseconds: 50);

  final String _id;
  final Journal _journal;
  final void Function(String line) _log;
  final Set<String> _names = {};

  /// Lets the scripts of an engine call the functions.
  void register(RhaiEngine engine) => engine
    ..registerFunction('step', _step)
    ..registerFunction('once', _once)
    ..registerFunction('timer', _timer)
    ..registerFunction('signal', _signal);

  /// Does something at least once: again if it fails, up to [attempts] times, and again if the
  /// process ended before its end was recorded.
  Future<Object?> _step(
    String name,
    RhaiFunction body, [
    int attempts = 1,
  ]) async {
    final record = await _recordOf(name);
    if (record != null && _hasEnded(record)) return _valueOf(name, record);
    var failed = record?['failed'] as int? ?? 0;
    while (true) {
      try {
        return await _do(name, body);
      } on RhaiCancelledError {
        rethrow;
      } catch (error) {
        failed++;
        _log('$name failed: ${_messageOf(error)}');
        if (failed >= attempts) return _fail(name, error);
        await _journal.write(_id, name, {'failed': failed});
        await Future<void>.delayed(_pause * (1 << min(failed, 8)));
      }
    }
  }

  /// Does something at most once. If the process ended meanwhile, it fails, as nobody knows
  /// whether it was done.
  Future<Object?> _once(String name, RhaiFunction body) async {
    final record = await _recordOf(name);
    if (record != null && _hasEnded(record)) return _valueOf(name, record);
    if (record != null) {
      return _fail(name, 'the process ended meanwhile: was it done?');
    }
    await _journal.write(_id, name, {'begun': true});
    try {
      return await _do(name, body);
    } on RhaiCancelledError {
      rethrow;
    } catch (error) {
      return _fail(name, error);
    }
  }

  /// Waits for a time, which goes on while no process runs.
  Future<void> _timer(String name, num seconds) async =>
      Future<void>.delayed(await _remaining(name, seconds));

  /// Waits for a signal from outside; null if none comes within [seconds]. 0 is for ever.
  Future<Object?> _signal(String name, [num seconds = 0]) async {
    final record = await _recordOf(name);
    if (record != null && _hasEnded(record)) return _valueOf(name, record);
    num timeout = 0;
    if (seconds > 0) {
      final left = await _remaining('$name until', seconds);
      // 0 would be for ever.
      timeout = left.inMilliseconds <= 0 ? 0.001 : left.inMilliseconds / 1000;
    }
    _log('waits for $name');
    final signal = await _journal.signalled(_id, name, timeout);
    await _journal.write(_id, name, {'value': signal?.$1});
    return signal?.$1;
  }

  /// The rest of a time that began when this was first asked.
  Future<Duration> _remaining(String name, num seconds) async {
    final now = DateTime.now().millisecondsSinceEpoch;
    final record = await _recordOf(name);
    final until = record?['until'] as int? ?? now + (seconds * 1000).round();
    if (record == null) await _journal.write(_id, name, {'until': until});
    return Duration(milliseconds: until - now);
  }

  Future<Map<String, Object?>?> _recordOf(String name) {
    if (!_names.add(name)) {
      throw ArgumentError('"$name" is there twice: in a loop, add a number');
    }
    return _journal.find(_id, name);
  }

  Future<Object?> _do(String name, RhaiFunction body) async {
    final Object? value = await body.callAsync();
    await _journal.write(_id, name, {'value': value});
    return value;
  }

  Future<Never> _fail(String name, Object error) async {
    final message = _messageOf(error);
    await _journal.write(_id, name, {'error': message});
    throw StepFailed(name, message);
  }

  /// The message of a script's error, or of a result that is no JSON.
  static String _messageOf(Object error) =>
      error is RhaiException ? error.message : '$error';

  static bool _hasEnded(Map<String, Object?> record) =>
      record.containsKey('value') || record.containsKey('error');

  static Object? _valueOf(String name, Map<String, Object?> record) =>
      switch (record) {
        {'error': final String error} => throw StepFailed(name, error),
        _ => record['value'],
      };
}

/// A step that failed for good.
final class StepFailed implements Exception {
  /// Creates the failure of a step.
  const StepFailed(this.name, this.error);

  /// The name of the step.
  final String name;

  /// The message of its last error.
  final String error;

  @override
  String toString() => '$name: $error';
}
