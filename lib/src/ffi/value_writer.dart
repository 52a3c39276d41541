/// Writes values in the flat encoding, into Dart memory.
library;

import 'dart:async';
import 'dart:math';
import 'dart:typed_data';

import '../errors.dart';
import '../function_registry.dart';
import '../rhai_range.dart';
import 'script_function.dart';
import 'utf8_writer.dart';
import 'value_reader.dart';

/// What is wrong with a String that is no Unicode text.
const loneSurrogate = 'a String with a lone surrogate cannot cross';

/// What to do about it.
const loneSurrogateHint = 'it is not valid Unicode; replace the surrogate';

/// A growing buffer that values are written to.
final class ValueWriter {
  ValueWriter._();

  static ValueWriter? _idle = ValueWriter._();

  /// The capacity that an idle writer keeps.
  static const _keptCapacity = 1 << 16;

  /// Bytes before a flat encoding: the first id of its new objects, and their
  /// number.
  static const _headerLength = 16;

  /// A List may lie about its length: for no more values room is made at once.
  static const _sureCount = 1 << 20;

  /// Takes an empty writer; [what] names the value for errors. Writing may run
  /// code that takes another.
  ///
  /// [owner] is the `CallbackBridge` whose scripts the value is for, and
  /// [maxLength] how many elements they may have in an array, 0 for any number.
  factory ValueWriter.take(String what, Object owner, int maxLength) {
    final writer = _idle ?? ValueWriter._();
    _idle = null;
    writer._containers.clear();
    writer._entries.clear();
    writer._keys.clear();
    writer.objects.clear();
    return writer
      .._what = what
      .._owner = owner
      .._maxLength = maxLength
      .._nextKey = 0
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

  /// The objects and functions in what was written, which have no ids yet.
  final List<Object> objects = [];

  String _what = '';
  Object? _owner;
  int _maxLength = 0;

  /// The Lists and Maps that are being written, outermost first.
  final List<_Open> _containers = [];

  /// The same, as a set for finding cycles; made when nesting gets deep.
  Set<Object>? _open;

  /// Keys and values of the Maps that are being written.
  final List<Object?> _entries = [];

  /// The first keys of the value, and which of them is expected next: the Maps
  /// of a List usually have the same ones.
  final List<String> _keys = [];
  int _nextKey = 0;

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
    if (end < 0) _fail(loneSurrogate, loneSurrogateHint);
    length = end;
  }

  /// Writes bytes without tag and length.
  void writeRawBytes(Uint8List value) {
    _ensure(value.length);
    bytes.setRange(length, length + value.length, value);
    length += value.length;
  }

  void _writeLength(int value) {
    // The highest bit marks keys that refer to others.
    if (value >= keyReference) _fail('larger than 2 GiB', 'split it up');
    _data.setUint32(length, value, Endian.host);
    length += 4;
  }

  void _writeString(String text) {
    _ensure(4 + text.length * 3);
    final start = length;
    final end = writeUtf8(text, bytes, start + 4);
    if (end < 0) _fail(loneSurrogate, loneSurrogateHint);
    _writeLength(end - start - 4);
    length = end;
  }

  void _writeKey(String key) {
    final keys = _keys;
    var index = _nextKey < keys.length ? _nextKey : 0;
    if (keys.isEmpty || keys[index] != key) {
      // Not among many: that would take longer than writing it again.
      index = keys.length < maxKeys ? keys.indexOf(key) : -1;
    }
    if (index < 0) {
      if (keys.length < maxKeys) keys.add(key);
      return _writeString(key);
    }
    _nextKey = index + 1;
    _ensure(4);
    _data.setUint32(length, keyReference | index, Endian.host);
    length += 4;
  }

  /// Writes a value and all below it, without recursion, after room for a header.
  void writeValue(Object? root) {
    length = _headerLength;
    _writeOne(root);
    while (_containers.isNotEmpty) {
      final container = _containers.last;
      var hasEntered = false;
      // Continue with its next values, up to one that is a container.
      while (!hasEntered && container.moveNext(_entries)) {
        if (container.isMap) _writeKey(container.key! as String);
        hasEntered = _writeOne(container.value);
      }
      if (hasEntered) continue;
      _data.setUint32(container.countAt, container.written, Endian.host);
      if (container.isMap) _entries.length = container.start;
      _containers.removeLast();
      _open?.remove(container.container);
    }
  }

  /// Writes the header, once the [objects] have consecutive ids.
  void writeHeader(int firstObject) {
    _data
      ..setInt64(0, firstObject, Endian.host)
      ..setInt64(8, objects.length, Endian.host);
  }

