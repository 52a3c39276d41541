/// The server of `example/13_rules_server/`.
library;

import 'dart:async';
import 'dart:convert';
import 'dart:io';

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import '../../example/13_rules_server/dart_handlers.dart';
import '../../example/13_rules_server/handlers.dart';
import '../../example/13_rules_server/live_rules.dart';
import '../../example/13_rules_server/rules.dart';
import '../../example/13_rules_server/server.dart';
import '../../example/13_rules_server/store.dart';

void main() {
  late Directory folder;
  late RhaiEngine engine;
  late StreamController<String> log;
  late HttpClient client;

  setUp(() {
    folder = Directory.systemTemp.createTempSync('rhai_dart_rules_');
    log = StreamController.broadcast();
    engine = rulesEngine(Store(), log: log.add, maxWaiting: 10);
    client = HttpClient();
  });
  tearDown(() async {
    client.close(force: true);
    engine.dispose();
    await log.close();
    folder.deleteSync(recursive: true);
  });

  void save(String name, String text) => File('${folder.path}/.$name')
    ..writeAsStringSync(text)
    ..renameSync('${folder.path}/$name');

  Future<LiveRules> open() async {
    final rules = await LiveRules.open(engine, folder, log: log.add);
    addTearDown(rules.close);
    return rules;
  }

  Future<Server> serve(Handlers handlers) async {
    final server = await Server.start(handlers, log: log.add);
    addTearDown(server.close);
    return server;
  }

  /// The status and the text of the answer.
  Future<String> send(
    Server server,
    String method,
    String path, [
    Stream<List<int>> body = const Stream.empty(),
  ]) async {
    final request = await client.open(method, 'localhost', server.port, path);
    await request.addStream(body);
    final response = await request.close();
    final text = await utf8.decodeStream(response);
    return '${response.statusCode} $text';
  }

  test('the rules answer as the same rules in Dart do', () async {
    File(
      'example/13_rules_server/routes/orders.rhai',
    ).copySync('${folder.path}/orders.rhai');
    final scripts = await serve(await open());
    final dart = await serve(DartHandlers(Store()));
    for (final (method, path, body) in [
      ('POST', '/orders', '{"items": ["tea", "tea", "pot"]}'),
      ('POST', '/orders', '{"items": ["gold"]}'),
      ('POST', '/orders', '{"items": 7}'),
      ('POST', '/orders', '[]'),
      ('POST', '/orders', ''),
      ('POST', '/orders', '{'),
      ('GET', '/orders/1', ''),
      ('GET', '/orders/2', ''),
      ('GET', '/orders/x', ''),
      ('GET', '/quote/cake/2', ''),
      ('GET', '/quote/cake/3', ''),
      ('GET', '/quote/cake/1000', ''),
      ('PUT', '/orders', ''),
      ('GET', '/', ''),
    ]) {
      expect(
        await send(scripts, method, path, _text(body)),
        await send(dart, method, path, _text(body)),
        reason: '$method $path $body',
      );
    }
  });

  test(
    'a body that is too large is refused, also if it does not say so',
    () async {
      save('a.rhai', '/// POST /\nfn take(request) { "taken" }');
      final server = await serve(await open());
      final part = utf8.encode('"${'x' * 1000}",');
      final endless = Stream.fromIterable(Iterable.generate(200, (_) => part));
      expect(
        await send(server, 'POST', '/', endless),
        '413 {"error":"more than 65536 bytes"}',
      );
      expect(await send(server, 'POST', '/', _text('[]')), '200 "taken"');
    },
  );

  test('a body that comes too slowly ends with the connection', () async {
    save('a.rhai', '/// POST /\nfn take(request) { "taken" }');
    final server = await Server.start(
      await open(),
      log: log.add,
      maxBodyTime: const Duration(milliseconds: 100),
    );
    addTearDown(server.close);
    final socket = await Socket.connect('localhost', server.port);
    addTearDown(socket.destroy);
    socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n[1,');
    expect(await utf8.decodeStream(socket), startsWith('HTTP/1.1 408 '));
  });

  test(
    'a request is answered by the rules that there were when it came',
    () async {
      save('a.rhai', '/// GET /\nfn old(request) { sleep(0.3); "old" }');
      final rules = await open();
      final first = rules.answer(const Request('GET', []));
      final reloaded = log.stream.firstWhere((line) => line.startsWith('new'));
      save('a.rhai', '/// GET /\nfn new_one(request) { "new" }');
      await reloaded;
      expect(await rules.answer(const Request('GET', [])), 'new');
      expect(await first, 'old');
    },
  );

  test(
    'rules that are not valid are reported, and those before stay',
    () async {
      save('a.rhai', '/// GET /a\nfn a(request) { "a" }');
      final rules = await open();
      for (final (name, text, problem) in [
        ('a.rhai', '/// GET /a\nfn a(request) { ', contains('in a.rhai')),
        ('b.rhai', '/// GET /b\nfn b() { "b" }', contains('b must have 1')),
      ]) {
        final reported = log.stream.firstWhere((line) => line.contains('stay'));
        save(name, text);
        expect(await reported, problem);
        expect(await rules.answer(const Request('GET', ['a'])), 'a');
        File('${folder.path}/$name').deleteSync();
      }
    },
  );

  for (final (what, rule) in [
    ('an endless loop', 'loop { }'),
    ('a function, which is no JSON', '|x| x'),
    ('an error', 'let x = 1; x.nothing'),
    (
      'an answer of gigabytes',
      'let t = ""; t.pad(250000, "x"); let a = []; a.pad(10000, t); a',
    ),
    ('a status that is none', 'throw #{status: 9000, message: "x"}'),
  ]) {
    test('$what is an error of the server, which goes on', () async {
      save('a.rhai', '''
        /// GET /bad
        fn bad(request) { $rule }
        /// GET /good
        fn good(request) { "good" }
      ''');
      final server = await serve(await open());
      expect(await send(server, 'GET', '/bad'), startsWith('500 {"error":'));
      expect(await send(server, 'GET', '/good'), '200 "good"');
    });
  }

  test('an address that is not valid is refused', () async {
    save('a.rhai', '/// GET /\nfn get(request) { "got" }');
    final server = await serve(await open());
    for (final address in ['/%FF', '/?%FF=1']) {
      final socket = await Socket.connect('localhost', server.port);
      addTearDown(socket.destroy);
      socket.write(
        'GET $address HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
      );
      expect(await utf8.decodeStream(socket), startsWith('HTTP/1.1 400 '));
    }
    expect(await send(server, 'GET', '/'), '200 "got"');
  });

  test('a deeply nested body does no harm', () async {
    save('a.rhai', '/// POST /\nfn same(request) { request.body }');
    final server = await serve(await open());
    final deep = '${'[' * 30000}${']' * 30000}';
    // It crosses to the script and back, but Dart cannot write it as JSON.
    expect(await send(server, 'POST', '/', _text(deep)), startsWith('500'));
    expect(await send(server, 'POST', '/', _text('1')), '200 1');
  });
}

Stream<List<int>> _text(String text) => Stream.value(utf8.encode(text));
