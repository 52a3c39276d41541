/// Errors between Dart functions, scripts and the callers of scripts.
library;

import 'dart:collection';

import '../errors.dart';
import '../execution/registered_function.dart';
import '../parameters/mismatch.dart';
import '../rhai_limit.dart';
import '../rhai_stack_frame.dart';
import 'place.dart';

/// Kinds of script errors: `ErrorKind` in `rust/src/error.rs`.
abstract final class _Kind {
  static const syntax = 1;
  static const runtime = 2;
  static const timeLimit = 3;
  static const cancelled = 4;
  static const conversion = 6;
  static const limit = 7;
}

// What stands for the id of a Dart error in errors that the native side made:
// `FFI_ERROR` and so on in `rust/src/functions.rs`.
const _ffiError = -1;
const _channelClosed = -2;
const _conversionError = -3;

/// The most characters of one Dart stack trace in an error's text, and of all of
/// it. An error that passes through many nested scripts collects a trace in each,
/// and those of Dart get longer by all that is below.
const _maxDartTrace = 1 << 14;
const _maxTrace = 1 << 16;

/// Cuts a text after the last line that ends within [max] characters.
String _shorten(String text, int max) {
  if (text.length <= max) return text;
  final end = text.lastIndexOf('\n', max);
  return '${text.substring(0, end < 0 ? max : end)}\n…';
}

/// What code of the error's class says, or [otherwise] if that fails.
String _textOf(String Function() text, String otherwise) {
  try {
    return text();
  } catch (_) {
    return otherwise;
  }
}

/// The errors of Dart functions that one script may still hold: it can catch
/// an error, keep it and throw it again.
final class DartErrors {
  /// Makes an empty collection. Scripts see stack traces only with
  /// [exposeStackTraces].
  DartErrors({required this.exposeStackTraces});

  /// Whether scripts see stack traces.
  final bool exposeStackTraces;

  /// The most that are kept; of an older one the script keeps the description,
  /// but its caller does not get the object itself.
  static const _capacity = 1000;

  final LinkedHashMap<int, DartError> _byId = LinkedHashMap();
  int _lastId = 0;

  /// Keeps an error of [function] and describes it as the native side wants it: `[id,
  /// type, message, stack trace]`, and what else the script is to find in it, a Map.
  List<Object?> describe(Object error, StackTrace stackTrace, String function) {
    final id = ++_lastId;
    final trace = _textOf(
      () => _shorten('$stackTrace'.trimRight(), _maxDartTrace),
      '',
    );
    final description = [
      id,
      _textOf(() => _typeName(error), 'Object'),
      _textOf(() => _message(error), 'an error that cannot describe itself'),
      exposeStackTraces ? trace : '',
      if (error case RhaiConversionError(
        :final path,
        :final problem,
        :final hint,
      ))
        {'path': path, 'problem': problem, 'hint': hint},
    ];
    _byId[id] = (error: error, trace: trace, function: function);
    if (_byId.length > _capacity) _byId.remove(_byId.keys.first);
    return description;
  }

  /// The error with an id, if it is still kept.
  DartError? operator [](int id) => _byId[id];
}

/// What a Dart function threw, the stack trace, and the function's name.
typedef DartError = ({Object error, String trace, String function});

/// The name by which a script knows the type of a Dart error.
String _typeName(Object error) {
  if (error is RhaiTimeoutError && error.functionName != null) return 'timeout';
  if (error is RhaiChannelClosedError) return 'channel_closed';
  if (error is ArgumentMismatch) return 'TypeError';
  // Dart's own classes are often private ones behind a public name:
  // `_TypeError`, `_Exception`.
  final name = error.runtimeType.toString();
  return name.startsWith('_') ? name.substring(1) : name;
}

String _message(Object error) => switch (error) {
  final RhaiException error => error.message,
  final String error => error,
  _ => error.toString(),
};

