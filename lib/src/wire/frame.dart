/// The memory through which Dart and an engine talk.
library;

import 'dart:convert';
import 'dart:ffi';
import 'dart:math';
import 'dart:typed_data';

import '../errors.dart';
import '../ffi/bindings.dart';
import '../ffi/script_function.dart';
import 'flat_writer.dart';
import 'object_table.dart';
import 'protocol.dart';
import 'utf8_writer.dart';
import 'value_limits.dart';
import 'value_reader.dart';
import 'value_writer.dart';

/// The frame of an engine, whose words are [FrameWord]s.
///
/// Reads requests and results from it, and writes scripts and replies to it. What does not
/// fit into a slot is in the input, a buffer of the native side.
final class Frame {
  /// Finds the frame of [engine], whose functions belong to [_owner], whose values have the
  /// [_limits] and whose scripts know the [objects].
  Frame(this.engine, this._owner, this._limits, this.objects)
    : _words = rhaiEngineFrame(engine),
      _doubles = rhaiEngineFrame(engine).cast();

  /// The native engine. It is not valid any more if the frame [isClosed].
  final Pointer<NativeEngine> engine;

  final FunctionOwner _owner;
  final ValueLimits _limits;

  /// The Dart objects that scripts can refer to.
  final ObjectTable objects;

  final Pointer<Int64> _words;
  final Pointer<Double> _doubles;
  Uint8List _input = Uint8List(0);
  int _inputAddress = 0;

  /// The functions of scripts in the value that was written last. They must not be
  /// garbage collected before it is read.
  List<ScriptFunction> get sent => _sent;
  List<ScriptFunction> _sent = const [];

  /// Whether the engine was freed, and the frame with it.
  bool isClosed = false;

  /// Bytes of the values that were written so far, as far as slots did not hold them.
  int get bytesWritten => _bytesWritten;
  int _bytesWritten = 0;

  /// Bytes of the values that were read so far, as far as slots did not hold them.
  int get bytesRead => _bytesRead;
  int _bytesRead = 0;

  /// The id of the execution that made a request.
  int get execution => _words[FrameWord.execution];

  /// The id of the function that it calls.
  int get function => _words[FrameWord.function];

  /// The id of the Future that it waits for.
  int get future => _words[FrameWord.future];

  /// Reads the arguments of a call.
  List<Object?> readArguments() {
    final count = _words[FrameWord.argumentCount];
    if (count == 0) return const [];
    final arguments = List<Object?>.filled(count, null);
    for (var i = 0; i < count; i++) {
      arguments[i] = _readSlot(i);
    }
    forgetReleased();
    return arguments;
  }

  /// Reads a script's result.
  Object? readResult() {
    final result = _readSlot(0);
    forgetReleased();
    return result;
  }

  /// Forgets the functions that were sent, and the objects that no script needs any more.
  ///
  /// Call this after the native side has run, and when its values were read.
  void forgetReleased() {
    _sent = const [];
    final count = _words[FrameWord.releasedCount];
    if (count == 0) return;
    final ids = Pointer<Int64>.fromAddress(_words[FrameWord.released]);
    for (var i = 0; i < count; i++) {
      objects.remove(ids[i]);
    }
    _words[FrameWord.releasedCount] = 0;
  }

  ScriptFunction _makeFunction(int id, int handle, int serial, String name) =>
      ScriptFunction(_owner, id, handle, serial, name);

  Object? _readSlot(int index) {
    final word = FrameWord.slots + Slot.words * index;
    final tagAndLength = _words[word];
    switch (tagAndLength & Slot.tagMask) {
      case Tag.unit:
        return null;
      case Tag.no:
        return false;
      case Tag.yes:
        return true;
      case Tag.integer:
        return _words[word + 1];
      case Tag.float:
        return _doubles[word + 1];
      case final tag:
        final length = tagAndLength >> Slot.lengthShift;
        if (length == 0) return tag == Tag.string ? '' : Uint8List(0);
        _bytesRead += length;
        final bytes = Pointer<Uint8>.fromAddress(
          _words[word + 1],
        ).asTypedList(length);
        return switch (tag) {
          Tag.string => readString(bytes, 0, length),
          Tag.blob => Uint8List.fromList(bytes),
          _ => readValue(bytes, objects, _makeFunction),
        };
    }
  }

