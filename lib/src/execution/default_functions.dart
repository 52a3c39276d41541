/// Functions that scripts of every engine have, beside those of Rhai.
library;

import 'dart:async';
import 'dart:io' show stderr;

import '../engine_config.dart';
import '../rhai_position.dart';

/// What a script's `debug` does by default: writes to standard error.
void debug(String text, RhaiPosition position) =>
    stderr.writeln(position.line == null ? text : '$position | $text');

/// What `==` says of two Dart objects.
bool equals(Object? a, Object? b) => a == b;

/// What a Dart object is as a string.
String describe(Object? object) => object.toString();

/// What `type_of` says of a Dart object: the name of its type.
String typeName(Object? object) => object.runtimeType.toString();

/// What the `sleep` of an engine's scripts does, and its timers.
final class Sleeps {
  /// Makes it for scripts that wait for [_timeout] at most, or without limit if that is
  /// zero.
  Sleeps(this._timeout);

  final Duration _timeout;
  final Set<Timer> _timers = {};

  /// Waits [seconds], as for any asynchronous function.
  ///
  /// Throws an [ArgumentError] for what is no time.
  Future<void> sleep(num seconds) {
    if (!seconds.isFinite) {
      throw ArgumentError.value(seconds, 'seconds', 'must be finite');
    }
    // A timer keeps a program from exiting: none may outlive the wait by much.
    final longest = _timeout == Duration.zero
        ? RhaiConfig.maxAsyncTimeout
        : _timeout + const Duration(milliseconds: 100);
    final microseconds = (seconds.toDouble() * Duration.microsecondsPerSecond)
        .clamp(0, longest.inMicroseconds)
        .round();
    final completer = Completer<void>();
    late final Timer timer;
    timer = Timer(Duration(microseconds: microseconds), () {
      _timers.remove(timer);
      completer.complete();
    });
    _timers.add(timer);
    return completer.future;
  }

  /// Cancels all timers; what waits for them waits for ever.
  void cancel() {
    for (final timer in _timers) {
      timer.cancel();
    }
    _timers.clear();
  }
}
