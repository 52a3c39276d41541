import 'dart:convert';
import 'dart:io';
import 'dart:typed_data';

import 'redis_connection.dart';

/// The state of all workflows, in Redis: which there are, and what each has done.
///
/// Without it no workflow may go on, as nobody would know later what it did. So a failure of
/// Redis ends the process. Started again, it resumes.
///
/// | key | |
/// |---|---|
/// | `workflows:new` | list of ids that no worker has taken yet |
/// | `workflows:running` | list of ids that the worker has taken |
/// | `workflow:ID` | hash: the script, its input, in the end the outcome |
/// | `workflow:ID:journal` | hash: a record for each step, timer and signal by its name |
/// | `workflow:ID:signal:NAME` | list with the value that was sent |
/// | `workflow:ID:ended` | list with the outcome, for those who wait for it |
final class Journal {
  Journal._(this._port, this._redis);

  /// Connects to a server on this machine.
  static Future<Journal> open(int port) async =>
      Journal._(port, await RedisConnection.open(port));

  final int _port;
  final RedisConnection _redis;

  /// Keeps a new workflow, for a worker to take.
  Future<void> add(String id, String script, Object? input) => _atOnce([
    ['HSET', _of(id), 'script', script, 'input', jsonEncode(input)],
    ['LPUSH', 'workflows:new', id],
  ]);

  /// Takes the next new workflow, once there is one.
  Future<String> take() async => (await _waiting([
    ...['BLMOVE', 'workflows:new', 'workflows:running', 'RIGHT', 'LEFT', 0],
  ]))!;

  /// The workflows that were taken and have not ended.
  Future<List<String>> running() async {
    final ids = await _send(['LRANGE', 'workflows:running', 0, -1]);
    return [for (final id in ids! as List<Object?>) _text(id)!];
  }

  /// The script of a workflow, and its input.
  Future<(String, Object?)> read(String id) async {
    final fields = await _send(['HMGET', _of(id), 'script', 'input']);
    final [script, input] = fields! as List<Object?>;
    return (_text(script)!, jsonDecode(_text(input)!));
  }

  /// Ends a workflow.
  Future<void> end(String id, Object? outcome) => _atOnce([
    ['HSET', _of(id), 'outcome', jsonEncode(outcome)],
    ['LREM', 'workflows:running', 0, id],
    ['RPUSH', '${_of(id)}:ended', jsonEncode(outcome)],
  ]);

  /// The outcome of a workflow, once it has ended.
  Future<Object?> outcome(String id) async =>
      jsonDecode((await _peek('${_of(id)}:ended', 0))!);

  /// The record of [name], or null if there is none yet.
  Future<Map<String, Object?>?> find(String id, String name) async =>
      switch (_text(await _send(['HGET', '${_of(id)}:journal', name]))) {
        final record? => jsonDecode(record) as Map<String, Object?>,
        null => null,
      };

  /// Keeps the record of [name], in place of the one before.
  Future<void> write(String id, String name, Map<String, Object?> record) =>
      _send(['HSET', '${_of(id)}:journal', name, jsonEncode(record)]);

  /// Sends a signal. The first one of a name counts.
  Future<void> signal(String id, String name, Object? value) =>
      _send(['RPUSH', '${_of(id)}:signal:$name', jsonEncode(value)]);

  /// The signal [name] as `(value,)` once it was sent, or null if it was not within
  /// [seconds], of which 0 is for ever. It stays there, until the workflow has recorded it.
  Future<(Object?,)?> signalled(String id, String name, num seconds) async =>
      switch (await _peek('${_of(id)}:signal:$name', seconds)) {
        final value? => (jsonDecode(value),),
        null => null,
      };

  /// Ends the connection.
  void close() => _redis.close();

  static String _of(String id) => 'workflow:$id';

  /// Waits for the first element of a list, which stays there: it is moved to where it was.
  Future<String?> _peek(String list, num seconds) =>
      _waiting(['BLMOVE', list, list, 'LEFT', 'LEFT', seconds]);

  /// Sends a command that waits. It has a connection of its own, as it blocks that.
  Future<String?> _waiting(List<Object?> command) => _orExit(() async {
    final connection = await RedisConnection.open(_port);
    try {
      return _text(await connection.send(command));
    } finally {
      connection.close();
    }
  });

  /// Sends commands of which all happen, or none.
  Future<void> _atOnce(List<List<Object?>> commands) => _orExit(
    () => Future.wait([
      for (final command in [
        ['MULTI'],
        ...commands,
        ['EXEC'],
      ])
        _redis.send(command),
    ]),
  );

  Future<Object?> _send(List<Object?> command) =>
      _orExit(() => _redis.send(command));

  static Future<T> _orExit<T>(Future<T> Function() action) async {
    try {
      return await action();
    } catch (error) {
      stderr.writeln('the journal failed: $error');
      exit(1);
    }
  }

  static String? _text(Object? reply) => switch (reply) {
    null => null,
    final Uint8List bytes => utf8.decode(bytes),
    _ => '$reply',
  };
}