  /// Writes a text to the input. Returns its length in bytes.
  ///
  /// Throws a [RhaiConversionError] that calls the text [what].
  int writeText(String text, String what) {
    // Three bytes a code unit are always enough.
    var room = text.length * 3;
    if (room > _input.length && room > 1024) room = utf8Length(text);
    final input = _reserve(room);
    final end = writeUtf8(text, input, 0);
    if (end < 0) {
      throw RhaiConversionError(what, loneSurrogate, hint: loneSurrogateHint);
    }
    return end;
  }

  /// Code units of a long String that are written at once. As bytes they fit into the
  /// input that is always kept, and into the processor's cache.
  static const _partLength = 1 << 14;

  /// Sends a long String in parts. Returns its length in bytes.
  int _appendParts(String text, String what) {
    final input = _reserve(3 * _partLength);
    final bytes = Pointer<Uint8>.fromAddress(_inputAddress);
    var total = 0;
    for (var start = 0; start < text.length;) {
      var end = min(start + _partLength, text.length);
      // Not between the halves of a surrogate pair.
      if (end < text.length && text.codeUnitAt(end - 1) & 0xfc00 == 0xd800) {
        end--;
      }
      final ascii = writeAscii(text, bytes, start, end);
      final length = writeUtf8(text, input, ascii - start, ascii, end);
      if (length < 0) {
        rhaiAppendText(engine, 0, 0);
        throw RhaiConversionError(what, loneSurrogate, hint: loneSurrogateHint);
      }
      if (rhaiAppendText(engine, length, text.length) != Status.ok) {
        throw OutOfMemoryError();
      }
      total += length;
      start = end;
    }
    return total;
  }

  /// Writes a name to the input. Returns its length in bytes.
  ///
  /// Throws an [ArgumentError] if it is no valid Unicode.
  int writeName(String name) {
    if (utf8.decode(utf8.encode(name)) != name) {
      throw ArgumentError.value(name, 'name', 'has a lone surrogate');
    }
    return writeText(name, 'name');
  }

  /// Writes a name to the input, and [numbers] of 32 bits after it. Returns the length of
  /// the name in bytes.
  int writeNameAndNumbers(String name, List<int> numbers) {
    final length = writeText(name, 'name');
    final bytes = Uint32List.fromList(numbers).buffer.asUint8List();
    final end = length + bytes.length;
    _reserve(end, keep: length).setRange(length, end, bytes);
    return length;
  }

  /// Writes a text to the start of the input, which has room for it.
  void rewriteText(String text) => writeUtf8(text, _input, 0);

  /// Writes a value to slot 0, and to the input after its first [offset] bytes.
  ///
  /// Throws a [RhaiConversionError] with the path to a part that cannot cross, in a value
  /// called [what]. Throws a [BrokenLimit] if the value is larger than scripts may have.
  void writeValue(Object? value, String what, {int offset = 0}) {
    switch (value) {
      case null:
        _words[FrameWord.slots] = Tag.unit;
      case final bool value:
        _words[FrameWord.slots] = value ? Tag.yes : Tag.no;
      case final int value:
        _words[FrameWord.slots] = Tag.integer;
        _words[FrameWord.slots + 1] = value;
      case final double value:
        _words[FrameWord.slots] = Tag.float;
        _doubles[FrameWord.slots + 1] = value;
      case final String value when value.length > _partLength:
        _setSlot(Tag.string, _appendParts(value, what), Slot.appended);
      case final String value when offset == 0:
        _setSlot(Tag.string, writeText(value, what), 0);
      case final Uint8List value when offset == 0:
        _reserve(value.length).setRange(0, value.length, value);
        _setSlot(Tag.blob, value.length, 0);
      default:
        _writeLarge(value, what, offset);
    }
  }

