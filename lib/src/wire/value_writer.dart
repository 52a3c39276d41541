/// Writes values in the flat encoding, into Dart memory.
library;

import 'dart:async';
import 'dart:collection';
import 'dart:typed_data';

import '../errors.dart';
import '../ffi/script_function.dart';
import '../parameters/functions.dart' show maxArity;
import '../parameters/parameter_types.dart';
import '../rhai_limit.dart';
import '../rhai_range.dart';
import 'flat_writer.dart';
import 'value_limits.dart';
import 'value_path.dart';
import 'value_reader.dart';

/// What is wrong with a function that is gone.
const disposedFunction = 'a RhaiFunction that was disposed cannot cross';

/// What to do about it.
const disposedFunctionHint = 'keep it until no script needs it';

/// Writes values, one after the other.
final class ValueWriter extends FlatWriter {
  ValueWriter._();

  static ValueWriter? _idle = ValueWriter._();

  /// The depth and the number of entries that an idle writer keeps room for.
  static const _keptDepth = 64;
  static const _keptEntries = 1 << 12;

  /// Bytes before a flat encoding: the first id of its new objects, and their
  /// number.
  static const _headerLength = 16;

  /// Takes an empty writer; [what] names the value for errors. Writing may run
  /// code that takes another.
  ///
  /// [owner] is the `CallbackBridge` whose scripts the value is for, and [limits] are
  /// theirs.
  factory ValueWriter.take(String what, Object owner, ValueLimits limits) {
    final writer = _idle ?? ValueWriter._();
    _idle = null;
    return writer
      .._what = what
      .._owner = owner
      .._limits = limits;
  }

  /// Gives the writer back for the next use.
  void release() {
    while (_depth > 0) {
      _leave();
    }
    if (_containers.length > _keptDepth) _containers.length = _keptDepth;
    _forgetEntries(0);
    if (_entries.length > _keptEntries) _entries = List.filled(64, null);
    reset();
    objects.clear();
    functions.clear();
    _open = null;
    _owner = null;
    _limits = null;
    _time = null;
    _idle = this;
  }

  /// The objects and functions in what was written, which have no ids yet.
  final List<Object> objects = [];

  /// The functions of scripts in what was written, which must be there until it is
  /// read.
  final List<ScriptFunction> functions = [];

  String _what = '';
  Object? _owner;
  ValueLimits? _limits;

  /// How long this takes, once that may matter.
  ReadingTime? _time;

  /// The Lists and Maps that are being written, outermost first: the first
  /// [_depth]. The others are there to be used again.
  final List<_Open> _containers = [];
  int _depth = 0;

  /// The same, as a set for finding cycles; made when nesting gets deep.
  Set<Object>? _open;

