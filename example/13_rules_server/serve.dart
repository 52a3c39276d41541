// An HTTP server whose rules are in scripts. Change `routes/orders.rhai` while it runs.
//
//   ./dartw run example/13_rules_server/serve.dart --port=8080
//   curl http://localhost:8080/quote/tea/3

import 'dart:io';

import 'package:args/args.dart';

import 'dart_handlers.dart';
import 'live_rules.dart';
import 'rules.dart';
import 'server.dart';
import 'store.dart';

Future<void> main(List<String> arguments) async {
  final parser = ArgParser()
    ..addOption('port', defaultsTo: '8080')
    ..addOption(
      'routes',
      defaultsTo: Platform.script.resolve('routes').toFilePath(),
      help: 'Folder of the rules.',
    )
    ..addFlag('dart', help: 'Uses the same rules in Dart instead.');
  final options = parser.parse(arguments);
  final store = Store();
  await store.add({
    'items': <String>['tea'],
    'total': 3.5,
  });
  final handlers = options.flag('dart')
      ? DartHandlers(store)
      : await LiveRules.open(
          rulesEngine(store, log: print),
          Directory(options.option('routes')!),
          log: print,
        );
  final server = await Server.start(
    handlers,
    log: print,
    port: int.parse(options.option('port')!),
  );
  print('http://localhost:${server.port}');
}
