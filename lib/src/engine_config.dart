import 'engine.dart';

/// What limits the scripts of a [RhaiEngine], and what they may not do.
///
/// Wherever a number is 0, there is no limit.
final class RhaiConfig {
  /// Creates a configuration; what is left out is as in
  /// [RhaiConfig.secureDefaults].
  ///
  /// Throws an [ArgumentError] if a number is negative or [asyncTimeout] is
  /// shorter than a millisecond.
  factory RhaiConfig.custom({
    int? maxOperations,
    int? maxStackDepth,
    int? maxStringLength,
    int? timeoutMs,
    Duration? asyncTimeout,
    bool? disableFileIo,
    bool? disableEval,
    bool? disableModules,
  }) => RhaiConfig._(
    maxOperations: _limit(maxOperations ?? 1000000, 'maxOperations'),
    maxStackDepth: _limit(maxStackDepth ?? 100, 'maxStackDepth'),
    maxStringLength: _limit(
      maxStringLength ?? 10 * 1024 * 1024,
      'maxStringLength',
    ),
    timeoutMs: _limit(timeoutMs ?? 5000, 'timeoutMs'),
    asyncTimeout: _timeout(asyncTimeout ?? const Duration(seconds: 30)),
    disableFileIo: disableFileIo ?? true,
    disableEval: disableEval ?? true,
    disableModules: disableModules ?? true,
  );

  /// Limits under which a stranger's script cannot do harm: 1,000,000
  /// operations, 100 nested calls, strings of 10 MiB, 5 seconds of running and
  /// 30 seconds of waiting for one Dart function; no files, no `eval`, no
  /// modules.
  factory RhaiConfig.secureDefaults() => RhaiConfig.custom();

  /// No limits and nothing disabled, for scripts you trust as your own code.
  ///
  /// What remains: nesting that would overflow the script's native stack is an
  /// error, and waiting for one Dart function ends after [maxAsyncTimeout].
  factory RhaiConfig.unlimited() => RhaiConfig.custom(
    maxOperations: 0,
    maxStackDepth: 0,
    maxStringLength: 0,
    timeoutMs: 0,
    asyncTimeout: maxAsyncTimeout,
    disableFileIo: false,
    disableEval: false,
    disableModules: false,
  );

  const RhaiConfig._({
    required this.maxOperations,
    required this.maxStackDepth,
    required this.maxStringLength,
    required this.timeoutMs,
    required this.asyncTimeout,
    required this.disableFileIo,
    required this.disableEval,
    required this.disableModules,
  });

  /// The longest [asyncTimeout]: 365 days.
  static const maxAsyncTimeout = Duration(days: 365);

  /// Operations that one execution may run: roughly one per expression or
  /// statement. One more is a `RhaiRuntimeError`.
  final int maxOperations;

  /// Script functions and closures that may be nested in calls; a closure that
  /// a function of Rhai's calls, such as `map`, counts twice. One more is a
  /// `RhaiRuntimeError`. As many Dart functions may be nested that run scripts
  /// which call Dart functions again.
  final int maxStackDepth;

  /// Bytes of UTF-8 that a string may have, or all strings of one array or
  /// object map together. One more is a `RhaiRuntimeError`.
  ///
  /// Unless it is 0, arrays are limited to 10,485,760 elements, blobs to as many
  /// bytes, and object maps to 1,048,576 entries, with those of nested ones.
  final int maxStringLength;

  /// Milliseconds of wall-clock time that one execution may run. The time it
  /// waits for Futures does not count; the time of synchronous Dart functions
  /// it calls does. Longer is a `RhaiTimeoutError`.
  final int timeoutMs;

  /// How long a script may wait for the Future of one Dart function call, to
  /// the millisecond. After that the script gets an exception that it can
  /// catch, with the `type` `"timeout"`; if it does not, the result is a
  /// `RhaiTimeoutError`. All calls of an engine have the same timeout.
  final Duration asyncTimeout;

  /// Whether `import` cannot read files. (Scripts have no other way to files.)
  /// If false, and [disableModules] is false too, `import "name"` reads
  /// `name.rhai` relative to the current directory of the process.
  final bool disableFileIo;

  /// Whether `eval` is a syntax error.
  final bool disableEval;

  /// Whether `import` and `export` are syntax errors.
  final bool disableModules;
}

int _limit(int value, String name) {
  if (value < 0) {
    throw ArgumentError.value(
      value,
      name,
      'must be positive, or 0 for no limit',
    );
  }
  return value;
}

Duration _timeout(Duration value) {
  if (value.inMilliseconds < 1 || value > RhaiConfig.maxAsyncTimeout) {
    throw ArgumentError.value(
      value,
      'asyncTimeout',
      'must be a millisecond at least and 365 days at most',
    );
  }
  return value;
}