  /// Keys and values of the Maps that are being written: the first [_entryCount].
  List<Object?> _entries = List.filled(64, null);
  int _entryCount = 0;

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
      data.setUint32(container.countAt, container.written, Endian.host);
      _open?.remove(container.container);
      _leave();
    }
  }

  ReadingTime get _readingTime => _time ??= ReadingTime(_limits!);

  @override
  void grow(int bytes) {
    if (bytes > _limits!.maxBytes) throw const BrokenLimit(RhaiLimit.memory);
    // Lists and Maps may run code of the user's, too.
    _readingTime.look();
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
        writeKey(key);
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
        // One that goes on without end must not fill the memory, nor take for ever.
        _readingTime.next();
        if (!values.moveNext()) return false;
        if (written == _limits!.maxArraySize) {
          throw const BrokenLimit(RhaiLimit.arraySize);
        }
        container
          ..written = written + 1
          ..value = values.current;
    }
    return true;
  }

  /// Writes the header, once the [objects] have consecutive ids.
  void writeHeader(int firstObject) {
    data
      ..setInt64(0, firstObject, Endian.host)
      ..setInt64(8, objects.length, Endian.host);
  }

  /// Writes a value, of a container only the beginning; returns whether it is one.
  bool _writeOne(Object? value) {
    ensure(17);
    switch (value) {
      case null:
        bytes[length++] = Tag.unit;
      case final bool value:
        bytes[length++] = value ? Tag.yes : Tag.no;
      case final int value:
        bytes[length++] = Tag.int;
        data.setInt64(length, value, Endian.host);
        length += 8;
      case final double value:
        bytes[length++] = Tag.float;
        data.setFloat64(length, value, Endian.host);
        length += 8;
      case final String value:
        bytes[length++] = Tag.string;
        writeString(value);
      case final Uint8List value:
        bytes[length++] = Tag.blob;
        writeCount(value.length);
        writeBytes(value);
      case final List<Object?> value:
        return _enterList(value);
      case final Map<Object?, Object?> value:
        return _enterMap(value);
      case final RhaiRange value:
        bytes[length++] = value.inclusive ? Tag.inclusiveRange : Tag.range;
        data
          ..setInt64(length, value.start, Endian.host)
          ..setInt64(length + 8, value.end, Endian.host);
        length += 16;
      case final Iterable<Object?> value:
        bytes[length++] = Tag.array;
        _enter(_Kind.iterable, value, 0).values = value.iterator;
        return true;
      case final ScriptFunction value:
        if (value.isDisposed) fail(disposedFunction, disposedFunctionHint);
        if (!identical(value.bridge, _owner)) {
          _writeClosure(value.call);
          break;
        }
        bytes[length++] = Tag.function;
        data.setInt64(length, value.id, Endian.host);
        length += 8;
        functions.add(value);
      case final Function value:
        _writeClosure(value);
      case Future():
        fail(
          'a Future inside another value cannot cross to Rhai',
          'await it first',
        );
      case Stream():
        fail(
          'a Stream cannot cross to Rhai',
          'return a List, or a function for the next element',
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
      fail(
        'a function with required named parameters, type parameters or more than '
            '$maxArity arguments cannot cross to Rhai',
        'wrap it in a closure',
      );
    }
    bytes[length++] = Tag.closure;
    data.setUint32(length, arities, Endian.host);
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
        writeInts(list, count, first);
        return false;
      }
      if (first is double && list is List<double>) {
        writeFloats(list, count, first);
        return false;
      }
    }
    bytes[length++] = Tag.array;
    _enter(_Kind.list, list, count).value = first;
    return true;
  }

  bool _enterMap(Map<Object?, Object?> map) {
    final start = _entryCount;
    // Its length is not asked for: a class may count its keys for that, without end.
    map.forEach((key, value) {
      if (key is! String) {
        fail(
          'a Map with a key of type ${key.runtimeType} cannot cross to Rhai',
          'object maps have String keys',
        );
      }
      if (map is! LinkedHashMap) _readingTime.next();
      if (_entryCount == _entries.length) _growEntries();
      _entries[_entryCount] = key;
      _entries[_entryCount + 1] = value;
      _entryCount += 2;
      final count = (_entryCount - start) ~/ 2;
      if (count > _alwaysFits && count > _limits!.maxMapSize) {
        throw const BrokenLimit(RhaiLimit.mapSize);
      }
    });
    final count = (_entryCount - start) ~/ 2;
    bytes[length++] = Tag.map;
    _enter(_Kind.map, map, count).start = start;
    return true;
  }

  void _growEntries() {
    // References to a key and a value.
    grow(_entries.length * 8);
    _entries = [..._entries, ...List.filled(_entries.length, null)];
  }

  /// Lists and Maps of more elements are refused before they are read; an error, and what
  /// a function is called with, is a List of fewer.
  static const _alwaysFits = 64;

  _Open _enter(_Kind kind, Object value, int count) {
    if (kind == _Kind.list &&
        count > _alwaysFits &&
        count > _limits!.maxArraySize) {
      throw const BrokenLimit(RhaiLimit.arraySize);
    }
    final countAt = length;
    writeCount(count);
    if (_depth >= maxDepth) {
      fail('nested more than $maxDepth levels', 'flatten the data');
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
        fail(
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
      _forgetEntries(container.start);
    }
    container
      ..container = null
      ..values = null
      ..key = null
      ..value = null;
  }

  void _forgetEntries(int start) {
    _entries.fillRange(start, _entryCount, null);
    _entryCount = start;
  }

  /// The depth at which a cycle closes first.
  int _cycleEnd() {
    final seen = Set<Object>.identity();
    for (var depth = 0; depth < _depth; depth++) {
      if (!seen.add(_containers[depth].container!)) return depth;
    }
    return _depth;
  }

  @override
  Never fail(String problem, String hint) {
    final steps = [
      for (final container in _containers.take(_depth)) ?container.step,
    ];
    final path = describePath(_what, steps);
    throw RhaiConversionError(path, problem, hint: hint);
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

  /// Where [value] is in it, once something was written.
  Object? get step => written == 0
      ? null
      : kind == _Kind.map
      ? key
      : written - 1;
}
