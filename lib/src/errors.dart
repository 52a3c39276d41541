/// @docImport 'engine.dart';
library;

import 'rhai_limit.dart';
import 'rhai_position.dart';
import 'rhai_stack_frame.dart';

/// A failure of a script, or of running it.
///
/// A script that does not start ends with a [RhaiSyntaxError], and so does one that
/// imports a module which is not valid. One whose value cannot cross ends with a
/// [RhaiConversionError]. Any other that fails while it runs ends with a
/// [RhaiRuntimeError], of which some have a type of their own: [RhaiLimitError],
/// [RhaiTimeoutError], [RhaiCancelledError] and [RhaiChannelClosedError]. So
/// `on RhaiRuntimeError` catches all of these. The first clause that fits counts: write those
/// types before it, in `on` clauses as in the cases of a `switch`.
///
/// Misuse of the API itself is an [Error] ([ArgumentError], [StateError]).
sealed class RhaiException implements Exception {
  /// Creates an exception.
  const RhaiException(this.message, {this.position});

  /// A description for people. In parentheses it says what to do about it, if that is
  /// known.
  final String message;

  /// The place in the script, or null if there is none or it is not known.
  final RhaiPosition? position;

  String get _name;

  @override
  String toString() =>
      position == null ? '$_name: $message' : '$_name: $message ($position)';
}

/// An error of a script: it is not valid, or it failed while it ran.
sealed class RhaiScriptError extends RhaiException {
  /// Creates the error for a place in a script.
  const RhaiScriptError(
    super.message, {
    super.position,
    this.callStack = const [],
  });

  /// The script's calls that had not returned, innermost first; the last one is the
  /// script itself. Empty for a script that did not start to run.
  final List<RhaiStackFrame> callStack;

  /// The line of the [position].
  @Deprecated('Use position')
  int? get lineNumber => position?.line;

  /// The column of the [position].
  @Deprecated('Use position')
  int? get columnNumber => position?.column;
}

/// A script, or a module that it imports, that is not valid Rhai.
final class RhaiSyntaxError extends RhaiScriptError {
  /// Creates the error for a place in a script.
  const RhaiSyntaxError(
    super.message, {
    super.position,
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

  /// Something else. It is also the kind of errors that have a type of their own, such as
  /// [RhaiLimitError].
  other,

  /// A module imports itself, perhaps through others.
  importCycle,
}

/// A script that failed while it ran: it threw, called a function that does not exist, a
/// Dart function that it called failed, or it was stopped.
///
/// Those with a type of their own are subclasses; see [RhaiException].
final class RhaiRuntimeError extends RhaiScriptError {
  /// Creates the error for a place in a script.
  const RhaiRuntimeError(
    super.message, {
    super.position,
    super.callStack,
    this.kind = RhaiRuntimeErrorKind.other,
    this.name = '',
    this.cause,
    this.dartStackTrace,
  });

  /// The kind of failure.
  final RhaiRuntimeErrorKind kind;

  /// The function, variable, property or module that it is about, or nothing. That is the
  /// Dart function that failed, or the variable that does not exist.
  final String name;

  /// The object that a Dart function threw, or else the value that the script threw, or
  /// null.
  final Object? cause;

  /// The stack trace of the Dart function that failed, or null if none did. If the function
  /// ran a script that failed, it begins with the calls of that.
  ///
  /// It is made of its text. Of a long one, some thousand characters are kept.
  final StackTrace? dartStackTrace;

  /// The [callStack], a line each; if a Dart function failed, the [dartStackTrace] comes
  /// before it.
  @Deprecated('Use dartStackTrace and callStack')
  String get stackTrace => _traces;

  String get _traces => [?dartStackTrace, ...callStack].join('\n');

  @override
  String get _name => 'RhaiRuntimeError';

  /// The message with its place, and below it the [dartStackTrace] and the [callStack].
  @override
  String toString() {
    final head = super.toString();
    final traces = _printedTraces;
    return traces.isEmpty ? head : '$head\n$traces';
  }

  /// The traces that [toString] prints.
  String get _printedTraces => _traces;
}

/// A script that broke a limit of its [RhaiConfig]. It could not catch this error.
final class RhaiLimitError extends RhaiRuntimeError {
  /// Creates the error for a place in a script.
  const RhaiLimitError(
    super.message, {
    required this.limit,
    required this.value,
    super.position,
    super.callStack,
  });

  /// The limit that was broken.
  final RhaiLimit limit;

  /// The value of the limit, in its unit.
  final int value;

  @override
  String get _name => 'RhaiLimitError';

  @override
  String get _printedTraces => '';
}

/// A script that ran too long, or waited too long for a Dart function.
final class RhaiTimeoutError extends RhaiRuntimeError {
  /// Creates the error for a place in a script.
  const RhaiTimeoutError(
    super.message, {
    this.functionName,
    this.timeout,
    super.position,
    super.callStack,
  }) : super(name: functionName ?? '');

  /// The Dart function that did not complete in time; null if the script itself
  /// took too long.
  final String? functionName;

  /// The time that was allowed.
  final Duration? timeout;

  @override
  String get _name => 'RhaiTimeoutError';

  @override
  String get _printedTraces => '';
}

/// A script that was cancelled: its engine was disposed, or it would have had to wait in
/// [RhaiEngine.evalSync] or a like method.
final class RhaiCancelledError extends RhaiRuntimeError {
  /// Creates the error.
  const RhaiCancelledError([super.message = 'the engine was disposed']);

  @override
  String get _name => 'RhaiCancelledError';

  @override
  String get _printedTraces => '';
}

/// A script that waits for a Future which can never complete.
final class RhaiChannelClosedError extends RhaiRuntimeError {
  /// Creates the error for a place in a script.
  const RhaiChannelClosedError(
    super.message, {
    super.position,
    super.callStack,
  });

  @override
  String get _name => 'RhaiChannelClosedError';

  @override
  String get _printedTraces => '';
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
