// Runs workflows: those that were under way when the last worker ended, and new ones.
//
//   ./dartw run example/12_workflow_engine/worker.dart [PORT OF REDIS]
//
// There must be one worker at a time: a second one would do the same steps. For several, let
// each hold a lock for every workflow that it runs (`SET key worker NX PX 30000`, renewed).

import 'dart:async';

import 'package:rhai_dart/rhai_dart.dart';

import 'journal.dart';
import 'redis_connection.dart';
import 'services.dart';
import 'workflow.dart';

Future<void> main(List<String> arguments) async {
  final port = int.parse(arguments.firstOrNull ?? '6379');
  final journal = await Journal.open(port);
  final engine = RhaiEngine(
    const RhaiConfig(
      // A workflow may wait for days, but its script only computes for moments.
      asyncTimeout: Duration.zero,
      totalTimeout: Duration.zero,
      timeout: Duration(seconds: 1),
      // It would differ when the script runs again.
      deniedFunctions: {'timestamp'},
    ),
  );
  registerServices(engine, await RedisConnection.open(port), print);

  for (final id in await journal.running()) {
    print('resumes $id');
    unawaited(run(id, engine, journal));
  }
  while (true) {
    final id = await journal.take();
    print('starts $id');
    unawaited(run(id, engine, journal));
  }
}

/// Runs a workflow from its beginning, or on from where it was, and records its end.
Future<void> run(String id, RhaiEngine engine, Journal journal) async {
  final (script, input) = await journal.read(id);
  final fork = engine.fork()
    ..setConstant('id', id)
    ..setConstant('input', input);
  Workflow(id, journal, print).register(fork);
  try {
    final result = await fork.evalAsync<Object?>(script);
    await journal.end(id, {'result': result});
  } catch (error) {
    // Its own, or a result that is no JSON.
    await journal.end(id, {'error': '$error'});
  }
  print('ended $id');
  fork.dispose();
}
