// Scripts that make several requests at the same time, to a real HTTP server.
//
//   ./dartw run example/10_parallel_requests.dart

import 'dart:convert';
import 'dart:io';

import 'package:rhai_dart/rhai_dart.dart';

Future<void> main() async {
  final server = await _startServer();
  final client = HttpClient();
  final engine = RhaiEngine.withDefaults();

  // An ordinary async function. Nothing about it is special to `parallel`.
  engine.registerFunction('fetch', (String path) async {
    final url = Uri.parse('http://localhost:${server.port}$path');
    final response = await (await client.getUrl(url)).close();
    final body = await utf8.decodeStream(response);
    if (response.statusCode != HttpStatus.ok) {
      throw HttpException('status ${response.statusCode}', uri: url);
    }
    return jsonDecode(body);
  });

  print('1. Two different requests, in one expression:');
  final page = await engine.eval(r'''
    let both = parallel([|| fetch("/users/1"), || fetch("/orders/1")]);
    #{name: both[0].name, orders: both[1].len()}
  ''');
  print('   $page\n');

  print('2. Ten requests that take 50 ms each:');
  for (final (how, call) in [
    ('one after the other', r'ids.map(|id| fetch(`/users/${id}`).name)'),
    ('at the same time', r'parallel(ids, |id| fetch(`/users/${id}`).name)'),
    ('three at once', r'parallel(ids, |id| fetch(`/users/${id}`).name, 3)'),
  ]) {
    final watch = Stopwatch()..start();
    final names = await engine.eval(
      'let ids = []; for id in 1..=10 { ids.push(id); } $call',
    );
    print(
      '   $how: ${(names as List).length} names '
      'after ${watch.elapsedMilliseconds} ms',
    );
  }

  print('\n3. The first error ends the others, and can be caught:');
  await engine.eval(r'''
    try {
      parallel(["/users/1", "/nowhere", "/users/2"], fetch);
    } catch (error) {
      print(`   caught ${error.type}: ${error.message}`);
    }
  ''');

  print('\n4. A call can make calls itself:');
  final totals = await engine.eval(r'''
    parallel([1, 2, 3], |id| {
      let both = parallel([|| fetch(`/users/${id}`), || fetch(`/orders/${id}`)]);
      `${both[0].name}: ${both[1].reduce(|sum, order| sum + order, 0)}`
    })
  ''');
  print('   $totals');

  engine.dispose();
  client.close();
  await server.close();
}

/// A server that takes 50 ms for each answer.
Future<HttpServer> _startServer() async {
  final server = await HttpServer.bind(InternetAddress.loopbackIPv4, 0);
  server.listen((request) async {
    await Future<void>.delayed(const Duration(milliseconds: 50));
    final response = request.response;
    switch (request.uri.pathSegments) {
      case ['users', final id]:
        response.write(jsonEncode({'name': 'User $id'}));
      case ['orders', final id]:
        response.write(jsonEncode([10 * int.parse(id), 5]));
      default:
        response.statusCode = HttpStatus.notFound;
    }
    await response.close();
  });
  return server;
}

// Output:
//
// 1. Two different requests, in one expression:
//    {name: User 1, orders: 2}
//
// 2. Ten requests that take 50 ms each:
//    one after the other: 10 names after <number> ms
//    at the same time: 10 names after <number> ms
//    three at once: 10 names after <number> ms
//
// 3. The first error ends the others, and can be caught:
//    caught HttpException: HttpException: status 404, uri = http://localhost:<number>/nowhere
//
// 4. A call can make calls itself:
//    [User 1: 15, User 2: 25, User 3: 35]
