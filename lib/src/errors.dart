/// @docImport 'engine.dart';
library;

import 'engine_config.dart';
import 'rhai_stack_frame.dart';

/// A failure of a script, or of running it.
///
/// Misuse of the API itself is an [Error] ([ArgumentError], [StateError]).
sealed class RhaiException implements Exception {
  /// Creates an exception.
  const RhaiException(this.message);

  /// A description for people. In parentheses it says what to do about it, if that is
  /// known.
  final String message;

  String get _name;

  @override
  String toString() => '$_name: $message';
}

/// An error with a place in the script.
sealed class RhaiScriptError extends RhaiException {
  /// Creates the error for a place in a script.
  const RhaiScriptError(
    super.message, {
    this.lineNumber,
    this.columnNumber,
    this.callStack = const [],
  });

  /// The line of the error, from 1, if it is known.
  final int? lineNumber;

  /// The column of the error in characters, from 1, if it is known.
  final int? columnNumber;

  /// The script's calls that had not returned, innermost first; the last one is the
  /// script itself. Empty for a script that did not start to run.
  final List<RhaiStackFrame> callStack;

  @override
  String toString() {
    final head = super.toString();
    if (lineNumber == null) return head;
    return columnNumber == null
        ? '$head (line $lineNumber)'
        : '$head (line $lineNumber, position $columnNumber)';
  }
}

/// A script, or a module that it imports, that is not valid Rhai.
final class RhaiSyntaxError extends RhaiScriptError {
  /// Creates the error for a place in a script.
  const RhaiSyntaxError(
    super.message, {
    super.lineNumber,
    super.columnNumber,
    super.callStack,
    this.sourceLine,
    this.caret,
  });

  /// The line that is not valid, if it is one of the script itself.
  ///
  /// Of a long line, it is the 120 characters around the place, with an ellipsis where the
  /// line goes on.
  final String? sourceLine;

  /// The place in [sourceLine], in characters from 1, if it is known.
  final int? caret;

  @override
  String get _name => 'RhaiSyntaxError';

  /// The message with its place, and below it the line with a caret at the place.
  @override
  String toString() {
    final line = sourceLine;
    if (line == null) return super.toString();
    final caret = this.caret;
    if (caret == null) return '${super.toString()}\n$line';
    // A tab is as wide as the one above it.
    final indent = line.runes
        .take(caret - 1)
        .map((rune) => rune == 0x09 ? '\t' : ' ')
        .join();
    return '${super.toString()}\n$line\n$indent^';
  }
}

/// Kinds of [RhaiRuntimeError]s.
enum RhaiRuntimeErrorKind {
  // In the order of `RuntimeErrorKind` in wire/protocol.dart.

  /// The script threw something, or a function of Rhai's failed.
  thrown,

  /// A Dart function failed.
  dartFunction,

  /// There is no such function, or none with such arguments.
  functionNotFound,

  /// There is no such variable.
  variableNotFound,

  /// A value has no such property.
  propertyNotFound,

  /// An index is out of bounds.
  indexOutOfBounds,

  /// A value has another type than the needed one.
  typeMismatch,

  /// `this` is used where there is none.
  unboundThis,

  /// A `for` goes over something without items.
  notIterable,

  /// A constant would be changed.
  constantChanged,

  /// A value is used while it is being changed.
  dataRace,

  /// A number is too large, or divided by 0.
  arithmetic,

  /// There is no such module.
  moduleNotFound,

  /// A `break` or the like is where it means nothing.
  misplaced,

  /// More scripts wait than the system has stacks for.
  tooManyScripts,

  /// Something else.
  other,

  /// A module imports itself, perhaps through others.
  importCycle,
}

/// A script that failed while it ran: it threw, called a function that does not
/// exist, or a Dart function it called failed.
final class RhaiRuntimeError extends RhaiScriptError {
  /// Creates the error for a place in a script.
  const RhaiRuntimeError(
    super.message, {
    super.lineNumber,
    super.columnNumber,
    super.callStack,
    this.kind = RhaiRuntimeErrorKind.other,
    this.name = '',
    this.stackTrace = '',
    this.cause,
  });

  /// The kind of failure.
  final RhaiRuntimeErrorKind kind;

  /// The function, variable, property or module that it is about, or nothing. That is the
  /// Dart function that failed, or the variable that does not exist.
  final String name;

  /// The [callStack], a line each; if a Dart function failed, its stack trace comes
  /// before it.
  final String stackTrace;

  /// The object that a Dart function threw, or else the value that the script threw, or
  /// null.
  final Object? cause;

  @override
  String get _name => 'RhaiRuntimeError';

  @override
  String toString() => stackTrace.isEmpty
      ? super.toString()
      : '${super.toString()}\n$stackTrace';
}

/// A script that broke a limit of its [RhaiConfig]. It could not catch this error.
final class RhaiLimitError extends RhaiScriptError {
  /// Creates the error for a place in a script.
  const RhaiLimitError(
    super.message, {
    required this.limit,
    required this.value,
    super.lineNumber,
    super.columnNumber,
    super.callStack,
  });

  /// The limit that was broken.
  final RhaiLimit limit;

  /// The value of the limit, in its unit.
  final int value;

  @override
  String get _name => 'RhaiLimitError';
}

/// A script that ran too long, or waited too long for a Dart function.
final class RhaiTimeoutError extends RhaiScriptError {
  /// Creates the error for a place in a script.
  const RhaiTimeoutError(
    super.message, {
    this.functionName,
    this.timeout,
    super.lineNumber,
    super.columnNumber,
    super.callStack,
  });

  /// The Dart function that did not complete in time; null if the script itself
  /// took too long.
  final String? functionName;

  /// The time that was allowed.
  final Duration? timeout;

  @override
  String get _name => 'RhaiTimeoutError';
}

/// A script that was cancelled, because its engine was disposed.
final class RhaiCancelledError extends RhaiException {
  /// Creates the error.
  const RhaiCancelledError([super.message = 'the engine was disposed']);

  @override
  String get _name => 'RhaiCancelledError';
}

/// A script that waits for a Future which can never complete.
final class RhaiChannelClosedError extends RhaiException {
  /// Creates the error.
  const RhaiChannelClosedError(super.message);

  @override
  String get _name => 'RhaiChannelClosedError';
}

/// A value that cannot cross between Dart and a script.
final class RhaiConversionError extends RhaiException {
  /// Creates the error for the value at [path].
  const RhaiConversionError(this.path, this.problem, {this.hint = ''})
    : super(hint == '' ? '$path: $problem' : '$path: $problem ($hint)');

  /// The way to the value: `args[1].user.avatar` is the entry `avatar` of the entry `user`
  /// of the second argument; `result` is the script's result.
  final String path;

  /// The problem with it.
  final String problem;

  /// A way to solve the problem, or nothing.
  final String hint;

  @override
  String get _name => 'RhaiConversionError';
}

/// A failure of the native side: a bug in this package.
final class RhaiFFIError extends RhaiException {
  /// Creates the error.
  const RhaiFFIError(super.message);

  @override
  String get _name => 'RhaiFFIError';
}
