/// The memory of this process.
library;

import 'dart:io';
import 'dart:math';

/// The least growth of the process, in bytes, that [run] returns: it is run again, up to
/// three times in all, if it is more than [most].
///
/// Dart's heap grows by tens of megabytes at times of its own, in a program that has run
/// many tests. Memory that [run] needs is needed each time.
Future<int> leastGrowth(int most, Future<int> Function() run) async {
  var least = await run();
  for (var again = 0; again < 2 && least > most; again++) {
    least = min(least, await run());
  }
  return least;
}

/// Measures the growth of the process.
final class ProcessMemory {
  /// Starts to measure.
  factory ProcessMemory() {
    final hasPeak = _resetPeak();
    return ProcessMemory._(hasPeak, ProcessInfo.currentRss);
  }

  ProcessMemory._(this._hasPeak, this._before);

  final bool _hasPeak;
  final int _before;

  /// Bytes by which the process grew at most. Where the system does not tell, bytes by
  /// which it is larger now.
  int get growth => (_hasPeak ? _peak() : ProcessInfo.currentRss) - _before;

  /// Resets the peak to the present size, where that is possible.
  static bool _resetPeak() {
    if (!Platform.isLinux) return false;
    try {
      File('/proc/self/clear_refs').writeAsStringSync('5');
      return true;
    } on FileSystemException {
      return false;
    }
  }

  static int _peak() {
    final status = File('/proc/self/status').readAsStringSync();
    final line = RegExp(r'VmHWM:\s*(\d+) kB').firstMatch(status);
    return int.parse(line!.group(1)!) * 1024;
  }
}
