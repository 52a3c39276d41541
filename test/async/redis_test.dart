/// Scripts that use a database: a real Redis server.
library;

import 'dart:async';
import 'dart:convert';
import 'dart:io';
import 'dart:typed_data';

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import '../support/matchers.dart';
import '../../example/12_workflow_engine/redis_connection.dart';
import '../support/redis_server.dart';

void main() {
  group('Redis', _tests, skip: findRedisServer() == null ? _noServer : null);
}

const _noServer =
    'needs a Redis server, and found no redis-server on PATH: install it '
    '(Debian, Ubuntu: apt-get install redis-server; macOS: brew install redis)';

void _tests() {
  late RedisServer server;
  late RhaiEngine engine;
  late List<RedisConnection> connections;

  /// Opens a connection of a script's own, which it gets as a number.
  Future<int> connect([int? port]) async {
    connections.add(await RedisConnection.open(port ?? server.port));
    return connections.length - 1;
  }

  /// Sends a command over a connection, by default the one that all scripts
  /// share.
  Future<Object?> send(List<Object?> command, [int connection = 0]) =>
      connections[connection].send(command);

  setUpAll(() async => server = await RedisServer.start());
  tearDownAll(() => server.kill());

  setUp(() async {
    connections = [];
    await connect();
    await send(['FLUSHALL']);
    engine = RhaiEngine.withDefaults()
      ..registerFunction('connect', connect)
      ..registerFunction(
        'redis',
        (List<Object?> command, [int connection = 0]) async =>
            _asText(await send(command, connection)),
      )
      // Values are blobs, not texts.
      ..registerFunction('redis_bytes', send);
  });
  tearDown(() {
    engine.dispose();
    for (final connection in connections) {
      connection.close();
    }
  });

  test('a script sets and gets a value', () async {
    const script = '''
      let status = redis(["SET", "greeting", "hello"]);
      [status, redis(["GET", "greeting"])]
    ''';
    expect(await engine.eval(script), ['OK', 'hello']);
  });

  test('a missing value is ()', () async {
    const script = 'let x = redis(["GET", "missing"]); [x, x == (), x ?? "no"]';
    expect(await engine.eval(script), [null, true, 'no']);
  });

  test('a number is a number', () async {
    const script = '''
      redis(["SET", "visits", 41]);
      redis(["INCR", "visits"]) + redis(["INCRBY", "visits", -2])
    ''';
    expect(await engine.eval(script), 42 + 40);
  });

  test('a list is an array', () async {
    const script = '''
      for city in ["Rome", "Oslo", "Bern"] {
        redis(["RPUSH", "cities", city]);
        redis(["SET", city, city.to_upper()]);
      }
      let cities = redis(["LRANGE", "cities", 1, -1]);
      cities.map(|city| redis(["GET", city])) + cities
    ''';
    expect(await engine.eval(script), ['OSLO', 'BERN', 'Oslo', 'Bern']);
  });

  group('a transaction', () {
    test('takes effect as a whole', () async {
      const script = '''
        let own = connect();
        redis(["MULTI"], own);
        let queued = redis(["SET", "from", 70], own);
        redis(["INCRBY", "to", 30], own);
        let before = redis(["MGET", "from", "to"]);
        let replies = redis(["EXEC"], own);
        [queued, before, replies, redis(["MGET", "from", "to"])]
      ''';
      expect(await engine.eval(script), [
        'QUEUED',
        [null, null],
        ['OK', 30],
        ['70', '30'],
      ]);
    });

    test('fails when another script changes what it watches', () async {
      engine.registerFunction(
        'sell_elsewhere',
        () => engine.eval('redis(["DECR", "stock"])'),
      );
      const script = '''
        redis(["SET", "stock", 5]);
        let own = connect();
        redis(["WATCH", "stock"], own);
        let stock = parse_int(redis(["GET", "stock"], own));
        let left = sell_elsewhere();
        redis(["MULTI"], own);
        redis(["SET", "stock", stock - 1], own);
        [left, redis(["EXEC"], own), redis(["GET", "stock"])]
      ''';
      expect(await engine.eval(script), [4, null, '4']);
    });

    test('that is tried again until it succeeds loses no update', () async {
      const script = '''
        let own = connect();
        loop {
          redis(["WATCH", "counter"], own);
          let counter = parse_int(redis(["GET", "counter"], own) ?? "0");
          redis(["MULTI"], own);
          redis(["SET", "counter", counter + 1], own);
          if redis(["EXEC"], own) != () { break }
        }
      ''';
      await Future.wait([
        for (var i = 0; i < 20; i++) engine.evalAsync(script),
      ]);
      expect(await engine.eval('redis(["GET", "counter"])'), '20');
    });
  });

  group('a script that waits in the server for an element', () {
    test('goes on when another script adds it', () async {
      engine.setConstant('own', await connect());
      final popped = engine.evalAsync('redis(["BLPOP", "jobs", 0], own)');
      var waits = true;
      unawaited(popped.whenComplete(() => waits = false));

      final clients = await engine.eval('redis(["INFO", "clients"])');
      expect(clients, contains('blocked_clients:1'));
      expect(waits, isTrue);
      expect(engine.pendingCount, 1);

      expect(await engine.eval('redis(["RPUSH", "jobs", "paint"])'), 1);
      expect(await popped, ['jobs', 'paint']);
    });

    test('gets () when the server gives up', () async {
      const script = 'redis(["BLPOP", "jobs", 0.01], connect())';
      expect(await engine.eval(script), null);
    });
  });

  test('a hundred scripts use one connection at once', () async {
    final results = [
      for (var i = 0; i < 100; i++)
        engine.evalAsync(
          '[$i, redis(["INCR", "counter"]), redis(["ECHO", $i])]',
        ),
    ];
    expect(engine.pendingCount, 100);
    expect(await Future.wait(results), [
      for (var i = 0; i < 100; i++) [i, i + 1, '$i'],
    ]);
    expect(await engine.eval('redis(["GET", "counter"])'), '100');
  });

  group('nothing is lost in', () {
    test('a text with NUL, emoji and line ends', () async {
      const text = 'a\u0000b \u{1f980} é \r\n \$5\r\n "';
      engine.setConstant('text', text);
      const script = '''
        redis(["SET", text, text]);
        let value = redis(["GET", text]);
        [value, value == text, redis(["STRLEN", text]) == text.bytes]
      ''';
      expect(await engine.eval(script), [text, true, true]);
    });

    test('an empty text and an empty blob', () async {
      const script = '''
        redis(["SET", "text", ""]);
        redis(["SET", "blob", blob()]);
        [redis(["GET", "text"]), redis_bytes(["GET", "blob"])]
      ''';
      expect(await engine.eval(script), ['', allOf(isA<Uint8List>(), isEmpty)]);
    });

    test('bytes of every value', () async {
      final bytes = Uint8List.fromList([for (var i = 0; i < 256; i++) i]);
      engine.setConstant('bytes', bytes);
      const script = '''
        let made = blob();
        for byte in 0..256 { made.push(byte) }
        redis(["SET", "bytes", bytes]);
        redis(["SET", "made", made]);
        redis_bytes(["MGET", "bytes", "made"])
      ''';
      final values = await engine.eval(script);
      expect(values, [bytes, bytes]);
      expect(values, everyElement(isA<Uint8List>()));
    });

    test('a text of a megabyte', () async {
      const script = '''
        let text = "";
        text.pad(1000000, "0123456789");
        redis(["SET", "text", text]);
        let value = redis(["GET", "text"]);
        [value.len, value == text]
      ''';
      expect(await engine.eval(script), [1000000, true]);
    });

    test('a blob of a megabyte', () async {
      final bytes = Uint8List(1 << 20);
      for (var i = 0; i < bytes.length; i++) {
        bytes[i] = i * 7 + (i >> 8);
      }
      engine.setConstant('bytes', bytes);
      const script = '''
        redis(["SET", "bytes", bytes]);
        redis_bytes(["GET", "bytes"])
      ''';
      expect(await engine.eval(script), bytes);
    });
  });

  group('an error of the server', () {
    test('can be caught in the script, which goes on', () async {
      const script = '''
        redis(["SET", "name", "Ann"]);
        let caught = ();
        try { redis(["INCR", "name"]) } catch (e) { caught = e }
        [caught.type, caught.message, redis(["GET", "name"])]
      ''';
      expect(await engine.eval(script), [
        'RedisError',
        contains('not an integer'),
        'Ann',
      ]);
    });

    test('in a transaction can be caught too', () async {
      const script = '''
        let own = connect();
        redis(["MULTI"], own);
        redis(["SET", "name", "Ann"], own);
        redis(["LPUSH", "name", "Bob"], own);
        let caught = ();
        try { redis(["EXEC"], own) } catch (e) { caught = e.message }
        [caught, redis(["GET", "name"], own)]
      ''';
      expect(await engine.eval(script), [startsWith('WRONGTYPE'), 'Ann']);
    });

    test('is the cause of the error if it is not caught', () async {
      await expectLater(
        engine.evalAsync('let x = 1;\nredis(["NO_SUCH_COMMAND"])'),
        throwsA(
          isA<RhaiRuntimeError>()
              .having((e) => e.position?.line, 'line', 2)
              .having((e) => e.cause, 'cause', isA<RedisError>()),
        ),
      );
      expect(await engine.eval('redis(["PING"])'), 'PONG');
    });
  });

  group('a server that dies', () {
    late RedisServer mortal;

    setUp(() async {
      mortal = await RedisServer.start();
      engine.setConstant('port', mortal.port);
    });
    tearDown(() => mortal.kill());

    test('is an error for the scripts that wait for it', () async {
      engine.setConstant('own', await connect(mortal.port));
      final caught = engine.evalAsync('''
        let caught = ();
        try { redis(["BLPOP", "jobs", 0], own) } catch (e) { caught = e.type }
        [caught, redis(["PING"])]
      ''');
      final notCaught = expectLater(
        engine.evalAsync('redis(["GET", "name"], own)'),
        throwsWithCause(isA<SocketException>()),
      );
      expect(engine.pendingCount, 2);
      await mortal.kill();
      expect(await caught, ['SocketException', 'PONG']);
      await notCaught;

      mortal = await RedisServer.start(port: mortal.port);
      expect(await engine.eval('1 + 1'), 2);
      expect(await engine.eval('redis(["PING"], connect(port))'), 'PONG');
    });

    test('is an error that a script can recover from', () async {
      engine
        ..registerFunction('kill', () => mortal.kill())
        ..registerFunction('restart', () async {
          mortal = await RedisServer.start(port: mortal.port);
        });
      const script = '''
        fn increment(port) {
          try { return redis(["INCR", "counter"], connect(port)) }
          catch (e) { return e.type }
        }
        let seen = [increment(port)];
        kill();
        seen.push(increment(port));
        restart();
        seen.push(increment(port));
        seen
      ''';
      expect(await engine.eval(script), [1, 'SocketException', 1]);
    });
  });
}

/// A reply whose values are texts. A transaction fails with the first error of
/// its commands.
Object? _asText(Object? reply) => switch (reply) {
  final Uint8List bytes => utf8.decode(bytes),
  final List<Object?> replies => [for (final part in replies) _asText(part)],
  final RedisError error => throw error,
  _ => reply,
};