  /// Writes a value, of a container only the beginning; returns whether it is one.
  bool _writeOne(Object? value) {
    _ensure(17);
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
      case final List<int> value:
        _writeInts(value);
      case final List<double> value:
        _writeFloats(value);
      case final List<Object?> value:
        bytes[length++] = Tag.array;
        return _enter(_Open.list(value, length, value.length));
      case final Map<Object?, Object?> value:
        bytes[length++] = Tag.map;
        return _enter(_openMap(value));
      case final RhaiRange value:
        bytes[length++] = value.inclusive ? Tag.inclusiveRange : Tag.range;
        _data
          ..setInt64(length, value.start, Endian.host)
          ..setInt64(length + 8, value.end, Endian.host);
        length += 16;
      case final Iterable<Object?> value:
        bytes[length++] = Tag.array;
        return _enter(_Open.iterable(value, length, _maxLength));
      case final ScriptFunction value when identical(value.bridge, _owner):
        if (value.isDisposed) {
          _fail(
            'a RhaiFunction that was disposed cannot cross',
            'keep it until no script needs it',
          );
        }
        bytes[length++] = Tag.function;
        _data.setInt64(length, value.id, Endian.host);
        length += 8;
      case final ScriptFunction value:
        _writeClosure(value.call);
      case final Function value:
        _writeClosure(value);
      case Future():
        _fail(
          'a Future inside another value cannot cross to Rhai',
          'await it first',
        );
      case final Object value:
        bytes[length++] = Tag.object;
        objects.add(value);
    }
    return false;
  }

  void _writeClosure(Function function) {
    final arities = aritiesOf(function);
    if (arities == 0) {
      _fail(
        'a function with required named parameters, type parameters or more than '
            '$maxArity arguments cannot cross to Rhai',
        'wrap it in a closure',
      );
    }
    bytes[length++] = Tag.closure;
    _data.setUint32(length, arities, Endian.host);
    length += 4;
    objects.add(function);
  }

  void _writeInts(List<int> list) {
    final count = list.length;
    bytes[length++] = Tag.ints;
    _writeLength(count);
    _ensure(8 * min(count, _sureCount));
    var written = 0;
    for (final value in list) {
      if (written++ == count) break;
      _ensure(8);
      _data.setInt64(length, value, Endian.host);
      length += 8;
    }
    if (written != count) throw ConcurrentModificationError(list);
  }

  void _writeFloats(List<double> list) {
    final count = list.length;
    bytes[length++] = Tag.floats;
    _writeLength(count);
    _ensure(8 * min(count, _sureCount));
    var written = 0;
    for (final value in list) {
      if (written++ == count) break;
      _ensure(8);
      _data.setFloat64(length, value, Endian.host);
      length += 8;
    }
    if (written != count) throw ConcurrentModificationError(list);
  }

  _Open _openMap(Map<Object?, Object?> map) {
    final count = map.length;
    final start = _entries.length;
    map.forEach((key, value) {
      if (key is! String) {
        _fail(
          'a Map with a key of type ${key.runtimeType} cannot cross to Rhai',
          'object maps have String keys',
        );
      }
      // One that goes on without end must not fill the memory.
      if (_entries.length == start + 2 * count) {
        throw ConcurrentModificationError(map);
      }
      _entries
        ..add(key)
        ..add(value);
    });
    if (_entries.length != start + 2 * count) {
      throw ConcurrentModificationError(map);
    }
    return _Open.map(map, length, start, _entries.length);
  }

  bool _enter(_Open container) {
    _writeLength(container.expected);
    if (_containers.length >= maxDepth) {
      _fail('nested more than $maxDepth levels', 'flatten the data');
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
        _fail(
          'a value that contains itself cannot cross',
          'refer to it by a key or an index instead',
        );
      }
    }
    _containers.add(container);
    return true;
  }

  /// The depth at which the cycle through `_containers[start]` closes first.
  int _cycleEnd(int start) {
    final seen = Set<Object>.identity();
    for (var depth = 0; depth < _containers.length; depth++) {
      if (!seen.add(_containers[depth].container)) return depth;
    }
    return _containers.length;
  }

  Never _fail(String problem, String hint) {
    // Of a long path, what is between the first and the last steps is left out.
    const shown = 16;
    final path = StringBuffer(_what);
    for (final (index, container) in _containers.indexed) {
      if (index < shown || index + shown >= _containers.length) {
        container.describe(path);
      } else if (index == shown) {
        path.write('…');
      }
    }
    throw RhaiConversionError('$path', problem, hint: hint);
  }
}

/// A List, Map or other Iterable that is being written.
final class _Open {
  _Open.list(List<Object?> list, this.countAt, this.expected)
    : container = list,
      isMap = false,
      start = 0,
      _maxLength = expected,
      _values = list.iterator;

  _Open.iterable(Iterable<Object?> iterable, this.countAt, this._maxLength)
    : container = iterable,
      isMap = false,
      start = 0,
      expected = 0,
      _values = iterable.iterator;

  _Open.map(Map<Object?, Object?> map, this.countAt, this.start, int end)
    : container = map,
      isMap = true,
      expected = (end - start) >> 1,
      _maxLength = 0,
      _values = null;

  final Object container;
  final bool isMap;

  /// Where the number of its values is written.
  final int countAt;

  /// How many values it says it has; 0 for an Iterable, which does not say.
  final int expected;

  /// Of a Map: where its entries start.
  final int start;

  final int _maxLength;
  final Iterator<Object?>? _values;
  int written = 0;

  /// What comes next: of a Map with its key.
  Object? key;
  Object? value;

  bool moveNext(List<Object?> entries) {
    final values = _values;
    if (values == null) {
      if (written == expected) return false;
      final at = start + 2 * written++;
      key = entries[at];
      value = entries[at + 1];
      return true;
    }
    if (!values.moveNext()) {
      if (container is List && written != expected) {
        throw ConcurrentModificationError(container);
      }
      return false;
    }
    if (written == _maxLength && (container is List || _maxLength > 0)) {
      // One that goes on without end must not fill the memory.
      if (container is List) throw ConcurrentModificationError(container);
      throw const RhaiRuntimeError('Size of array/BLOB too large');
    }
    written++;
    value = values.current;
    return true;
  }

  void describe(StringBuffer path) {
    if (written == 0) return;
    path.write(isMap ? '.$key' : '[${written - 1}]');
  }
}
