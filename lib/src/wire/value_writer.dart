/// Writes values in the flat encoding into Dart memory.
library;

import 'dart:async';
import 'dart:collection';
import 'dart:typed_data';

import '../errors.dart';
import '../ffi/script_function.dart';
import '../rhai_range.dart';
import 'arities.dart';
import 'flat_writer.dart';
import 'open_containers.dart';
import 'protocol.dart';
import 'value_limits.dart';
import 'value_path.dart';

/// The problem with a function that is gone.
const disposedFunction = 'a RhaiFunction that was disposed cannot cross';

/// The hint for [disposedFunction].
const disposedFunctionHint = 'keep it until no script needs it';

/// Writes values, one after the other.
final class ValueWriter extends FlatWriter {
  ValueWriter._();

  static ValueWriter? _idle = ValueWriter._();

  /// The number of entries that an idle writer keeps room for.
  static const _keptEntries = 1 << 12;

  /// Takes an empty writer for a value that errors call [what].
  ///
  /// The value is for scripts of [owner], a [FunctionOwner], which have the [limits].
  /// Writing may run code that takes another writer.
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
    while (_open.depth > 0) {
      _leave();
    }
    _open.trim();
    _forgetEntries(0);
    if (_entries.length > _keptEntries) _entries = List.filled(64, null);
    reset();
    objects.clear();
    functions.clear();
    _owner = null;
    _limits = null;
    _time = null;
    _idle = this;
  }

  /// The objects and functions in the value, which have no ids yet.
  final List<Object> objects = [];

  /// The functions of scripts in the value. They must be there until it is read.
  final List<ScriptFunction> functions = [];

  String _what = '';
  Object? _owner;
  ValueLimits? _limits;

  /// The time that this takes, once it may matter.
  ReadingTime? _time;

  final OpenContainers _open = OpenContainers();

  /// Keys and values of the Maps that are being written: the first [_entryCount].
  List<Object?> _entries = List.filled(64, null);
  int _entryCount = 0;

  /// Writes a value and all below it, without recursion, after room for a header.
  void writeValue(Object? root) {
    length = Header.length;
    _writeOne(root);
    while (_open.depth > 0) {
      final container = _open.innermost;
      var hasEntered = false;
      // Continue with its next values, up to one that is a container.
      while (!hasEntered && _next(container)) {
        hasEntered = _writeOne(container.value);
      }
      if (hasEntered) continue;
      data.setUint32(container.countAt, container.written, Endian.host);
      _leave();
    }
  }

  ReadingTime get _readingTime => _time ??= ReadingTime(_limits!);

  @override
  void grow(int bytes) {
    if (bytes > _limits!.maxBytes) throw const BrokenLimit(Limit.memory);
    // Lists and Maps may run code of the user's, too.
    _readingTime.look();
  }

  /// Goes to the next value of a container, and writes its key if it has one. Returns
  /// whether there is a value.
  bool _next(OpenContainer container) {
    final written = container.written;
    switch (container.kind) {
      case ContainerKind.map:
        if (written == container.expected) return false;
        final at = container.start + 2 * written;
        final key = _entries[at]! as String;
        container
          ..written = written + 1
          ..key = key
          ..value = _entries[at + 1];
        writeKey(key);
      case ContainerKind.list:
        final list = container.container as List<Object?>;
        if (written == container.expected) {
          if (list.length != written) throw ConcurrentModificationError(list);
          return false;
        }
        container
          ..written = written + 1
          ..value = written == 0 ? container.value : list[written];
      case ContainerKind.iterable:
        final values = container.values!;
        // One that goes on without end must not fill the memory, nor take for ever.
        _readingTime.next();
        if (!values.moveNext()) return false;
        if (written == _limits!.maxArraySize) {
          throw const BrokenLimit(Limit.arraySize);
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
      ..setInt64(Header.firstObject, firstObject, Endian.host)
      ..setInt64(Header.objectCount, objects.length, Endian.host);
  }

  /// Writes a value, but only the beginning of a container. Returns whether it is one.
  bool _writeOne(Object? value) {
    ensure(17);
    switch (value) {
      case null:
        bytes[length++] = Tag.unit;
      case final bool value:
        bytes[length++] = value ? Tag.yes : Tag.no;
      case final int value:
        bytes[length++] = Tag.integer;
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
        _enter(ContainerKind.iterable, value, 0).values = value.iterator;
        return true;
      case final ScriptFunction value:
        if (value.isDisposed) fail(disposedFunction, disposedFunctionHint);
        if (!identical(value.owner, _owner)) {
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
            '${Bound.arguments} arguments cannot cross to Rhai',
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
    _enter(ContainerKind.list, list, count).value = first;
    return true;
  }

  bool _enterMap(Map<Object?, Object?> map) {
    final start = _entryCount;
    final isPlain = map is LinkedHashMap;
    // Its length is not asked for: a class may count its keys for that, without end.
    map.forEach((key, value) {
      if (key is! String) {
        fail(
          'a Map with a key of type ${key.runtimeType} cannot cross to Rhai',
          'object maps have String keys',
        );
      }
      if (!isPlain) _readingTime.next();
      if (_entryCount == _entries.length) _growEntries();
      _entries[_entryCount] = key;
      _entries[_entryCount + 1] = value;
      _entryCount += 2;
      final count = (_entryCount - start) ~/ 2;
      if (count > _alwaysFits && count > _limits!.maxMapSize) {
        throw const BrokenLimit(Limit.mapSize);
      }
    });
    final count = (_entryCount - start) ~/ 2;
    bytes[length++] = Tag.map;
    _enter(ContainerKind.map, map, count).start = start;
    return true;
  }

  void _growEntries() {
    // References to a key and a value.
    grow(_entries.length * 8);
    _entries = [..._entries, ...List.filled(_entries.length, null)];
  }

  /// Elements that a List or Map may have under any limit: an error is a List, and so are
  /// the arguments of a call.
  static const _alwaysFits = 64;

  OpenContainer _enter(ContainerKind kind, Object value, int count) {
    if (kind == ContainerKind.list &&
        count > _alwaysFits &&
        count > _limits!.maxArraySize) {
      throw const BrokenLimit(Limit.arraySize);
    }
    final countAt = length;
    writeCount(count);
    if (_open.depth >= Bound.nesting) {
      fail('nested more than ${Bound.nesting} levels', 'flatten the data');
    }
    if (_open.closesCycle(value)) {
      final depth = _open.depthOfCycle;
      while (_open.depth > depth) {
        _leave();
      }
      fail(
        'a value that contains itself cannot cross',
        'refer to it by a key or an index instead',
      );
    }
    return _open.enter(kind, value)
      ..countAt = countAt
      ..expected = count;
  }

  /// Leaves the innermost container.
  void _leave() {
    final container = _open.leave();
    if (container.kind == ContainerKind.map) _forgetEntries(container.start);
  }

  void _forgetEntries(int start) {
    _entries.fillRange(start, _entryCount, null);
    _entryCount = start;
  }

  @override
  Never fail(String problem, String hint) {
    final path = describePath(_what, _open.path);
    throw RhaiConversionError(path, problem, hint: hint);
  }
}
