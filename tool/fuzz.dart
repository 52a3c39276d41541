/// Runs random scripts for a while: `./dartw run tool/fuzz.dart --seconds=60`.
///
/// `--seed=N` sets the seed of the first script; each following script has the next
/// seed. `--script=FILE` runs a file instead.
library;

import 'dart:async';
import 'dart:io';
import 'dart:isolate';
import 'dart:math';

import '../test/fuzz/fuzzer.dart';

/// Ends the process with 1 if it finds something.
Future<void> main(List<String> arguments) async {
  String? option(String name) {
    final prefix = '--$name=';
    final found = arguments.where((argument) => argument.startsWith(prefix));
    return found.isEmpty ? null : found.last.substring(prefix.length);
  }

  final seconds = int.parse(option('seconds') ?? '60');
  final first = int.parse(option('seed') ?? '${Random().nextInt(1 << 31)}');
  final fuzzer = Fuzzer();
  var seed = first;
  try {
    if (option('script') case final path?) {
      await fuzzer.run(first, File(path).readAsStringSync());
    } else {
      print('random scripts from seed $first');
      await _fuzz(fuzzer, Duration(seconds: seconds), first, (s) => seed = s);
    }
    await fuzzer.close();
  } on Finding catch (finding) {
    print('FOUND, at or before seed $seed: $finding');
    exitCode = 1;
  }
}

Future<void> _fuzz(
  Fuzzer fuzzer,
  Duration duration,
  int first,
  void Function(int seed) start,
) async {
  // What is left of a script that ends the process.
  final last = File('${Directory.systemTemp.path}/rhai_dart_fuzz_$pid.rhai');
  print('each is written to ${last.path} before it runs');
  last.writeAsStringSync('');
  final watchdog = await Isolate.spawn(_watch, last.path);
  final watch = Stopwatch()..start();
  var seed = first;
  while (watch.elapsed < duration) {
    start(seed);
    final script = fuzzer.scriptOf(seed);
    last.writeAsStringSync('// seed $seed\n$script');
    await fuzzer.run(seed, script);
    seed++;
  }
  watchdog.kill();
  last.deleteSync();
  final count = seed - first;
  final perSecond = count * 1000 ~/ watch.elapsedMilliseconds;
  print('$count scripts, $perSecond per second, ${fuzzer.values} with a value');
}

/// Ends the process if a script does not end.
void _watch(String path) {
  final last = File(path);
  Timer.periodic(const Duration(seconds: 5), (_) {
    final age = DateTime.now().difference(last.lastModifiedSync());
    if (age < const Duration(seconds: 20)) return;
    print('FOUND: a script does not end:\n${last.readAsStringSync()}');
    exit(1);
  });
}
