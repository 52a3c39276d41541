/// Limits of the values that Dart writes for scripts.
library;

import 'dart:math';

import '../engine_config.dart';
import 'protocol.dart';

/// A value was larger than scripts may have, or took too long to read.
final class BrokenLimit implements Exception {
  /// Creates it for a [Limit].
  const BrokenLimit(this.limit);

  /// The [Limit] that the value broke.
  final int limit;
}

/// Limits of values that are made while they are read, and may never end.
///
/// Other values are measured by the native side.
final class ValueLimits {
  /// Takes the limits of [config].
  ValueLimits(RhaiConfig config)
    : maxArraySize = _unlimitedIfZero(config.maxArraySize),
      maxMapSize = _unlimitedIfZero(config.maxMapSize),
      maxBytes = _unlimitedIfZero(config.maxMemory),
      _maxTime = config.timeout;

  /// Elements of an Iterable.
  final int maxArraySize;

  /// Entries of a Map.
  final int maxMapSize;

  /// Bytes of the whole value in the flat encoding. In a script it takes more.
  final int maxBytes;

  final Duration _maxTime;

  static int _unlimitedIfZero(int limit) => limit == 0 ? 1 << 62 : limit;
}

/// Measures how long it takes to read a value, and limits that.
final class ReadingTime {
  /// Starts to measure, for the limit of [_limits].
  ReadingTime(this._limits);

  /// Parts between two looks at the clock, where parts are fast.
  static const _maxParts = 64;

  /// Time between two looks after which they get more frequent.
  static const _longPause = Duration(milliseconds: 1);

  final ValueLimits _limits;
  final Stopwatch _watch = Stopwatch()..start();
  Duration _looked = Duration.zero;

  /// Parts between two looks, and until the next one, which is after the first part.
  int _parts = 1;
  int _left = 2;

  /// Counts a part of the value that may take any time, and now and then looks at the
  /// clock.
  ///
  /// Throws a [BrokenLimit] as [look] does.
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
    if (max > Duration.zero && _looked > max) {
      throw const BrokenLimit(Limit.readingTime);
    }
  }
}
