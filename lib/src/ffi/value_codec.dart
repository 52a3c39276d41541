/// The binary encoding of values that `rust/src/values.rs` describes.
library;

import 'dart:convert';
import 'dart:ffi';
import 'dart:typed_data';

import '../errors.dart';
import 'bindings.dart';
import 'value_writer.dart';

/// The type of an encoded value: `Tag` in `rust/src/values.rs`.
abstract final class Tag {
  /// Rhai's `()`.
  static const unit = 0;

  /// `false`.
  static const no = 1;

  /// `true`.
  static const yes = 2;

  /// 64 bits of integer.
  static const int = 3;

  /// 64 bits of floating point.
  static const float = 4;

  /// A string in UTF-8.
  static const string = 5;

  /// Bytes.
  static const blob = 6;

  /// An array.
  static const array = 7;

  /// An object map.
  static const map = 8;
}

/// Levels of nesting that may cross the boundary, as on the native side.
const maxDepth = 100000;

/// The frame of an engine (`Frame` in `rust/src/host.rs`): reads requests and
/// results from it, writes scripts and replies to it.
final class ValueCodec {
  /// Creates a codec for the frame of [_engine].
  ValueCodec(this._engine)
    : _words = rhaiEngineFrame(_engine),
      _doubles = rhaiEngineFrame(_engine).cast();

  final Pointer<NativeEngine> _engine;
  final Pointer<Int64> _words;
  final Pointer<Double> _doubles;
  Uint8List _input = Uint8List(0);
  int _inputAddress = 0;

  /// Whether the engine was freed, and the frame with it.
  bool isClosed = false;

  // The frame's words.
  static const _execution = 0;
  static const _function = 1;
  static const _argumentCount = 2;
  static const _future = 3;
  static const _inputBuffer = 4;
  static const _inputCapacity = 5;
  static const _slots = 6;

  /// The execution that made a request.
  int get execution => _words[_execution];

  /// The function that it calls.
  int get function => _words[_function];

  /// The Future that it waits for.
  int get future => _words[_future];

  /// Reads the arguments of a call.
  List<Object?> readArguments() {
    final count = _words[_argumentCount];
    if (count == 0) return const [];
    return List.generate(count, _readSlot, growable: false);
  }

  /// Reads a script's result.
  Object? readResult() => _readSlot(0);

  Object? _readSlot(int index) {
    final word = _slots + 2 * index;
    final tagAndLength = _words[word];
    switch (tagAndLength & 0xff) {
      case Tag.unit:
        return null;
      case Tag.no:
        return false;
      case Tag.yes:
        return true;
      case Tag.int:
        return _words[word + 1];
      case Tag.float:
        return _doubles[word + 1];
      case final tag:
        final length = tagAndLength >> 8;
        if (length == 0) return tag == Tag.string ? '' : Uint8List(0);
        final bytes = Pointer<Uint8>.fromAddress(
          _words[word + 1],
        ).asTypedList(length);
        return switch (tag) {
          Tag.string => readString(bytes, 0, length),
          Tag.blob => Uint8List.fromList(bytes),
          _ => _readNested(bytes),
        };
    }
  }

  /// Writes a text to the input; returns its length in bytes.
  int writeText(String text, String what) {
    // Three bytes a code unit are always enough.
    var room = text.length * 3;
    if (room > _input.length && room > 1024) room = utf8Length(text);
    final input = _reserve(room);
    final end = writeUtf8(text, input, 0);
    if (end < 0) throw RhaiFFIError('$what: $loneSurrogate');
    return end;
  }

  /// Writes a name to the input; returns its length in bytes.
  ///
  /// Throws an [ArgumentError] if it is no valid Unicode.
  int writeName(String name) {
    if (utf8.decode(utf8.encode(name)) != name) {
      throw ArgumentError.value(name, 'name', 'has a lone surrogate');
    }
    return writeText(name, 'name');
  }

  /// Writes a text to the start of the input, which has room for it.
  void rewriteText(String text) => writeUtf8(text, _input, 0);

  /// Writes a value to slot 0, and to the input after its first [offset] bytes.
  ///
  /// Throws a [RhaiFFIError] that names where in it something cannot cross;
  /// [what] names the value itself.
  void writeValue(Object? value, String what, {int offset = 0}) {
    switch (value) {
      case null:
        _words[_slots] = Tag.unit;
      case final bool value:
        _words[_slots] = value ? Tag.yes : Tag.no;
      case final int value:
        _words[_slots] = Tag.int;
        _words[_slots + 1] = value;
      case final double value:
        _words[_slots] = Tag.float;
        _doubles[_slots + 1] = value;
      case final String value when offset == 0:
        _setSlot(Tag.string, writeText(value, what), 0);
      default:
        _writeLarge(value, what, offset);
    }
  }

