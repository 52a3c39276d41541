// Scripts that call asynchronous Dart functions as if they were synchronous:
// HTTP, files and delays, all of them real.
//
//   ./dartw run example/03_async_functions.dart

import 'dart:convert';
import 'dart:io';

import 'package:rhai_dart/rhai_dart.dart';

Future<void> main() async {
  final server = await _startServer();
  final directory = await Directory.systemTemp.createTemp('rhai_dart_example');
  final client = HttpClient();
  final engine = RhaiEngine();

  // Ordinary async functions. Nothing about them is special to scripts.
  engine
    ..registerFunction('fetch', (String path) async {
      final url = Uri.parse('http://localhost:${server.port}$path');
      final response = await (await client.getUrl(url)).close();
      final body = await utf8.decodeStream(response);
      if (response.statusCode != HttpStatus.ok) {
        throw HttpException('status ${response.statusCode}', uri: url);
      }
      return jsonDecode(body);
    })
    ..registerFunction(
      'write_file',
      (String name, String text) =>
          File('${directory.path}/$name').writeAsString(text).then((_) {}),
    )
    ..registerFunction(
      'read_file',
      (String name) => File('${directory.path}/$name').readAsString(),
    )
    ..registerFunction(
      'wait_ms',
      (int milliseconds) =>
          Future<void>.delayed(Duration(milliseconds: milliseconds)),
    );

  print('1. One script fetches JSON, writes and reads a file, and waits:');
  final summary = await engine.eval(r'''
    let user = fetch("/users/42");
    print(`   fetched ${user.name} from the server`);

    write_file("user.txt", `${user.name} <${user.email}>`);
    print(`   the file says: ${read_file("user.txt")}`);

    wait_ms(50);
    print("   waited 50 ms");

    #{name: user.name, languages: user.languages.len()}
  ''');
  print('   Dart gets its value: $summary\n');

  print('2. It can wait anywhere, here in a closure given to map:');
  final names = await engine.eval(r'''
    [1, 2, 3].map(|id| fetch(`/users/${id}`).name)
  ''');
  print('   $names\n');

  print('3. A request that fails is an exception that the script can catch:');
  await engine.eval(r'''
    try {
      fetch("/nowhere");
    } catch (error) {
      print(`   caught ${error.type}: ${error.message}`);
    }
  ''');

  print('\n4. Three scripts run at once; each waits 300 ms:');
  final watch = Stopwatch()..start();
  final results = await Future.wait([
    for (final name in ['one', 'two', 'three'])
      engine.evalAsync('wait_ms(300); "$name"'),
  ]);
  print(
    '   $results after ${watch.elapsedMilliseconds} ms together, '
    'not 900 ms: a script that waits keeps nobody waiting',
  );

  engine.dispose();
  client.close();
  await directory.delete(recursive: true);
  await server.close();
}

/// A server that knows users by their number.
Future<HttpServer> _startServer() async {
  final server = await HttpServer.bind(InternetAddress.loopbackIPv4, 0);
  server.listen((request) async {
    final response = request.response;
    if (request.uri.pathSegments case ['users', final id]) {
      response.headers.contentType = ContentType.json;
      response.write(
        jsonEncode({
          'name': 'User $id',
          'email': 'user$id@example.com',
          'languages': ['Dart', 'Rhai'],
        }),
      );
    } else {
      response.statusCode = HttpStatus.notFound;
    }
    await response.close();
  });
  return server;
}

// Output:
//
// 1. One script fetches JSON, writes and reads a file, and waits:
//    fetched User 42 from the server
//    the file says: User 42 <user42@example.com>
//    waited 50 ms
//    Dart gets its value: {languages: 2, name: User 42}
//
// 2. It can wait anywhere, here in a closure given to map:
//    [User 1, User 2, User 3]
//
// 3. A request that fails is an exception that the script can catch:
//    caught HttpException: HttpException: status 404, uri = http://localhost:<number>/nowhere
//
// 4. Three scripts run at once; each waits 300 ms:
//    [one, two, three] after <number> ms together, not 900 ms: a script that waits keeps nobody waiting
