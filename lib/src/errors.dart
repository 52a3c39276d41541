/// What can go wrong when a script runs.
///
/// Misuse of the API itself is an [Error] ([ArgumentError], [StateError]).
sealed class RhaiException implements Exception {
  /// What went wrong, for people.
  String get message;
}

/// A script that is not valid Rhai.
final class RhaiSyntaxError implements RhaiException {
  /// Creates the error for a place in a script.
  const RhaiSyntaxError(this.message, {this.lineNumber, this.columnNumber});

  @override
  final String message;

  /// The line of the error, from 1, if it is known.
  final int? lineNumber;

  /// The column of the error in characters, from 1, if it is known.
  final int? columnNumber;

  @override
  String toString() =>
      'RhaiSyntaxError: $message${_at(lineNumber, columnNumber)}';
}

/// A script that failed while it ran: it threw, broke a limit, called a
/// function that does not exist, or a Dart function it called failed.
final class RhaiRuntimeError implements RhaiException {
  /// Creates the error for a place in a script.
  const RhaiRuntimeError(
    this.message, {
    this.lineNumber,
    this.columnNumber,
    this.stackTrace = '',
    this.cause,
  });

  @override
  final String message;

  /// The line of the error, from 1, if it is known.
  final int? lineNumber;

  /// The column of the error in characters, from 1, if it is known.
  final int? columnNumber;

  /// The script's calls, innermost first, a line each; if a Dart function
  /// failed, its stack trace comes before them.
  final String stackTrace;

  /// What a Dart function threw (the identical object), or else the value that
  /// the script threw, or null.
  final Object? cause;

  @override
  String toString() {
    final head = 'RhaiRuntimeError: $message${_at(lineNumber, columnNumber)}';
    return stackTrace.isEmpty ? head : '$head\n$stackTrace';
  }
}

/// A script that ran too long, or waited too long for a Dart function.
final class RhaiTimeoutError implements RhaiException {
  /// Creates the error for a place in a script.
  const RhaiTimeoutError(
    this.message, {
    this.functionName,
    this.timeout,
    this.lineNumber,
    this.columnNumber,
  });

  @override
  final String message;

  /// The Dart function that did not complete in time; null if the script itself
  /// ran too long.
  final String? functionName;

  /// The time that was allowed.
  final Duration? timeout;

  /// The line of the call, or where the script was stopped, from 1.
  final int? lineNumber;

  /// The column of that place in characters, from 1.
  final int? columnNumber;

  @override
  String toString() =>
      'RhaiTimeoutError: $message${_at(lineNumber, columnNumber)}';
}

/// A script that was cancelled, because its engine was disposed.
final class RhaiCancelledError implements RhaiException {
  /// Creates the error.
  const RhaiCancelledError([this.message = 'the engine was disposed']);

  @override
  final String message;

  @override
  String toString() => 'RhaiCancelledError: $message';
}

/// A script that waits for a Future which can never complete.
final class RhaiChannelClosedError implements RhaiException {
  /// Creates the error.
  const RhaiChannelClosedError(this.message);

  @override
  final String message;

  @override
  String toString() => 'RhaiChannelClosedError: $message';
}

/// A value that cannot cross between Dart and a script.
final class RhaiConversionError implements RhaiException {
  /// Creates the error for the value at [path].
  const RhaiConversionError(this.path, this.problem, {this.hint = ''});

  /// Where the value is: `args[1].user.avatar` is the entry `avatar` of the entry
  /// `user` of the second argument; `result` is what the script ended with.
  final String path;

  /// What is wrong with it.
  final String problem;

  /// What to do about it.
  final String hint;

  @override
  String get message =>
      hint.isEmpty ? '$path: $problem' : '$path: $problem ($hint)';

  @override
  String toString() => 'RhaiConversionError: $message';
}

/// A failure of the native side: a bug in this package.
final class RhaiFFIError implements RhaiException {
  /// Creates the error.
  const RhaiFFIError(this.message);

  @override
  final String message;

  @override
  String toString() => 'RhaiFFIError: $message';
}

String _at(int? line, int? column) {
  if (line == null) return '';
  return column == null ? ' (line $line)' : ' (line $line, position $column)';
}
