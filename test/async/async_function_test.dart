/// Scripts that call asynchronous Dart functions as if they were synchronous.
library;

import 'dart:async';
import 'dart:convert';
import 'dart:io';
import 'dart:typed_data';

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import '../support/folders.dart';
import '../support/futures.dart';
import '../support/matchers.dart';

void main() {
  late RhaiEngine engine;

  setUp(() => engine = RhaiEngine.withDefaults());
  tearDown(() => engine.dispose());

  group('a delay', () {
    test('is waited for, and its value is the value of the call', () async {
      engine.registerFunction(
        'delayed',
        (int x) => Future.delayed(const Duration(milliseconds: 5), () => x * 2),
      );
      expect(await engine.eval('delayed(21)'), 42);
    });

    test('follows another in one script', () async {
      final order = <String>[];
      engine.registerFunction('step', (String name) async {
        order.add('$name starts');
        await Future<void>.delayed(const Duration(milliseconds: 2));
        order.add('$name ends');
        return name.toUpperCase();
      });
      expect(
        await engine.eval('let a = step("a"); let b = step("b"); a + b'),
        'AB',
      );
      expect(order, ['a starts', 'a ends', 'b starts', 'b ends']);
    });

    test('may lie between calls of synchronous functions', () async {
      engine
        ..registerFunction('add', (int a, int b) => a + b)
        ..registerFunction('later', later);
      const script = '''
        let sum = 0;
        for i in 0..5 {
          sum = add(sum, later(i));
          sum = add(sum, 100);
        }
        sum
      ''';
      expect(await engine.eval(script), 510);
    });

    test('is what sleep() makes', () async {
      final result = engine.eval('sleep(0.002); "awake"');
      expect(result, isA<Future<dynamic>>());
      expect(await result, 'awake');
    });
  });

  group('HTTP', () {
    late HttpServer server;
    late HttpClient client;

    setUp(() async {
      server = await HttpServer.bind(InternetAddress.loopbackIPv4, 0);
      server.listen(_answer);
      client = HttpClient();
      engine.registerFunction('http_get', (String path) async {
        final request = await client.get('127.0.0.1', server.port, path);
        final response = await request.close();
        final body = await utf8.decodeStream(response);
        return {
          'status': response.statusCode,
          'body': response.statusCode == 200 ? jsonDecode(body) : body,
        };
      });
    });
    tearDown(() async {
      client.close(force: true);
      await server.close(force: true);
    });

    test('JSON is fetched and read', () async {
      const script = '''
        let user = http_get("/users/42").body;
        `\${user.name} has \${user.tags.len} tags, the last is \${user.tags[-1]}`
      ''';
      expect(await engine.eval(script), 'Ann has 2 tags, the last is b');
    });

    test('a script decides by the status code', () async {
      const script = '''
        let statuses = [];
        for path in ["/users/42", "/missing", "/broken"] {
          statuses.push(switch http_get(path).status {
            200 => "ok",
            404 => "not found",
            _ => "failed",
          });
        }
        statuses
      ''';
      expect(await engine.eval(script), ['ok', 'not found', 'failed']);
    });

    test('many requests of several scripts are under way at once', () async {
      final ids = List.generate(20, (i) => i);
      final names = await Future.wait([
        for (final id in ids)
          engine.evalAsync('http_get("/users/$id").body.id * 10'),
      ]);
      expect(names, [for (final id in ids) id * 10]);
    });

    test('a server that closes the connection is an exception', () async {
      expect(
        await engine.eval('''
          let result = "";
          try { http_get("/close") } catch (e) { result = e.type }
          result + " then " + http_get("/users/1").status
        '''),
        'HttpException then 200',
      );
    });

    test('a refused connection reaches the caller if not caught', () async {
      final port = server.port;
      await server.close(force: true);
      engine.registerFunction(
        'connect',
        () => Socket.connect('127.0.0.1', port),
      );
      await expectLater(
        engine.eval('connect()'),
        throwsA(
          isA<RhaiRuntimeError>()
              .having((e) => e.cause, 'cause', isA<SocketException>())
              .having((e) => e.message, 'message', contains('SocketException'))
              .having((e) => e.position?.line, 'line', 1),
        ),
      );
    });
  });

  group('files', () {
    late Directory directory;

    setUp(() {
      directory = temporaryFolder();
      File file(String name) => File('${directory.path}/$name');
      engine
        ..registerFunction('read', (String name) => file(name).readAsString())
        ..registerFunction('read_bytes', (String n) => file(n).readAsBytes())
        ..registerFunction('write', (String name, String text) async {
          await file(name).writeAsString(text);
        });
    });

    test('are written and read', () async {
      const script = '''
        write("a.txt", "one\\ntwo");
        write("b.txt", read("a.txt") + "\\nthree");
        read("b.txt").split("\\n")
      ''';
      expect(await engine.eval(script), ['one', 'two', 'three']);
      expect(
        await File('${directory.path}/b.txt').readAsString(),
        'one\ntwo\nthree',
      );
    });

    test('are read as bytes', () async {
      final bytes = Uint8List.fromList([0, 255, 10, 13, 128]);
      await File('${directory.path}/data').writeAsBytes(bytes);
      expect(await engine.eval('read_bytes("data")'), bytes);
      expect(await engine.eval('read_bytes("data")[1]'), 255);
    });

    test('that are missing are an exception', () async {
      expect(
        await engine.eval('''
          let text = "";
          try { text = read("missing") } catch (e) { text = e.type }
          text
        '''),
        // The class of a missing file, and its superclass.
        anyOf('PathNotFoundException', 'FileSystemException'),
      );
      await expectLater(
        engine.eval('read("missing")'),
        throwsWithCause(isA<FileSystemException>()),
      );
    });
  });

  group('the Future of a call may be', () {
    final bytes = Uint8List.fromList([1, 2, 3]);
    final cases = <String, (Function, Object?)>{
      'complete': (() => Future.value(7), 7),
      'of an async function without await': (() async => 'text', 'text'),
      'of an async function that waits': (() => later(1.5), 1.5),
      'Future.sync': (() => Future.sync(() => true), true),
      'Future.microtask': (() => Future.microtask(() => 1), 1),
      'of nothing': (() async {}, null),
      'of a List': (() => later([1, 'a', null]), [1, 'a', null]),
      'of a Map': (
        () => later({
          'a': {'b': 1},
        }),
        {
          'a': {'b': 1},
        },
      ),
      'of bytes': (() => later(bytes), bytes),

      'a FutureOr': (_maybeLater, 3),
      'a Future of a Future': (() => SynchronousFuture(later(4)), 4),
      'a class of its own that calls back at once': (
        () => SynchronousFuture(5),
        5,
      ),
    };
    cases.forEach((name, testCase) {
      final (function, value) = testCase;
      test(name, () async {
        engine.registerFunction('call_it', function);
        final result = engine.eval('let x = call_it(); [x, type_of(x)]');
        expect(result, isA<Future<dynamic>>());
        final plain = engine..registerFunction('call_it', () => value);
        expect(await result, plain.eval('let x = call_it(); [x, type_of(x)]'));
      });
    });

    test('complete, any number of times', () async {
      engine.registerFunction('next', (int x) => Future.value(x + 1));
      const script = 'let x = 0; for i in 0..20_000 { x = next(x); } x';
      expect(await engine.eval(script), 20000);
    });

    test('one that calls back at once, any number of times', () async {
      engine.registerFunction('next', (int x) => SynchronousFuture(x + 1));
      const script = 'let x = 0; for i in 0..20_000 { x = next(x); } x';
      expect(await engine.eval(script), 20000);
    });
  });

  group('while a script waits', () {
    test('timers run', () async {
      final fifthTick = Completer<int>();
      var ticks = 0;
      engine.registerFunction('fifth_tick', () => fifthTick.future);
      final result = engine.eval('fifth_tick()') as Future<dynamic>;
      final timer = Timer.periodic(const Duration(milliseconds: 1), (_) {
        if (++ticks == 5) fifthTick.complete(ticks);
      });
      expect(await result, 5);
      timer.cancel();
    });

    test('other scripts run', () async {
      final gate = Completer<String>();
      engine
        ..registerFunction('wait', () => gate.future)
        ..registerFunction('open', gate.complete)
        ..registerFunction('later', later);
      final waiting = engine.eval('wait()') as Future<dynamic>;
      expect(engine.eval('1 + 1'), 2);
      await engine.eval('let text = later("opened"); open(text)');
      expect(await waiting, 'opened');
    });

    test('nothing of it runs', () async {
      final gate = Completer<int>();
      final calls = <String>[];
      engine
        ..registerFunction('note', calls.add)
        ..registerFunction('wait', () => gate.future);
      final result = engine.eval('note("a"); wait(); note("b")');
      for (var turn = 0; turn < 100; turn++) {
        await Future<void>(() {});
      }
      expect(calls, ['a']);
      gate.complete(0);
      await result;
      expect(calls, ['a', 'b']);
    });
  });

  group('eval', () {
    test('returns the value itself of a script that does not wait', () {
      engine.registerFunction('later', later);
      expect(engine.eval('if false { later(1) } else { 2 }'), 2);
    });

    test('returns a Future for a script that waits', () async {
      engine.registerFunction('later', later);
      final result = engine.eval('later(1)');
      expect(result, isA<Future<dynamic>>());
      expect(await result, 1);
    });

    test('throws what happens before the first wait', () {
      engine.registerFunction('later', later);
      expect(() => engine.eval('let x = ;'), throwsA(isA<RhaiSyntaxError>()));
      expect(
        () => engine.eval('throw "early"; later(1)'),
        throwsA(isA<RhaiRuntimeError>()),
      );
    });

    test('completes its Future with what happens after it', () async {
      engine.registerFunction('later', later);
      final result = engine.eval('later(1);\nthrow "late"');
      expect(result, isA<Future<dynamic>>());
      await expectLater(
        result,
        throwsA(
          isA<RhaiRuntimeError>()
              .having((e) => e.message, 'message', 'late')
              .having((e) => e.position?.line, 'line', 2),
        ),
      );
    });
  });

  group('evalAsync', () {
    test('returns a Future for every script', () async {
      engine.registerFunction('later', later);
      expect(await engine.evalAsync('1 + 1'), 2);
      expect(await engine.evalAsync('later(3)'), 3);
    });

    test('completes its Future with every error', () async {
      engine.registerFunction('later', later);
      for (final script in ['throw 1', 'let x = ;', 'later(1); throw 1']) {
        final result = engine.evalAsync(script);
        await expectLater(result, throwsA(isA<RhaiException>()));
      }
    });

    test('starts the script before it returns', () async {
      final calls = <String>[];
      engine.registerFunction('note', calls.add);
      final result = engine.evalAsync('note("started")');
      expect(calls, ['started']);
      await result;
    });
  });
}

FutureOr<int> _maybeLater() => Future.value(3);

Future<void> _answer(HttpRequest request) async {
  final response = request.response;
  switch (request.uri.pathSegments) {
    case ['users', final id]:
      response.headers.contentType = ContentType.json;
      response.write(
        jsonEncode({
          'id': int.parse(id),
          'name': 'Ann',
          'tags': ['a', 'b'],
        }),
      );
    case ['close']:
      final socket = await response.detachSocket(writeHeaders: false);
      return socket.destroy();
    case ['broken']:
      response.statusCode = HttpStatus.internalServerError;
    default:
      response.statusCode = HttpStatus.notFound;
  }
  await response.close();
}
