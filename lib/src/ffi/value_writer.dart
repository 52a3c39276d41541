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

  /// The capacity that an idle writer always keeps, in bytes; the one that it keeps
  /// as long as that much is used; and the depth that it keeps.
  static const _keptCapacity = 1 << 16;
  static const _maxKeptCapacity = 1 << 22;
  static const _keptDepth = 64;

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
    return writer
      .._what = what
      .._owner = owner
      .._maxLength = maxLength;
  }

  /// Gives the writer back for the next use.
  void release() {
    final capacity = bytes.length;
    if (capacity > _maxKeptCapacity ||
        capacity > _keptCapacity && capacity ~/ 4 > length) {
      _allocate(1024);
    }
    while (_depth > 0) {
      _leave();
    }
    if (_containers.length > _keptDepth) _containers.length = _keptDepth;
    if (_entries.length > _keptCapacity >> 4) _entries = List.filled(64, null);
    _keyCount = 0;
    _nextKey = 0;
    objects.clear();
    _open = null;
    _owner = null;
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

  /// The Lists and Maps that are being written, outermost first: the first
  /// [_depth]. The others are there to be used again.
  final List<_Open> _containers = [];
  int _depth = 0;

  /// The same, as a set for finding cycles; made when nesting gets deep.
  Set<Object>? _open;

  /// Keys and values of the Maps that are being written: the first [_entryCount].
  List<Object?> _entries = List.filled(64, null);
  int _entryCount = 0;

  /// The first keys of the value, and which of them is expected next: the Maps
  /// of a List usually have the same ones.
  final List<String> _keys = List.filled(maxKeys, '');
  int _keyCount = 0;
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
    _allocate(max(bytes.length * 2, length + more));
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
    var index = _nextKey < _keyCount ? _nextKey : 0;
    if (_keyCount == 0 || _keys[index] != key) {
      // Not among many: that would take longer than writing it again.
      index = _keyCount < maxKeys ? _indexOfKey(key) : -1;
    }
    if (index < 0) {
      if (_keyCount < maxKeys) _keys[_keyCount++] = key;
      return _writeString(key);
    }
    _nextKey = index + 1;
    _ensure(4);
    _data.setUint32(length, keyReference | index, Endian.host);
    length += 4;
  }

  int _indexOfKey(String key) {
    for (var i = 0; i < _keyCount; i++) {
      if (_keys[i] == key) return i;
    }
    return -1;
  }

  /// Writes a value and all below it, without recursion, after room for a header.
  void writeValue(Object? root) {
    length = _headerLength;
    _writeOne(root);
    while (_depth > 0) {
      final container = _containers[_depth - 1];
      var hasEntered = false;
      // Continue with its next values, up to one that is a container.
      while (!hasEntered && _next(container)) {
        hasEntered = _writeOne(container.value);
      }
      if (hasEntered) continue;
      _data.setUint32(container.countAt, container.written, Endian.host);
      _open?.remove(container.container);
      _leave();
    }
  }

  /// Goes to the next value of a container, after writing its key if it is a Map;
  /// returns whether there is one.
  bool _next(_Open container) {
    final written = container.written;
    switch (container.kind) {
      case _Kind.map:
        if (written == container.expected) return false;
        final at = container.start + 2 * written;
        final key = _entries[at]! as String;
        container
          ..written = written + 1
          ..key = key
          ..value = _entries[at + 1];
        _writeKey(key);
      case _Kind.list:
        final list = container.container as List<Object?>;
        if (written == container.expected) {
          if (list.length != written) throw ConcurrentModificationError(list);
          return false;
        }
        container
          ..written = written + 1
          ..value = written == 0 ? container.value : list[written];
      case _Kind.iterable:
        final values = container.values!;
        if (!values.moveNext()) return false;
        if (written == _maxLength && _maxLength > 0) {
          // One that goes on without end must not fill the memory.
          throw const RhaiRuntimeError('Size of array/BLOB too large');
        }
        container
          ..written = written + 1
          ..value = values.current;
    }
    return true;
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
      case final List<Object?> value:
        return _enterList(value);
      case final Map<Object?, Object?> value:
        return _enterMap(value);
      case final RhaiRange value:
        bytes[length++] = value.inclusive ? Tag.inclusiveRange : Tag.range;
        _data
          ..setInt64(length, value.start, Endian.host)
          ..setInt64(length + 8, value.end, Endian.host);
        length += 16;
      case final Iterable<Object?> value:
        bytes[length++] = Tag.array;
        _enter(_Kind.iterable, value, 0).values = value.iterator;
        return true;
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

  bool _enterList(List<Object?> list) {
    final count = list.length;
    Object? first;
    if (count > 0) {
      // Before the type of the List, which takes longer to find out. Each element
      // is read once: that may run code of the user's.
      first = list[0];
      if (first is int && list is List<int>) {
        return _writeInts(list, count, first);
      }
      if (first is double && list is List<double>) {
        return _writeFloats(list, count, first);
      }
    }
    bytes[length++] = Tag.array;
    _enter(_Kind.list, list, count).value = first;
    return true;
  }

  bool _writeInts(List<int> list, int count, int first) {
    bytes[length++] = Tag.ints;
    _writeLength(count);
    for (var i = 0; i < count;) {
      final end = min(count, i + _sureCount);
      _ensure(8 * (end - i));
      final data = _data;
      for (; i < end; i++) {
        data.setInt64(length, i == 0 ? first : list[i], Endian.host);
        length += 8;
      }
    }
    if (list.length != count) throw ConcurrentModificationError(list);
    return false;
  }

  bool _writeFloats(List<double> list, int count, double first) {
    bytes[length++] = Tag.floats;
    _writeLength(count);
    for (var i = 0; i < count;) {
      final end = min(count, i + _sureCount);
      _ensure(8 * (end - i));
      final data = _data;
      for (; i < end; i++) {
        data.setFloat64(length, i == 0 ? first : list[i], Endian.host);
        length += 8;
      }
    }
    if (list.length != count) throw ConcurrentModificationError(list);
    return false;
  }

  bool _enterMap(Map<Object?, Object?> map) {
    final count = map.length;
    final start = _entryCount;
    final end = start + 2 * count;
    map.forEach((key, value) {
      if (key is! String) {
        _entryCount = start;
        _fail(
          'a Map with a key of type ${key.runtimeType} cannot cross to Rhai',
          'object maps have String keys',
        );
      }
      // One that goes on without end must not fill the memory.
      if (_entryCount == end) throw ConcurrentModificationError(map);
      if (_entryCount == _entries.length) {
        _entries = [..._entries, ...List.filled(_entries.length, null)];
      }
      _entries[_entryCount] = key;
      _entries[_entryCount + 1] = value;
      _entryCount += 2;
    });
    if (_entryCount != end) throw ConcurrentModificationError(map);
    bytes[length++] = Tag.map;
    _enter(_Kind.map, map, count).start = start;
    return true;
  }

  _Open _enter(_Kind kind, Object value, int count) {
    final countAt = length;
    _writeLength(count);
    if (_depth >= maxDepth) {
      _fail('nested more than $maxDepth levels', 'flatten the data');
    }
    // A cycle nests without end, so looking from some depth on finds it.
    const lookFrom = 64;
    if (_depth >= lookFrom) {
      final open = _open ??= Set.identity()
        ..addAll(_containers.take(_depth).map((c) => c.container!));
      if (!open.add(value)) {
        final depth = _cycleEnd();
        while (_depth > depth) {
          _leave();
        }
        _fail(
          'a value that contains itself cannot cross',
          'refer to it by a key or an index instead',
        );
      }
    }
    if (_depth == _containers.length) _containers.add(_Open());
    return _containers[_depth++]
      ..kind = kind
      ..container = value
      ..countAt = countAt
      ..expected = count
      ..written = 0;
  }

  /// Forgets the innermost container.
  void _leave() {
    final container = _containers[--_depth];
    if (container.kind == _Kind.map) {
      _entries.fillRange(container.start, _entryCount, null);
      _entryCount = container.start;
    }
    container
      ..container = null
      ..values = null
      ..key = null
      ..value = null;
  }

  /// The depth at which a cycle closes first.
  int _cycleEnd() {
    final seen = Set<Object>.identity();
    for (var depth = 0; depth < _depth; depth++) {
      if (!seen.add(_containers[depth].container!)) return depth;
    }
    return _depth;
  }

  Never _fail(String problem, String hint) {
    // Of a long path, what is between the first and the last steps is left out.
    const shown = 16;
    final path = StringBuffer(_what);
    for (var i = 0; i < _depth; i++) {
      if (i < shown || i + shown >= _depth) {
        _containers[i].describe(path);
      } else if (i == shown) {
        path.write('…');
      }
    }
    throw RhaiConversionError('$path', problem, hint: hint);
  }
}

enum _Kind { list, map, iterable }

/// A List, Map or other Iterable that is being written.
final class _Open {
  _Kind kind = _Kind.list;
  Object? container;

  /// Where the number of its values is written.
  int countAt = 0;

  /// How many values it says it has, if it does, and how many were written.
  int expected = 0;
  int written = 0;

  /// Of a Map: where its entries start, and the key of [value].
  int start = 0;
  String? key;

  /// Of an Iterable.
  Iterator<Object?>? values;

  /// What was written last.
  Object? value;

  void describe(StringBuffer path) {
    if (written == 0) return;
    path.write(kind == _Kind.map ? '.$key' : '[${written - 1}]');
  }
}
