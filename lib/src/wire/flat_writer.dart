/// Writes pieces of the flat encoding, which [Tag] describes.
library;

import 'dart:math';
import 'dart:typed_data';

import 'protocol.dart';
import 'utf8_writer.dart';

/// The problem with a String that is no Unicode text.
const loneSurrogate = 'a String with a lone surrogate cannot cross';

/// The hint for [loneSurrogate].
const loneSurrogateHint = 'it is not valid Unicode; replace the surrogate';

/// A growing buffer that pieces of values are written to.
abstract base class FlatWriter {
  /// The capacity in bytes that is always kept between values, and the largest one that is
  /// kept while it is used.
  static const _keptCapacity = 1 << 16;
  static const _maxKeptCapacity = 1 << 22;

  /// Numbers that room is made for at once. A List may lie about its length.
  static const _sureCount = 1 << 20;

  /// The bytes that were written, and room behind them.
  Uint8List bytes = Uint8List(1024);

  /// A view of [bytes] for numbers.
  late ByteData data = ByteData.sublistView(bytes);

  /// The number of bytes that were written.
  int length = 0;

  /// The first keys of the value, and the index of the one that is expected next.
  ///
  /// The Maps of a List usually have the same keys.
  final List<String> _keys = List.filled(Key.maxReferable, '');
  int _keyCount = 0;
  int _nextKey = 0;

  /// Ends the writing with an error.
  Never fail(String problem, String hint);

  /// Allows a value to grow to [bytes] bytes, or refuses that by an exception.
  void grow(int bytes);

  /// Forgets what was written.
  void reset() {
    final capacity = bytes.length;
    if (capacity > _maxKeptCapacity ||
        capacity > _keptCapacity && capacity ~/ 4 > length) {
      _allocate(1024);
    }
    length = 0;
    _keyCount = 0;
    _nextKey = 0;
  }

  void _allocate(int capacity) {
    // Both or none, also where the stack or the memory ends in between.
    final newBytes = Uint8List(capacity);
    final newData = ByteData.sublistView(newBytes);
    bytes = newBytes;
    data = newData;
  }

  /// Makes room for [more] bytes.
  void ensure(int more) {
    if (length + more <= bytes.length) return;
    grow(length + more);
    final old = bytes;
    _allocate(max(bytes.length * 2, length + more));
    bytes.setRange(0, length, old);
  }

  /// Writes bytes without their length.
  void writeBytes(Uint8List value) {
    ensure(value.length);
    bytes.setRange(length, length + value.length, value);
    length += value.length;
  }

  /// Writes a length or a number of values.
  void writeCount(int value) {
    // The highest bit marks keys that refer to others.
    if (value >= Key.reference) fail('larger than 2 GiB', 'split it up');
    data.setUint32(length, value, Endian.host);
    length += 4;
  }

  /// Writes a String's length and UTF-8.
  void writeString(String text) {
    ensure(4 + text.length * 3);
    final start = length;
    final end = writeUtf8(text, bytes, start + 4);
    if (end < 0) fail(loneSurrogate, loneSurrogateHint);
    writeCount(end - start - 4);
    length = end;
  }

  /// Writes the key of an object map.
  void writeKey(String key) {
    var index = _nextKey < _keyCount ? _nextKey : 0;
    if (_keyCount == 0 || _keys[index] != key) {
      // Not among many: that would take longer than writing it again.
      index = _keyCount < Key.maxReferable ? _indexOfKey(key) : -1;
    }
    if (index < 0) {
      if (_keyCount < Key.maxReferable) _keys[_keyCount++] = key;
      return writeString(key);
    }
    _nextKey = index + 1;
    ensure(4);
    data.setUint32(length, Key.reference | index, Endian.host);
    length += 4;
  }

  int _indexOfKey(String key) {
    for (var i = 0; i < _keyCount; i++) {
      if (_keys[i] == key) return i;
    }
    return -1;
  }

  /// Writes an array of integers, of which [first] was read before.
  void writeInts(List<int> list, int count, int first) {
    _writeNumbers(Tag.ints, list, count, (start, end) {
      final data = this.data;
      for (var i = start; i < end; i++) {
        data.setInt64(length, i == 0 ? first : list[i], Endian.host);
        length += 8;
      }
    });
  }

  /// Writes an array of floating point numbers, of which [first] was read before.
  void writeFloats(List<double> list, int count, double first) {
    _writeNumbers(Tag.floats, list, count, (start, end) {
      final data = this.data;
      for (var i = start; i < end; i++) {
        data.setFloat64(length, i == 0 ? first : list[i], Endian.host);
        length += 8;
      }
    });
  }

  /// Writes numbers of 8 bytes, a range of them at a time.
  void _writeNumbers(
    int tag,
    List<num> list,
    int count,
    void Function(int start, int end) writeRange,
  ) {
    bytes[length++] = tag;
    writeCount(count);
    for (var start = 0; start < count; start += _sureCount) {
      final end = min(count, start + _sureCount);
      ensure(8 * (end - start));
      writeRange(start, end);
    }
    if (list.length != count) throw ConcurrentModificationError(list);
  }
}