/// Throws the error that the native side describes: the fields that
/// `ScriptError::write` in `rust/src/error.rs` lists.
Never throwScriptError(List<Object?> fields, DartErrors? dartErrors) {
  final [kind, message as String, line as int, column as int, ...more] = fields;
  final [calls as List, dartErrorId as int, thrown, ...detail] = more;
  final [number as int, value as int, text as String] = detail;
  final lineNumber = knownOrNull(line);
  final columnNumber = knownOrNull(column);
  final callStack = List<RhaiStackFrame>.unmodifiable(calls.map(_stackFrame));
  switch (kind) {
    case _Kind.syntax:
      throw RhaiSyntaxError(
        message,
        lineNumber: lineNumber,
        columnNumber: columnNumber,
        callStack: callStack,
        sourceLine: text.isEmpty ? null : text,
        caret: text.isEmpty ? null : knownOrNull(number),
      );
    case _Kind.limit:
      throw RhaiLimitError(
        message,
        limit: RhaiLimit.values[number],
        value: value,
        lineNumber: lineNumber,
        columnNumber: columnNumber,
        callStack: callStack,
      );
    case _Kind.timeLimit:
      throw RhaiTimeoutError(
        message,
        timeout: Duration(microseconds: value),
        lineNumber: lineNumber,
        columnNumber: columnNumber,
        callStack: callStack,
      );
    case _Kind.cancelled:
      throw RhaiCancelledError(message);
    case _Kind.conversion:
      throw _conversionErrorOf(thrown, message);
    case _Kind.runtime:
      final dartError = dartErrors?[dartErrorId];
      final error = dartError?.error;
      if (error is RhaiTimeoutError && error.lineNumber == null) {
        throw RhaiTimeoutError(
          error.message,
          functionName: error.functionName,
          timeout: error.timeout,
          lineNumber: lineNumber,
          columnNumber: columnNumber,
          callStack: callStack,
        );
      }
      if (error is RhaiChannelClosedError) throw error;
      if (dartErrorId == _channelClosed && thrown is Map) {
        throw RhaiChannelClosedError(message);
      }
      // The native side knows what the script calls a function that is a value.
      final name = switch (dartError?.function) {
        RegisteredFunction.unnamed when text.isNotEmpty => text,
        final function => function ?? text,
      };
      throw RhaiRuntimeError(
        switch (error) {
          ArgumentMismatch() => error.messageFor(name),
          // It does not know what a Dart object says.
          _ when message.isEmpty && thrown is! String && thrown != null =>
            _textOf(() => _message(thrown), 'a Dart object'),
          _ => message,
        },
        lineNumber: lineNumber,
        columnNumber: columnNumber,
        callStack: callStack,
        kind: switch (dartError?.error) {
          null => RhaiRuntimeErrorKind.values[number],
          // The function was not called.
          ArgumentMismatch() => RhaiRuntimeErrorKind.typeMismatch,
          _ => RhaiRuntimeErrorKind.dartFunction,
        },
        name: name,
        stackTrace: _shorten(
          [
            if (error is RhaiRuntimeError) error.stackTrace,
            ?dartError?.trace,
            callStack.join('\n'),
          ].where((part) => part.isNotEmpty).join('\n'),
          _maxTrace,
        ),
        // Through nested scripts, the first cause.
        cause: switch (error) {
          RhaiRuntimeError(:final cause?) => cause,
          ArgumentMismatch() => null,
          null when dartErrorId == _ffiError => RhaiFFIError(message),
          null when dartErrorId == _conversionError => _conversionErrorOf(
            thrown,
            message,
          ),
          _ => error ?? thrown,
        },
      );
    default:
      throw RhaiFFIError(message);
  }
}

RhaiStackFrame _stackFrame(Object? call) {
  final [function as String, source as String, line as int, column as int] =
      call! as List<Object?>;
  return RhaiStackFrame(
    function,
    source: source,
    position: positionOf(line, column),
  );
}

/// The error that `describe_conversion_error` in `rust/src/functions.rs` describes.
RhaiException _conversionErrorOf(Object? description, String message) =>
    switch (description) {
      {
        'path': final String path,
        'problem': final String problem,
        'hint': final String hint,
      } =>
        RhaiConversionError(path, problem, hint: hint),
      _ => RhaiFFIError(message),
    };
