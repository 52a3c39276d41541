/// How much of a value is read before it is refused.
library;

import '../engine_config.dart';
import '../rhai_limit.dart';

/// Says that a value is larger than scripts may have, or took too long to read.
final class BrokenLimit implements Exception {
  /// Creates it for [limit]; null is the time.
  const BrokenLimit(this.limit);

  /// What the value broke, if not the time.
  final RhaiLimit? limit;

  /// The limit as the native side knows it.
  int get number => limit?.index ?? -1;
}

/// The limits of a value that is made as it is read, and may never end.
///
/// The native side looks at the sizes of what is there already.
final class ValueLimits {
  /// Takes the limits of [config].
  ValueLimits(RhaiConfig config)
    : maxArraySize = _orNone(config.maxArraySize),
      maxBytes = _orNone(config.maxMemory),
      _maxTime = Duration(milliseconds: config.timeoutMs);

  /// Elements of an Iterable.
  final int maxArraySize;

  /// Bytes of the whole value as it is written. In a script it takes more.
  final int maxBytes;

  final Duration _maxTime;

  static int _orNone(int limit) => limit == 0 ? 1 << 62 : limit;

  /// Throws a [BrokenLimit] if [watch] says that reading takes too long.
  void checkTime(Stopwatch watch) {
    if (_maxTime > Duration.zero && watch.elapsed > _maxTime) {
      throw const BrokenLimit(null);
    }
  }
}
