/// Measures up to 1,000,000 scripts that wait at once: the memory of each, and the time to
/// start and to finish it.
///
///     ./dartw build cli --target=benchmark/concurrency.dart -o build/concurrency
///     build/concurrency/bundle/bin/concurrency
///
/// Numbers of scripts may be given; with little address space 50,000 still wait:
///
///     (ulimit -v 4000000; build/concurrency/bundle/bin/concurrency 50000)
library;

import 'dart:async';
import 'dart:io';

import 'package:rhai_dart/rhai_dart.dart';

Future<void> main(List<String> arguments) async {
  final counts = arguments.map(int.parse).toList();
  print(
    'scripts waiting   bytes each   page tables   start one   finish one   '
    'together',
  );
  // Once more at first, for what is set up once.
  for (final count
      in counts.isEmpty ? [1000, 1000, 10000, 100000, 1000000] : counts) {
    await _measure(count);
  }
}

/// The memory of this process and, on Linux, that of its page tables.
(int, int) _memory() {
  var pageTables = 0;
  if (Platform.isLinux) {
    final status = File('/proc/self/status').readAsStringSync();
    final line = RegExp(r'VmPTE:\s*(\d+) kB').firstMatch(status);
    pageTables = int.parse(line!.group(1)!) * 1024;
  }
  return (ProcessInfo.currentRss, pageTables);
}

Future<void> _measure(int count) async {
  final engine = RhaiEngine();
  final waiting = <Completer<int>>[];
  engine.registerFunction('wait', () {
    final completer = Completer<int>();
    waiting.add(completer);
    return completer.future;
  });
  final results = <Future<dynamic>>[];
  final (rss, pageTables) = _memory();
  final watch = Stopwatch()..start();
  for (var i = 0; i < count; i++) {
    results.add(engine.evalAsync('wait() + 1'));
  }
  // Until the waits count as slow, with a deadline and a finalizer each.
  await Future<void>.delayed(Duration.zero);
  final start = watch.elapsedMicroseconds / count;
  final (rssAfter, pageTablesAfter) = _memory();
  final bytes = (rssAfter - rss) / count;
  final pageTableBytes = (pageTablesAfter - pageTables) / count;

  watch.reset();
  for (var i = 0; i < count; i++) {
    waiting[i].complete(i);
  }
  var sum = 0;
  for (final result in results) {
    sum += await result as int;
  }
  final finish = watch.elapsedMicroseconds / count;
  if (sum != count * (count + 1) ~/ 2) throw StateError('wrong results: $sum');
  engine.dispose();
  print(
    '${'$count'.padLeft(15)}${bytes.toStringAsFixed(0).padLeft(13)}'
    '${pageTableBytes.toStringAsFixed(0).padLeft(14)}'
    '${_micros(start)}${_micros(finish).padLeft(13)}${_micros(start + finish)}',
  );
}

String _micros(double micros) => '${micros.toStringAsFixed(1).padLeft(9)} us';
