/// Functions that scripts of every engine have, beside those of Rhai.
library;

import 'dart:async';
import 'dart:io' show stderr;

/// What a script's `debug` does: writes to standard error.
void debug(String text, String position) =>
    stderr.writeln(position.isEmpty ? text : '$position | $text');

/// What a script's `sleep` does: waits [seconds], as for any asynchronous
/// function.
///
/// Throws an [ArgumentError] for what is no time.
Future<void> sleep(num seconds) {
  if (!seconds.isFinite) {
    throw ArgumentError.value(seconds, 'seconds', 'must be finite');
  }
  final microseconds = seconds * Duration.microsecondsPerSecond;
  return Future.delayed(Duration(microseconds: microseconds.round()));
}
