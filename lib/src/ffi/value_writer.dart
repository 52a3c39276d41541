/// Writes values in the flat encoding, into Dart memory.
library;

import 'dart:async';
import 'dart:typed_data';

import '../errors.dart';
import 'value_codec.dart';

/// What is wrong with a String that is no Unicode text.
const loneSurrogate =
    'a String with a lone surrogate, which is not valid Unicode, cannot cross';

/// A growing buffer that values are written to.
final class ValueWriter {
  ValueWriter._();

  static ValueWriter? _idle = ValueWriter._();

  /// The capacity that an idle writer keeps.
  static const _keptCapacity = 1 << 16;

  /// Takes an empty writer; [what] names the value for errors. Writing may run
  /// code that takes another.
  factory ValueWriter.take(String what) {
    final writer = _idle ?? ValueWriter._();
    _idle = null;
    writer._containers.clear();
    return writer
      .._what = what
      ..length = 0
      .._open = null;
  }

  /// Gives the writer back for the next use.
  void release() {
    if (bytes.length > _keptCapacity) _allocate(1024);
    _idle = this;
  }

  /// What was written, and room behind it.
  Uint8List bytes = Uint8List(1024);
  late ByteData _data = ByteData.sublistView(bytes);

  /// How many bytes were written.
  int length = 0;

  String _what = '';

  /// The Lists and Maps that are being written, outermost first.
  final List<_Open> _containers = [];

  /// The same, as a set for finding cycles; made when nesting gets deep.
  Set<Object>? _open;

  void _allocate(int capacity) {
    // Both or none, also where the stack or the memory ends in between.
    final newBytes = Uint8List(capacity);
    final newData = ByteData.sublistView(newBytes);
    bytes = newBytes;
    _data = newData;
  }

  void _ensure(int more) {
    if (length + more <= bytes.length) return;
    final old = bytes;
    var capacity = bytes.length * 2;
    while (capacity < length + more) {
      capacity *= 2;
    }
    _allocate(capacity);
    bytes.setRange(0, length, old);
  }

  /// Writes a String's UTF-8 without tag and length.
  void writeRawString(String text) {
    _ensure(text.length * 3);
    final end = writeUtf8(text, bytes, length);
    if (end < 0) _fail(loneSurrogate);
    length = end;
  }

  /// Writes bytes without tag and length.
  void writeRawBytes(Uint8List value) {
    _ensure(value.length);
    bytes.setRange(length, length + value.length, value);
    length += value.length;
  }

  void _writeLength(int value) {
    if (value > 0xffffffff) _fail('larger than 4 GiB');
    _data.setUint32(length, value, Endian.host);
    length += 4;
  }

  void _writeString(String text) {
    _ensure(4);
    final start = length;
    length += 4;
    writeRawString(text);
    final end = length;
    length = start;
    _writeLength(end - start - 4);
    length = end;
  }

  /// Writes a value and all below it, without recursion.
  void writeNested(Object? root) {
    var value = root;
    while (true) {
      _writeOne(value);
      // Continue with the next value of the innermost container that has one.
      while (true) {
        if (_containers.isEmpty) return;
        final container = _containers.last;
        if (container.moveNext()) {
          final key = container.key;
          if (container.isMap) {
            if (key is! String) {
              _containers.removeLast();
              _fail(
                'a Map with a key of type ${key.runtimeType} cannot cross to '
                'Rhai: object maps have String keys',
              );
            }
            _writeString(key);
          }
          value = container.value;
          break;
        }
        container.checkLength();
        _containers.removeLast();
        _open?.remove(container.container);
      }
    }
  }

  void _writeOne(Object? value) {
    _ensure(9);
    switch (value) {
      case null:
        bytes[length++] = Tag.unit;
      case final bool value:
        bytes[length++] = value ? Tag.yes : Tag.no;
      case final int value:
        bytes[length++] = Tag.int;
        _data.setInt64(length, value, Endian.host);
        length += 8;
      case final double value:
        bytes[length++] = Tag.float;
        _data.setFloat64(length, value, Endian.host);
        length += 8;
      case final String value:
        bytes[length++] = Tag.string;
        _writeString(value);
      case final Uint8List value:
        bytes[length++] = Tag.blob;
        _writeLength(value.length);
        writeRawBytes(value);
      case final List<Object?> value:
        bytes[length++] = Tag.array;
        _writeLength(value.length);
        _enter(_Open.list(value));
      case final Map<Object?, Object?> value:
        bytes[length++] = Tag.map;
        _writeLength(value.length);
        _enter(_Open.map(value));
      default:
        _fail(_cannotCross(value));
    }
  }

