/// Reads values in the flat encoding, which [Tag] describes.
library;

import 'dart:convert';
import 'dart:typed_data';

import '../errors.dart';
import '../rhai_function.dart';
import '../rhai_range.dart';
import 'object_table.dart';
import 'protocol.dart';

/// Makes the Dart object for a script's function, of its id, the address of its native
/// handle, its serial number and its name.
typedef MakeFunction =
    RhaiFunction Function(int id, int handle, int serial, String name);

/// Reads one value, which fills [bytes], in one pass and without recursion.
///
/// Throws a [RhaiFFIError] for bytes that are no encoding of a value.
Object? readValue(
  Uint8List bytes,
  ObjectTable objects,
  MakeFunction makeFunction,
) {
  try {
    return _Reader(bytes, objects, makeFunction).read();
  } on RangeError {
    throw const RhaiFFIError('malformed value: it ends too early');
  }
}

final class _Reader {
  _Reader(this._bytes, this._objects, this._makeFunction)
    : _data = ByteData.sublistView(_bytes);

  final Uint8List _bytes;
  final ByteData _data;
  final ObjectTable _objects;
  final MakeFunction _makeFunction;
  int _at = 0;

  /// The first keys, for later ones to refer to.
  final List<String> _keys = [];

  int _number() {
    final number = _data.getUint32(_at, Endian.host);
    _at += 4;
    return number;
  }

  int _word() {
    final word = _data.getInt64(_at, Endian.host);
    _at += 8;
    return word;
  }

  /// A count of values that take [size] bytes each at least.
  int _count(int size) {
    final count = _number();
    if (count * size > _bytes.length - _at) {
      throw const RhaiFFIError('malformed value: it ends too early');
    }
    return count;
  }

  String _string() {
    final length = _count(1);
    _at += length;
    return readString(_bytes, _at - length, _at);
  }

  String _key() {
    final number = _data.getUint32(_at, Endian.host);
    if (number & Key.reference != 0) {
      _at += 4;
      return _keys[number & ~Key.reference];
    }
    final key = _string();
    if (_keys.length < Key.maxReferable) _keys.add(key);
    return key;
  }

  Object? read() {
    // The containers that are open: each is a List or a Map, with the number of
    // values that it still gets.
    final containers = <Object>[];
    final left = <int>[];
    // Of the innermost one.
    List<dynamic>? list;
    Map<String, dynamic>? map;
    var key = '';
    final keys = <String>[];
    while (true) {
      Object? value;
      final tag = _bytes[_at++];
      if (tag == Tag.array || tag == Tag.map) {
        final count = _count(tag == Tag.array ? 1 : 5);
        if (count > 0) {
          if (containers.length >= Bound.nesting) {
            throw const RhaiFFIError('malformed value: nested too deeply');
          }
          keys.add(key);
          left.add(count);
          if (tag == Tag.array) {
            map = null;
            containers.add(
              list = List<dynamic>.filled(count, null, growable: true),
            );
          } else {
            list = null;
            containers.add(map = <String, dynamic>{});
            key = _key();
          }
          continue;
        }
        value = tag == Tag.array ? <dynamic>[] : <String, dynamic>{};
      } else {
        value = _leaf(tag);
      }
      // Put it where it belongs, closing the containers that it completes.
      while (true) {
        if (containers.isEmpty) {
          if (_at == _bytes.length) return value;
          throw const RhaiFFIError('malformed value: bytes left over');
        }
        final missing = left.last;
        if (list != null) {
          list[list.length - missing] = value;
        } else {
          map![key] = value;
        }
        if (missing > 1) {
          left.last = missing - 1;
          if (map != null) key = _key();
          break;
        }
        value = containers.removeLast();
        left.removeLast();
        key = keys.removeLast();
        final outer = containers.isEmpty ? null : containers.last;
        list = outer is List<dynamic> ? outer : null;
        map = outer is Map<String, dynamic> ? outer : null;
      }
    }
  }

  /// Reads a value that is no container, or an array of numbers alone.
  Object? _leaf(int tag) {
    switch (tag) {
      case Tag.unit:
        return null;
      case Tag.no:
        return false;
      case Tag.yes:
        return true;
      case Tag.integer:
        return _word();
      case Tag.float:
        final number = _data.getFloat64(_at, Endian.host);
        _at += 8;
        return number;
      case Tag.string:
        return _string();
      case Tag.blob:
        final length = _count(1);
        _at += length;
        return _bytes.sublist(_at - length, _at);
      case Tag.ints:
        final count = _count(8);
        final list = List<dynamic>.filled(count, null, growable: true);
        for (var i = 0, at = _at; i < count; i++, at += 8) {
          list[i] = _data.getInt64(at, Endian.host);
        }
        _at += 8 * count;
        return list;
      case Tag.floats:
        final count = _count(8);
        final list = List<dynamic>.filled(count, null, growable: true);
        for (var i = 0, at = _at; i < count; i++, at += 8) {
          list[i] = _data.getFloat64(at, Endian.host);
        }
        _at += 8 * count;
        return list;
      case Tag.range || Tag.inclusiveRange:
        final start = _word();
        final inclusive = tag == Tag.inclusiveRange;
        return RhaiRange(start, _word(), inclusive: inclusive);
      case Tag.object || Tag.closure:
        final object = _objects[_word()];
        if (object != null) return object;
        throw const RhaiFFIError('malformed value: an unknown object');
      case Tag.function:
        final id = _word();
        final handle = _word();
        final serial = _word();
        return _makeFunction(id, handle, serial, _string());
      default:
        throw RhaiFFIError('malformed value: tag $tag');
    }
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
