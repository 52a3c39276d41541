/// Reads script errors, which the native side writes as arrays of [ErrorField]s.
library;

import '../errors.dart';
import '../parameters/member_error.dart';
import '../parameters/mismatch.dart';
import '../rhai_limit.dart';
import '../rhai_position.dart';
import '../rhai_stack_frame.dart';
import '../wire/protocol.dart';
import 'error_text.dart';
import 'place.dart';

/// An error of a Dart function, with its stack trace and the function's name.
typedef DartError = ({Object error, String trace, String function});

/// The name of a Dart function that is a value, as far as Dart knows.
const unnamedFunction = 'the Dart function';

/// The most characters of a stack trace. It may contain those of many Dart functions.
const _maxTrace = 1 << 16;

/// Throws the error that [fields] describe.
///
/// Its Dart error, if it has one, is found by its id with [find].
Never throwScriptError(List<Object?> fields, DartError? Function(int id) find) {
  final record = _ErrorRecord(fields);
  throw switch (record.kind) {
    ErrorKind.syntax => record.syntaxError(),
    ErrorKind.limit => record.limitError(),
    ErrorKind.timeLimit => record.timeoutError(),
    ErrorKind.cancelled => RhaiCancelledError(record.message),
    ErrorKind.conversion => record.conversionError(),
    ErrorKind.runtime => record.runtimeError(find(record.dartErrorId)),
    _ => RhaiFFIError(record.message),
  };
}

/// The fields of an error.
final class _ErrorRecord {
  _ErrorRecord(List<Object?> fields)
    : kind = fields[ErrorField.kind]! as int,
      message = fields[ErrorField.message]! as String,
      position = positionOrNull(
        fields[ErrorField.line]! as int,
        fields[ErrorField.column]! as int,
      ),
      callStack = List.unmodifiable(
        (fields[ErrorField.calls]! as List<Object?>).map(_stackFrame),
      ),
      dartErrorId = fields[ErrorField.dartErrorId]! as int,
      thrown = fields[ErrorField.thrown],
      number = fields[ErrorField.number]! as int,
      value = fields[ErrorField.value]! as int,
      text = fields[ErrorField.text]! as String;

  final int kind;
  final String message;
  final RhaiPosition? position;
  final List<RhaiStackFrame> callStack;
  final int dartErrorId;
  final Object? thrown;
  final int number;
  final int value;
  final String text;

  RhaiSyntaxError syntaxError() => RhaiSyntaxError(
    message,
    position: position,
    callStack: callStack,
    sourceLine: text.isEmpty ? null : text,
    caret: text.isEmpty ? null : knownOrNull(number),
  );

  RhaiLimitError limitError() => RhaiLimitError(
    message,
    limit: RhaiLimit.values[number],
    value: value,
    position: position,
    callStack: callStack,
  );

  RhaiTimeoutError timeoutError() => RhaiTimeoutError(
    message,
    timeout: Duration(microseconds: value),
    position: position,
    callStack: callStack,
  );

  RhaiException conversionError() => switch (thrown) {
    {
      ConversionKey.path: final String path,
      ConversionKey.problem: final String problem,
      ConversionKey.hint: final String hint,
    } =>
      RhaiConversionError(path, problem, hint: hint),
    _ => RhaiFFIError(message),
  };

  /// The error of a script that failed because of [dartError], or by itself.
  RhaiException runtimeError(DartError? dartError) {
    final error = dartError?.error;
    if (error is RhaiTimeoutError && error.position == null) {
      return _withPlace(error);
    }
    if (error is RhaiChannelClosedError && error.position != null) return error;
    if (error is RhaiChannelClosedError ||
        dartErrorId == DartErrorId.channelClosed && thrown is Map) {
      return RhaiChannelClosedError(
        message,
        position: position,
        callStack: callStack,
      );
    }
    final name = _nameOf(dartError);
    return RhaiRuntimeError(
      _messageOf(error, name),
      position: position,
      callStack: callStack,
      kind: switch (error) {
        null => RhaiRuntimeErrorKind.values[number],
        // The function was not called.
        ArgumentMismatch() => RhaiRuntimeErrorKind.typeMismatch,
        MemberError(:final kind) => kind,
        _ => RhaiRuntimeErrorKind.dartFunction,
      },
      name: name,
      cause: _causeOf(error),
      dartStackTrace: _traceOf(dartError),
    );
  }

  /// The trace of a Dart error, behind those of the script that it is from.
  StackTrace? _traceOf(DartError? dartError) {
    if (dartError == null) return null;
    final parts = [
      if (dartError.error case RhaiRuntimeError(
        :final dartStackTrace,
        :final callStack,
      )) ...[
        ?dartStackTrace,
        ...callStack,
      ],
      if (dartError.trace.isNotEmpty) dartError.trace,
    ];
    return parts.isEmpty
        ? null
        : StackTrace.fromString(shorten(parts.join('\n'), _maxTrace));
  }

  RhaiTimeoutError _withPlace(RhaiTimeoutError error) => RhaiTimeoutError(
    message,
    functionName: error.functionName,
    timeout: error.timeout,
    position: position,
    callStack: callStack,
  );

  String _nameOf(DartError? dartError) => switch (dartError?.function) {
    // The native side knows what the script calls a function that is a value.
    unnamedFunction when text.isNotEmpty => text,
    final function => function ?? text,
  };

  String _messageOf(Object? error, String name) {
    if (error is ArgumentMismatch) return error.messageFor(name);
    final thrown = this.thrown;
    // The native side does not know the text of a Dart object.
    return message.isEmpty && thrown is! String && thrown != null
        ? textOf(() => messageOf(thrown), 'a Dart object')
        : message;
  }

  /// The cause of an error. Through nested scripts, it is the first one.
  Object? _causeOf(Object? error) => switch (error) {
    RhaiRuntimeError(:final cause?) => cause,
    ArgumentMismatch() || MemberError() => null,
    null when dartErrorId == DartErrorId.ffiError => RhaiFFIError(message),
    null when dartErrorId == DartErrorId.conversionError => conversionError(),
    _ => error ?? thrown,
  };
}

RhaiStackFrame _stackFrame(Object? call) {
  final fields = call! as List<Object?>;
  return RhaiStackFrame(
    fields[CallField.function]! as String,
    source: fields[CallField.source]! as String,
    position: positionOf(
      fields[CallField.line]! as int,
      fields[CallField.column]! as int,
    ),
  );
}
