/// A Redis server of a test's own.
library;

import 'dart:async';
import 'dart:convert';
import 'dart:io';

/// The path of a Redis server: one on `PATH`, or the one that `tool/setup-redis.sh`
/// puts in the user's cache folder. Null if there is neither.
String? findRedisServer() {
  String variable(String name) => Platform.environment[name] ?? '';
  final cache = variable('XDG_CACHE_HOME').isEmpty
      ? '${variable('HOME')}/.cache'
      : variable('XDG_CACHE_HOME');
  final candidates = [
    for (final folder in variable('PATH').split(':')) '$folder/redis-server',
    '$cache/rhai_dart/redis/bin/redis-server',
  ];
  return candidates.where((path) => File(path).existsSync()).firstOrNull;
}

/// A Redis server in a process of its own, which keeps nothing on disk.
final class RedisServer {
  RedisServer._(this._process, this._folder, this.port);

  final Process _process;
  final Directory _folder;

  /// The port on the loopback address.
  final int port;

  /// Starts a server on [port], or on a free one, and waits until it accepts
  /// connections.
  static Future<RedisServer> start({int? port}) async {
    for (var attempt = 1; ; attempt++) {
      final server = await _launch(port ?? await _freePort());
      final log = StringBuffer();
      if (await server._isReady(log)) return server;
      await server.kill();
      // Another program may have taken the port meanwhile.
      if (attempt == 3) throw StateError('redis-server does not start:\n$log');
    }
  }

  static Future<RedisServer> _launch(int port) async {
    final folder = Directory.systemTemp.createTempSync('rhai_dart_redis_');
    final process = await Process.start(findRedisServer()!, [
      ...['--port', '$port', '--bind', '127.0.0.1', '--dir', folder.path],
      ...['--save', '', '--appendonly', 'no', '--daemonize', 'no'],
    ]);
    return RedisServer._(process, folder, port);
  }

  static Future<int> _freePort() async {
    final socket = await ServerSocket.bind(InternetAddress.loopbackIPv4, 0);
    final port = socket.port;
    await socket.close();
    return port;
  }

  /// Whether the server says that it accepts connections, before it ends. Goes on to
  /// read, so that the server can always write its [log].
  Future<bool> _isReady(StringSink log) {
    final ready = Completer<bool>();
    _process.stdout
        .transform(utf8.decoder)
        .transform(const LineSplitter())
        .listen(
          (line) {
            log.writeln(line);
            if (line.contains('Ready to accept') && !ready.isCompleted) {
              ready.complete(true);
            }
          },
          onDone: () {
            if (!ready.isCompleted) ready.complete(false);
          },
        );
    _process.stderr.transform(utf8.decoder).listen(log.write);
    return ready.future;
  }

  /// Ends the process at once; connections to it break.
  Future<void> kill() async {
    _process.kill(ProcessSignal.sigkill);
    await _process.exitCode;
    if (_folder.existsSync()) _folder.deleteSync(recursive: true);
  }
}
