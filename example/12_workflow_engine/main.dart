// Workflows whose steps are in a script, and whose state is in Redis. The process that runs
// them is killed twice, and goes on where it was.
//
//   redis-server --port 6379 --appendonly yes
//   ./dartw run example/12_workflow_engine/main.dart
//
// (`tool/setup-redis.sh FOLDER` unpacks a Redis server in a folder. Another port is an argument.)
//
// It promises this, as long as Redis keeps what it has confirmed (with `--appendonly yes
// --appendfsync always` also when the machine fails):
// - A `step` happens at least once. Its result is recorded right after it. If the process ends
//   in between, it happens again. Let it pass on a key by which the other side sees that, as
//   `charge` does.
// - A `once` happens at most once. If the process ends meanwhile, the script gets an error.
// - What was recorded never changes: a script that runs again gets the same results.
// - A script stays the one that its workflow began with, also if the file changes.
// - Timers and signals are not lost while no process runs.

import 'dart:async';
import 'dart:convert';
import 'dart:io';

import 'journal.dart';
import 'redis_connection.dart';

Future<void> main(List<String> arguments) async {
  final port = int.parse(arguments.firstOrNull ?? '6379');
  try {
    await forget('order-7', port);
  } on SocketException {
    stderr.writeln(
      'There is no Redis at port $port: redis-server --port $port --appendonly yes',
    );
    exit(1);
  }
  final journal = await Journal.open(port);
  final script = File.fromUri(Platform.script.resolve('order.rhai'));

  print('1. An order waits for an approval, and the process is killed:');
  await journal.add('order-7', await script.readAsString(), {
    'customer': 'Ann',
    'items': ['pot', 'tea'],
    'total': 140,
  });
  await killedAt('waits for approval', port);

  print('2. It is approved. The next process is killed while it packs:');
  await journal.signal('order-7', 'approval', true);
  await killedAt('packing', port);

  print('3. The next one packs again, and comes to the end:');
  await killedAt('ended', port);
  print('   ${await journal.outcome('order-7')}');
  journal.close();
}

/// Runs a worker, prints its lines up to one that begins with [text], and kills it.
Future<void> killedAt(String text, int port) async {
  final worker = await Process.start(Platform.resolvedExecutable, [
    ...['run', Platform.script.resolve('worker.dart').toFilePath(), '$port'],
  ]);
  unawaited(stderr.addStream(worker.stderr));
  final lines = worker.stdout
      .transform(utf8.decoder)
      .transform(const LineSplitter());
  await for (final line in lines) {
    print('   $line');
    if (line.startsWith(text)) worker.kill(ProcessSignal.sigkill);
  }
}

/// Removes what an earlier run of this program has left.
Future<void> forget(String id, int port) async {
  final redis = await RedisConnection.open(port);
  final keys = await redis.send(['KEYS', '*$id*']) as List<Object?>;
  for (final key in keys) {
    await redis.send(['DEL', key]);
  }
  for (final list in ['workflows:new', 'workflows:running']) {
    await redis.send(['LREM', list, 0, id]);
  }
  redis.close();
}

// Output:
//
// 1. An order waits for an approval, and the process is killed:
//    starts order-7
//    charge failed: Bad state: the bank does not answer
//    charged 140
//    waits for approval
// 2. It is approved. The next process is killed while it packs:
//    resumes order-7
//    waits for approval
//    packing pot, tea …
// 3. The next one packs again, and comes to the end:
//    resumes order-7
//    packing pot, tea …
//    packed
//    sent a mail to Ann: It is on its way
//    ended order-7
//    {result: packed for Ann, mail: sent}
