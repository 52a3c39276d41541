// Modules that scripts import from a real HTTP server and from a database, and a module of
// Dart functions and constants.
//
//   ./dartw run example/08_modules.dart

import 'dart:convert';
import 'dart:io';

import 'package:rhai_dart/rhai_dart.dart';

Future<void> main() async {
  final server = await _startServer();
  final database = await _Database.open();
  final client = HttpClient();

  // One loader for both. Scripts wait for it, and do not know.
  Future<String?> load(String path, String? importer) async {
    print('   … loading $path for ${importer ?? 'the script'}');
    if (path.startsWith('db/')) return database.find(path);
    final url = Uri.parse('http://localhost:${server.port}/$path.rhai');
    final response = await (await client.getUrl(url)).close();
    final body = await utf8.decodeStream(response);
    return switch (response.statusCode) {
      HttpStatus.ok => body,
      HttpStatus.notFound => null,
      final status => throw HttpException('status $status', uri: url),
    };
  }

  final engine = RhaiEngine.withConfig(RhaiConfig(moduleLoader: load))
    ..registerModule('shop', {
      'CURRENCY': 'EUR',
      'stock_of': (String name) async => database.stock[name] ?? 0,
    });

  const order = r'''
    import "lib/cart" as cart;
    import "db/discount" as discount;

    let total = cart::total([#{name: "tea", price: 5.0}, #{name: "pot", price: 25.0}]);
    `${discount::apply(total)} ${shop::CURRENCY}`
  ''';
  print('1. Modules from the server, one of which imports another, and one');
  print('   from the database:');
  print('   ${await engine.eval(order)}\n');

  print('2. They are kept: nothing is loaded for the next script:');
  print('   ${await engine.eval(order)}\n');

  print('3. The discount changes in the database:');
  await database.save('db/discount', 'fn apply(total) { total * 0.5 }');
  engine.invalidateModules('db/discount');
  print('   ${await engine.eval(order)}\n');

  print('4. An error in a module says where, and who imported it:');
  try {
    await engine.eval('import "lib/broken" as b; b::check("tea")');
  } on RhaiRuntimeError catch (error) {
    print('   $error');
  }

  engine.dispose();
  client.close();
  await database.delete();
  await server.close();
}

/// Modules in a file of JSON, and how much there is of what.
final class _Database {
  _Database._(this._folder);

  static Future<_Database> open() async {
    final folder = await Directory.systemTemp.createTemp('rhai_dart_example');
    final database = _Database._(folder);
    await database.save('db/discount', 'fn apply(total) { total * 0.9 }');
    return database;
  }

  final Directory _folder;
  final stock = {'tea': 3};

  File get _file => File('${_folder.path}/modules.json');

  Future<Map<String, Object?>> _read() async => await _file.exists()
      ? jsonDecode(await _file.readAsString()) as Map<String, Object?>
      : {};

  Future<String?> find(String path) async => (await _read())[path] as String?;

  Future<void> save(String path, String text) async =>
      _file.writeAsString(jsonEncode({...await _read(), path: text}));

  Future<void> delete() => _folder.delete(recursive: true);
}

/// A server that has modules.
Future<HttpServer> _startServer() async {
  const modules = {
    '/lib/cart.rhai':
        'import "./prices" as prices;\n'
        'fn total(items) { items.map(|i| prices::gross(i.price)).reduce(|a, b| a + b, 0.0) }',
    '/lib/prices.rhai': 'fn gross(net) { net * 1.2 }',
    '/lib/broken.rhai':
        'import "./checks" as checks;\nfn check(x) { checks::check(x) }',
    '/lib/checks.rhai':
        'fn check(name) {\n'
        '  if shop::stock_of(name) < 10 { throw `not enough \${name}` }\n'
        '}',
  };
  final server = await HttpServer.bind(InternetAddress.loopbackIPv4, 0);
  server.listen((request) async {
    final response = request.response;
    switch (modules[request.uri.path]) {
      case final text?:
        response.write(text);
      case null:
        response.statusCode = HttpStatus.notFound;
    }
    await response.close();
  });
  return server;
}

// Output:
//
// 1. Modules from the server, one of which imports another, and one
//    from the database:
//    … loading lib/cart for the script
//    … loading lib/prices for lib/cart
//    … loading db/discount for the script
//    32.4 EUR
//
// 2. They are kept: nothing is loaded for the next script:
//    32.4 EUR
//
// 3. The discount changes in the database:
//    … loading db/discount for the script
//    18.0 EUR
//
// 4. An error in a module says where, and who imported it:
//    … loading lib/broken for the script
//    … loading lib/checks for lib/broken
//    RhaiRuntimeError: in module lib/checks (imported by lib/broken, imported by the script): not enough tea (line 2, position 34)
// at check (lib/checks, line 2, position 34)
// at check (lib/broken, line 2, position 23)
// at script (line 1, position 30)