  /// Writes the arguments of a function of a script: each to a slot if all are numbers, short
  /// Strings and the like, else all to slot 0, as one value.
  ///
  /// Throws what [writeValue] throws for a value called `args`.
  void writeArguments(List<Object?> arguments) {
    final count = arguments.length;
    var isSmall = count <= Bound.arguments;
    if (isSmall) {
      // Each is read once: that may run code of the user's, which uses the slots.
      final read = List<Object?>.filled(count, null);
      var room = 0;
      for (var i = 0; i < count; i++) {
        final argument = read[i] = arguments[i];
        if (argument is String && argument.length <= _partLength) {
          room += argument.length * 3;
        } else if (argument is! num? && argument is! bool) {
          isSmall = false;
        }
      }
      if (arguments.length != count) {
        throw ConcurrentModificationError(arguments);
      }
      if (isClosed) throw const RhaiCancelledError();
      if (isSmall && _writeSmall(read, room)) return;
      arguments = read;
    }
    writeValue(arguments, 'args');
    _words[FrameWord.argumentCount] = Slot.inArray;
  }

  /// Writes arguments to the slots, and their Strings to the input, where they need at most
  /// [room] bytes. Returns whether all can cross.
  bool _writeSmall(List<Object?> arguments, int room) {
    _words[FrameWord.argumentCount] = arguments.length;
    final input = room == 0 ? _input : _reserve(room);
    var length = 0;
    var word = FrameWord.slots;
    for (var i = 0; i < arguments.length; i++, word += Slot.words) {
      switch (arguments[i]) {
        case null:
          _words[word] = Tag.unit;
        case final bool value:
          _words[word] = value ? Tag.yes : Tag.no;
        case final int value:
          _words[word] = Tag.integer;
          _words[word + 1] = value;
        case final double value:
          _words[word] = Tag.float;
          _doubles[word + 1] = value;
        case final value:
          final end = writeUtf8(value as String, input, length);
          if (end < 0) return false;
          _words[word] = Tag.string | (end - length) << Slot.lengthShift;
          _words[word + 1] = length;
          length = end;
      }
    }
    _bytesWritten += length;
    _sent = const [];
    return true;
  }

  void _writeLarge(Object? value, String what, int offset) {
    // Into Dart memory first: a List or Map of the user's may run any code,
    // even another script, and that would use the input.
    final writer = ValueWriter.take(what, _owner, _limits);
    try {
      writer.writeValue(value);
      if (isClosed) throw const RhaiCancelledError();
      // Again: writing what comes after it may have run code that disposed it.
      if (writer.functions.isNotEmpty &&
          writer.functions.any((function) => function.isDisposed)) {
        throw RhaiConversionError(
          what,
          disposedFunction,
          hint: disposedFunctionHint,
        );
      }
      _sent = writer.functions.isEmpty ? const [] : [...writer.functions];
      final length = writer.length;
      final input = _reserve(offset + length, keep: offset);
      writer.writeHeader(objects.addAll(writer.objects));
      input.setRange(offset, offset + length, writer.bytes);
      _setSlot(Tag.array, length, offset);
    } finally {
      writer.release();
    }
  }

  void _setSlot(int tag, int length, int offset) {
    _bytesWritten += length;
    _words[FrameWord.slots] = tag | length << Slot.lengthShift;
    _words[FrameWord.slots + 1] = offset;
  }

  /// Makes room for [length] bytes of input. Its first [keep] bytes stay.
  Uint8List _reserve(int length, {int keep = 0}) {
    // A buffer that is much too large is given back by the native side.
    if (length > _words[FrameWord.inputCapacity] ||
        _words[FrameWord.inputCapacity] > Bound.keptInput) {
      final kept = keep == 0 ? null : Uint8List.sublistView(_input, 0, keep);
      final copy = kept == null ? null : Uint8List.fromList(kept);
      if (rhaiReserveInput(engine, length) != Status.ok) {
        throw OutOfMemoryError();
      }
      _view();
      if (copy != null) _input.setRange(0, keep, copy);
    } else if (_inputAddress != _words[FrameWord.input]) {
      _view();
    }
    return _input;
  }

  void _view() {
    _inputAddress = _words[FrameWord.input];
    _input = Pointer<Uint8>.fromAddress(
      _inputAddress,
    ).asTypedList(_words[FrameWord.inputCapacity]);
  }
}
