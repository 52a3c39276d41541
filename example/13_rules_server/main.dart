// A server whose rules are in scripts: it answers, its rules are changed while it runs, and
// some rules and requests do harm. `serve.dart` is the server by itself.
//
//   ./dartw run example/13_rules_server/main.dart

import 'dart:async';
import 'dart:convert';
import 'dart:io';

import 'live_rules.dart';
import 'rules.dart';
import 'server.dart';
import 'store.dart';

Future<void> main() async {
  final folder = await Directory.systemTemp.createTemp('rhai_dart_rules');
  final source = Platform.script.resolve('routes/orders.rhai');
  final text = await File.fromUri(source).readAsString();
  void save(String text) => File('${folder.path}/new')
    ..writeAsStringSync(text)
    ..renameSync('${folder.path}/orders.rhai');

  final logged = StreamController<String>.broadcast();
  void log(String line) {
    print('   log: $line');
    logged.add(line);
  }

  /// Saves the rules, and waits until the server has looked at them.
  Future<void> change(String text) async {
    final looked = logged.stream.firstWhere((line) => line.contains('rules'));
    save(text);
    await looked;
  }

  save(text);
  final engine = rulesEngine(Store(), log: log, maxWaiting: 10);
  final rules = await LiveRules.open(engine, folder, log: log);
  final server = await Server.start(rules, log: log);
  final client = _Client(server.port);

  print('1. Rules answer:');
  await client.send('POST', '/orders', '{"items": ["tea", "tea", "pot"]}');
  await client.send('GET', '/orders/1');
  await client.send('GET', '/orders/99');
  await client.send('POST', '/orders', '{"items": ["gold"]}');

  print('2. They are changed while the server runs:');
  await change(text.replaceFirst('0.9', '0.5'));
  await client.send('GET', '/quote/tea/4');

  print('3. Those that are not valid change nothing:');
  await change('$text\n}');
  await client.send('GET', '/quote/tea/4');

  print('4. Those that do harm are stopped:');
  await change('''
    /// GET /endless
    fn endless(request) { loop { } }

    /// GET /large
    fn large(request) { let text = ""; text.pad(1000000, "x"); text }

    /// GET /slow
    fn slow(request) { sleep(2); "done" }
  ''');
  await client.send('GET', '/endless');
  await client.send('GET', '/large');

  print('5. So are requests:');
  await client.send('POST', '/endless', '{"items": [');
  await client.send('POST', '/endless', '"${'x' * Server.maxBody}"');
  final statuses = await Future.wait([
    for (var i = 0; i < 15; i++) client.statusOf('GET', '/slow'),
  ]);
  statuses.sort();
  print('   15 slow ones at once: $statuses');

  client.close();
  await server.close();
  await rules.close();
  engine.dispose();
  await folder.delete(recursive: true);
}

/// Sends requests to the server, and prints the answers.
final class _Client {
  _Client(this._port);

  final int _port;
  final HttpClient _client = HttpClient();

  Future<void> send(String method, String path, [String body = '']) async {
    final response = await _request(method, path, body);
    final text = await utf8.decodeStream(response);
    print('   $method $path: ${response.statusCode} $text');
  }

  Future<int> statusOf(String method, String path) async {
    final response = await _request(method, path, '');
    await response.drain<void>();
    return response.statusCode;
  }

  Future<HttpClientResponse> _request(
    String method,
    String path,
    String body,
  ) async {
    final request = await _client.open(method, 'localhost', _port, path);
    request.write(body);
    return request.close();
  }

  void close() => _client.close(force: true);
}

// Output:
//
//    log: rules: GET /orders/{id}, POST /orders, GET /quote/{item}/{count}
// 1. Rules answer:
//    POST /orders: 200 {"id":1,"items":["tea","tea","pot"],"total":28.8}
//    GET /orders/1: 200 {"items":["tea","tea","pot"],"total":28.8}
//    GET /orders/99: 404 {"error":"there is no order 99"}
//    POST /orders: 400 {"error":"nobody sells gold"}
// 2. They are changed while the server runs:
//    log: new rules: GET /orders/{id}, POST /orders, GET /quote/{item}/{count}
//    GET /quote/tea/4: 200 {"total":7.0}
// 3. Those that are not valid change nothing:
//    log: the old rules stay: RhaiSyntaxError: in orders.rhai: Unexpected '}' (line <number>, position 1)
// }
// ^
//    GET /quote/tea/4: 200 {"total":7.0}
// 4. Those that do harm are stopped:
//    log: new rules: GET /endless, GET /large, GET /slow
//    log: GET /endless: RhaiLimitError: too many operations: the limit is 50000 (RhaiConfig.maxOperations)
//    GET /endless: 500 {"error":"the rule failed"}
//    log: GET /large: RhaiLimitError: Length of string too large: the limit is 262144 bytes (RhaiConfig.maxStringLength)
//    GET /large: 500 {"error":"the rule failed"}
// 5. So are requests:
//    POST /endless: 400 {"error":"the body is no JSON"}
//    POST /endless: 413 {"error":"more than 65536 bytes"}
//    15 slow ones at once: [200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 503, 503, 503, 503, 503]
