/// How much of a value is read before it is refused.
library;

import 'dart:math';

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
      maxMapSize = _orNone(config.maxMapSize),
      maxBytes = _orNone(config.maxMemory),
      _maxTime = Duration(milliseconds: config.timeoutMs);

  /// Elements of an Iterable.
  final int maxArraySize;

  /// Entries of a Map.
  final int maxMapSize;

  /// Bytes of the whole value as it is written. In a script it takes more.
  final int maxBytes;

  final Duration _maxTime;

  static int _orNone(int limit) => limit == 0 ? 1 << 62 : limit;
}

/// The time that reading a value takes, from when it is made.
final class ReadingTime {
  /// Creates it with the limit of [_limits].
  ReadingTime(this._limits);

  /// Parts between two looks, once they are fast.
  static const _maxParts = 64;

  /// What may pass between two looks before they get more frequent.
  static const _longPause = Duration(milliseconds: 1);

  final ValueLimits _limits;
  final Stopwatch _watch = Stopwatch()..start();
  Duration _looked = Duration.zero;

  /// Parts between two looks, and until the next one, which is after the first part.
  int _parts = 1;
  int _left = 2;

  /// Called before each part of a value whose parts may take any time. Now and then it
  /// looks at the time.
  ///
  /// Throws what [look] does.
  @pragma('vm:prefer-inline')
  void next() {
    if (--_left <= 0) _adapt();
  }

  void _adapt() {
    final before = _looked;
    look();
    final isFast = _looked - before < _longPause;
    _parts = isFast ? min(2 * _parts, _maxParts) : 1;
    _left = _parts;
  }

  /// Throws a [BrokenLimit] if reading takes too long.
  void look() {
    _looked = _watch.elapsed;
    final max = _limits._maxTime;
    if (max > Duration.zero && _looked > max) throw const BrokenLimit(null);
  }
}