  void _enter(_Open container) {
    if (_containers.length >= maxDepth) {
      _containers.length = 8;
      _fail('nested more than $maxDepth levels');
    }
    // A cycle nests without end, so looking from some depth on finds it.
    const lookFrom = 64;
    if (_containers.length >= lookFrom) {
      final open = _open ??= Set.identity()
        ..addAll(_containers.map((c) => c.container));
      if (!open.add(container.container)) {
        final start = _containers.indexWhere(
          (c) => identical(c.container, container.container),
        );
        // The path to where it first contains itself.
        _containers.length = _cycleEnd(start);
        _fail('a value that contains itself cannot cross');
      }
    }
    _containers.add(container);
  }

  /// The depth at which the cycle through `_containers[start]` closes first.
  int _cycleEnd(int start) {
    final seen = Set<Object>.identity();
    for (var depth = 0; depth < _containers.length; depth++) {
      if (!seen.add(_containers[depth].container)) return depth;
    }
    return _containers.length;
  }

  Never _fail(String problem) {
    final path = StringBuffer(_what);
    for (final container in _containers) {
      container.describe(path);
    }
    throw RhaiFFIError('$path: $problem');
  }
}

String _cannotCross(Object? value) => switch (value) {
  Function() => 'a function cannot cross to Rhai',
  Future() => 'a Future inside another value cannot cross to Rhai',
  Stream() => 'a Stream cannot cross to Rhai: streams are not supported',
  Iterable() =>
    'an Iterable that is no List cannot cross to Rhai: call toList() on it',
  _ =>
    'a value of type ${value.runtimeType} cannot cross to Rhai (null, bool, '
        'int, double, String, List, Map with String keys and Uint8List can)',
};

/// A List or Map that is being written.
final class _Open {
  _Open.list(List<Object?> list)
    : container = list,
      length = list.length,
      isMap = false,
      _values = list.iterator,
      _entries = null;

  _Open.map(Map<Object?, Object?> map)
    : container = map,
      length = map.length,
      isMap = true,
      _values = null,
      _entries = map.entries.iterator;

  final Object container;
  final int length;
  final bool isMap;
  final Iterator<Object?>? _values;
  final Iterator<MapEntry<Object?, Object?>>? _entries;
  int written = 0;

  bool moveNext() {
    if (!(_values ?? _entries)!.moveNext()) return false;
    // One that goes on without end must not fill the memory.
    if (++written > length) checkLength();
    return true;
  }

  /// Checks that it has as many values as it said.
  void checkLength() {
    if (written != length) throw ConcurrentModificationError(container);
  }

  Object? get key => _entries?.current.key;

  Object? get value => isMap ? _entries!.current.value : _values!.current;

  void describe(StringBuffer path) {
    if (written == 0) return;
    path.write(isMap ? '.$key' : '[${written - 1}]');
  }
}

/// How many bytes of UTF-8 a String has.
int utf8Length(String text) {
  var length = 0;
  for (var i = 0; i < text.length; i++) {
    final unit = text.codeUnitAt(i);
    length += unit < 0x80
        ? 1
        : unit < 0x800
        ? 2
        // Each half of a surrogate pair makes two of its four bytes.
        : (unit & 0xf800) == 0xd800
        ? 2
        : 3;
  }
  return length;
}

/// Writes a String's UTF-8 to [bytes] from [at] on. Returns the end, or -1 if
/// the String has a lone surrogate.
int writeUtf8(String text, Uint8List bytes, int at) {
  for (var i = 0; i < text.length; i++) {
    final unit = text.codeUnitAt(i);
    if (unit < 0x80) {
      bytes[at++] = unit;
    } else if (unit < 0x800) {
      bytes[at++] = 0xc0 | unit >> 6;
      bytes[at++] = 0x80 | unit & 0x3f;
    } else if ((unit & 0xf800) != 0xd800) {
      bytes[at++] = 0xe0 | unit >> 12;
      bytes[at++] = 0x80 | unit >> 6 & 0x3f;
      bytes[at++] = 0x80 | unit & 0x3f;
    } else {
      final low = i + 1 < text.length ? text.codeUnitAt(i + 1) : 0;
      if (unit >= 0xdc00 || (low & 0xfc00) != 0xdc00) return -1;
      final rune = 0x10000 + ((unit & 0x3ff) << 10) + (low & 0x3ff);
      bytes[at++] = 0xf0 | rune >> 18;
      bytes[at++] = 0x80 | rune >> 12 & 0x3f;
      bytes[at++] = 0x80 | rune >> 6 & 0x3f;
      bytes[at++] = 0x80 | rune & 0x3f;
      i++;
    }
  }
  return at;
}