  void _writeLarge(Object? value, String what, int offset) {
    // Into Dart memory first: a List or Map of the user's may run any code,
    // even another script, and that would use the input.
    final writer = ValueWriter.take(what);
    try {
      final int tag;
      switch (value) {
        case final String value:
          tag = Tag.string;
          writer.writeRawString(value);
        case final Uint8List value:
          tag = Tag.blob;
          writer.writeRawBytes(value);
        default:
          tag = value is Map ? Tag.map : Tag.array;
          writer.writeNested(value);
      }
      if (isClosed) throw const RhaiCancelledError();
      final length = writer.length;
      _reserve(
        offset + length,
        keep: offset,
      ).setRange(offset, offset + length, writer.bytes);
      _setSlot(tag, length, offset);
    } finally {
      writer.release();
    }
  }

  void _setSlot(int tag, int length, int offset) {
    _words[_slots] = tag | length << 8;
    _words[_slots + 1] = offset;
  }

  /// The input with room for [length] bytes; its first [keep] bytes stay.
  Uint8List _reserve(int length, {int keep = 0}) {
    // A buffer that is much too large is given back by the native side.
    if (length > _words[_inputCapacity] || _words[_inputCapacity] > 1 << 16) {
      final kept = keep == 0 ? null : Uint8List.sublistView(_input, 0, keep);
      final copy = kept == null ? null : Uint8List.fromList(kept);
      if (rhaiReserveInput(_engine, length) != 0) throw OutOfMemoryError();
      _view();
      if (copy != null) _input.setRange(0, keep, copy);
    } else if (_inputAddress != _words[_inputBuffer]) {
      _view();
    }
    return _input;
  }

  void _view() {
    _inputAddress = _words[_inputBuffer];
    _input = Pointer<Uint8>.fromAddress(
      _inputAddress,
    ).asTypedList(_words[_inputCapacity]);
  }
}

/// Reads UTF-8 that the native side has checked.
String readString(Uint8List bytes, int start, int end) {
  // Short ASCII, the usual case: several times as fast as the decoder.
  if (end - start <= 64) {
    var all = 0;
    for (var i = start; i < end; i++) {
      all |= bytes[i];
    }
    if (all < 0x80) return String.fromCharCodes(bytes, start, end);
  }
  final text = const Utf8Decoder(
    allowMalformed: true,
  ).convert(bytes, start, end);
  // The decoder takes a leading U+FEFF for a byte order mark and drops it.
  final hasMark =
      end - start >= 3 &&
      bytes[start] == 0xef &&
      bytes[start + 1] == 0xbb &&
      bytes[start + 2] == 0xbf;
  return hasMark ? '\ufeff$text' : text;
}

/// Reads an array or a map, in one pass and without recursion.
Object _readNested(Uint8List bytes) {
  final data = ByteData.sublistView(bytes);
  var at = 0;
  int readLength() {
    final length = data.getUint32(at, Endian.host);
    at += 4;
    return length;
  }

  String readShortString() {
    final length = readLength();
    at += length;
    return readString(bytes, at - length, at);
  }

  // The containers that are open: each is a List or a Map, with the number of
  // values it still gets, and a Map also with the key of the next one.
  final containers = <Object>[];
  final left = <int>[];
  final keys = <String>[];
  while (true) {
    Object? value;
    final tag = bytes[at++];
    switch (tag) {
      case Tag.unit:
        value = null;
      case Tag.no:
        value = false;
      case Tag.yes:
        value = true;
      case Tag.int:
        value = data.getInt64(at, Endian.host);
        at += 8;
      case Tag.float:
        value = data.getFloat64(at, Endian.host);
        at += 8;
      case Tag.string:
        value = readShortString();
      case Tag.blob:
        final length = readLength();
        at += length;
        value = bytes.sublist(at - length, at);
      case Tag.array || Tag.map:
        final count = readLength();
        final isMap = tag == Tag.map;
        final container = isMap ? <String, dynamic>{} : <dynamic>[];
        if (count == 0) {
          value = container;
        } else {
          containers.add(container);
          left.add(count);
          keys.add(isMap ? readShortString() : '');
          continue;
        }
      default:
        throw RhaiFFIError('malformed value: tag $tag');
    }
    while (true) {
      if (containers.isEmpty) return value!;
      final container = containers.last;
      if (container is Map<String, dynamic>) {
        container[keys.last] = value;
      } else if (container is List<dynamic>) {
        container.add(value);
      }
      if (--left.last > 0) {
        if (container is Map) keys.last = readShortString();
        break;
      }
      value = container;
      containers.removeLast();
      left.removeLast();
      keys.removeLast();
    }
  }
}
