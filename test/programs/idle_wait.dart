// Prints which part of the time that a script waits the process is busy.

import 'dart:io';

import 'package:rhai_dart/rhai_dart.dart';

Future<void> main() async {
  final engine = RhaiEngine.withDefaults();
  engine.registerFunction('wait', (int ms) {
    return Future<void>.delayed(Duration(milliseconds: ms));
  });
  await engine.eval('wait(1)');
  final watch = Stopwatch()..start();
  final before = _cpuTime();
  await engine.eval('wait(1000)');
  final busy = _cpuTime() - before;
  print(busy.inMicroseconds / watch.elapsedMicroseconds);
  engine.dispose();
}

/// The time that the threads of this process have run so far.
Duration _cpuTime() {
  final stat = File('/proc/self/stat').readAsStringSync();
  // What follows the program's name, which may hold spaces.
  final fields = stat.substring(stat.lastIndexOf(')') + 2).split(' ');
  // User and system time, in hundredths of a second.
  final ticks = int.parse(fields[11]) + int.parse(fields[12]);
  return Duration(milliseconds: ticks * 10);
}
