/// A mistake of whoever calls the command.
final class UsageError implements Exception {
  /// Creates the error with a sentence that says what to do.
  const UsageError(this.message);

  /// The sentence.
  final String message;

  @override
  String toString() => message;
}

/// Exit codes of the command.
abstract final class ExitCode {
  /// All went well.
  static const success = 0;

  /// A script failed, or is not valid.
  static const scriptError = 1;

  /// The command was called in a wrong way, a file could not be read, or the output could not be
  /// written.
  static const wrongUsage = 2;
}
