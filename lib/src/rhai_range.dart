import 'dart:collection';

/// A range of integers, as `0..10` or `0..=10` is in a script.
///
/// It is the integers from [start] to [end], in their order. There are none if [end] is
/// before [start].
final class RhaiRange extends IterableBase<int> {
  /// Creates the range from [start] to [end], [end] only if it is [inclusive].
  RhaiRange(this.start, this.end, {this.inclusive = false});

  /// The first integer.
  final int start;

  /// The end of the range.
  final int end;

  /// Whether [end] belongs to it.
  final bool inclusive;

  bool get _isEmpty => inclusive ? start > end : start >= end;

  @override
  bool get isEmpty => _isEmpty;

  @override
  bool get isNotEmpty => !_isEmpty;

  /// The number of integers.
  ///
  /// Throws an [UnsupportedError] if that is more than an [int] can be.
  @override
  int get length {
    if (_isEmpty) return 0;
    final length = end - start + (inclusive ? 1 : 0);
    if (length <= 0) throw UnsupportedError('$this has 2^63 integers or more');
    return length;
  }

  @override
  bool contains(Object? element) =>
      element is int &&
      element >= start &&
      (inclusive ? element <= end : element < end);

  @override
  Iterator<int> get iterator => _RangeIterator(this);

  @override
  bool operator ==(Object other) =>
      other is RhaiRange &&
      other.start == start &&
      other.end == end &&
      other.inclusive == inclusive;

  @override
  int get hashCode => Object.hash(start, end, inclusive);

  @override
  String toString() => '$start..${inclusive ? '=' : ''}$end';
}

final class _RangeIterator implements Iterator<int> {
  _RangeIterator(this._range);

  final RhaiRange _range;
  bool _hasStarted = false;

  @override
  int current = 0;

  @override
  bool moveNext() {
    if (!_hasStarted) {
      if (_range.isEmpty) return false;
      _hasStarted = true;
      current = _range.start;
      return true;
    }
    // Compared before it is increased: the end may be the largest integer.
    final last = _range.inclusive ? _range.end : _range.end - 1;
    if (current >= last) return false;
    current++;
    return true;
  }
}
