import 'engine.dart';
import 'rhai_position.dart';

/// What limits the scripts of a [RhaiEngine], and what they may not do.
///
/// Wherever a number or a [Duration] is 0, there is no limit. A script that breaks a
/// limit ends with a `RhaiLimitError` (or `RhaiTimeoutError`), which it cannot
/// catch. The limits are those of one execution: each call of `eval`, or of a
/// function that a script gave to Dart, starts anew.
///
/// Two configurations are equal if all that they say is; callbacks are equal if they
/// are the same function.
final class RhaiConfig {
  /// Creates a configuration; what is left out is as in
  /// [RhaiConfig.secureDefaults].
  ///
  /// Throws an [ArgumentError] if a number is negative, [maxExpressionDepth] is more
  /// than [mostExpressionDepth], or a [Duration] is longer than [maxAsyncTimeout], or
  /// shorter than a millisecond and not zero. What the sets name is checked when an engine is
  /// made.
  factory RhaiConfig.custom({
    int? maxOperations,
    int? maxStackDepth,
    int? maxExpressionDepth,
    int? maxStringLength,
    int? maxArraySize,
    int? maxMapSize,
    int? maxVariables,
    int? maxFunctions,
    int? maxModules,
    int? maxMemory,
    int? maxOutputLength,
    int? scriptCacheSize,
    int? timeoutMs,
    Duration? totalTimeout,
    Duration? asyncTimeout,
    bool? disableFileIo,
    bool? disableEval,
    bool? disableModules,
    bool? exposeStackTraces,
    Set<String>? disabledSymbols,
    Set<String>? allowedFunctions,
    Set<String>? deniedFunctions,
    void Function(String text)? onPrint,
    void Function(String text, RhaiPosition position)? onDebug,
  }) => _secure.copyWith(
    maxOperations: maxOperations,
    maxStackDepth: maxStackDepth,
    maxExpressionDepth: maxExpressionDepth,
    maxStringLength: maxStringLength,
    maxArraySize: maxArraySize,
    maxMapSize: maxMapSize,
    maxVariables: maxVariables,
    maxFunctions: maxFunctions,
    maxModules: maxModules,
    maxMemory: maxMemory,
    maxOutputLength: maxOutputLength,
    scriptCacheSize: scriptCacheSize,
    timeoutMs: timeoutMs,
    totalTimeout: totalTimeout,
    asyncTimeout: asyncTimeout,
    disableFileIo: disableFileIo,
    disableEval: disableEval,
    disableModules: disableModules,
    exposeStackTraces: exposeStackTraces,
    disabledSymbols: disabledSymbols,
    allowedFunctions: allowedFunctions,
    deniedFunctions: deniedFunctions,
    onPrint: onPrint,
    onDebug: onDebug,
  );

  /// Limits under which a stranger's script cannot do harm: 1,000,000 operations,
  /// 5 seconds of running and 10 minutes with all waiting, 30 seconds of waiting for
  /// one Dart function, 128 MiB of memory, 100 nested calls, strings of 10 MiB,
  /// 1 MiB of output; no files, no `eval`, no modules, no Dart stack traces.
  ///
  /// `docs/SECURITY.md` says what that guarantees.
  factory RhaiConfig.secureDefaults() => _secure;

  /// No limits and nothing disabled, for scripts you trust as your own code.
  ///
  /// What remains keeps the process alive: nesting that would overflow the script's
  /// native stack is an error, so are expressions of more than [mostExpressionDepth]
  /// levels, and so is running out of memory if the system says so.
  factory RhaiConfig.unlimited() => _unlimited;

  const RhaiConfig._({
    required this.maxOperations,
    required this.maxStackDepth,
    required this.maxExpressionDepth,
    required this.maxStringLength,
    required this.maxArraySize,
    required this.maxMapSize,
    required this.maxVariables,
    required this.maxFunctions,
    required this.maxModules,
    required this.maxMemory,
    required this.maxOutputLength,
    required this.scriptCacheSize,
    required this.timeoutMs,
    required this.totalTimeout,
    required this.asyncTimeout,
    required this.disableFileIo,
    required this.disableEval,
    required this.disableModules,
    required this.exposeStackTraces,
    this.disabledSymbols = const {},
    this.allowedFunctions,
    this.deniedFunctions = const {},
    this.onPrint,
    this.onDebug,
  });

  static const _secure = RhaiConfig._(
    maxOperations: 1000000,
    maxStackDepth: 100,
    maxExpressionDepth: 64,
    maxStringLength: 10 * 1024 * 1024,
    maxArraySize: 10 * 1024 * 1024,
    maxMapSize: 1024 * 1024,
    maxVariables: 10000,
    maxFunctions: 10000,
    maxModules: 100,
    maxMemory: 128 * 1024 * 1024,
    maxOutputLength: 1024 * 1024,
    scriptCacheSize: 16 * 1024 * 1024,
    timeoutMs: 5000,
    totalTimeout: Duration(minutes: 10),
    asyncTimeout: Duration(seconds: 30),
    disableFileIo: true,
    disableEval: true,
    disableModules: true,
    exposeStackTraces: false,
  );

  static const _unlimited = RhaiConfig._(
    maxOperations: 0,
    maxStackDepth: 0,
    maxExpressionDepth: 0,
    maxStringLength: 0,
    maxArraySize: 0,
    maxMapSize: 0,
    maxVariables: 0,
    maxFunctions: 0,
    maxModules: 0,
    maxMemory: 0,
    maxOutputLength: 0,
    scriptCacheSize: 16 * 1024 * 1024,
    timeoutMs: 0,
    totalTimeout: Duration.zero,
    asyncTimeout: Duration.zero,
    disableFileIo: false,
    disableEval: false,
    disableModules: false,
    exposeStackTraces: true,
  );

  /// The longest [asyncTimeout] and [totalTimeout]: 365 days.
  static const maxAsyncTimeout = Duration(days: 365);

  /// The largest [maxExpressionDepth], and what 0 stands for there: the parser
  /// recurses on a stack of limited size.
  static const mostExpressionDepth = 256;

  /// Operations that one execution may run: roughly one per expression or
  /// statement.
  final int maxOperations;

  /// Script functions and closures that may be nested in calls; a closure that
  /// a function of Rhai's calls, such as `map`, counts twice. As many Dart
  /// functions may be nested that run scripts which call Dart functions again.
  final int maxStackDepth;

  /// Levels that expressions and blocks may be nested in each other; half as many
  /// inside a function. 0 is [mostExpressionDepth].
  final int maxExpressionDepth;

  /// Bytes of UTF-8 that a string may have.
  ///
  /// This, [maxArraySize] and [maxMapSize] are limits of one value each, which functions
  /// look at before they let it grow, in the same time however large it is. What
  /// operators make larger (`+=`, `m[k] = v`) is noticed when it is used next, or when it
  /// leaves the script. [maxMemory] bounds all values together.
  final int maxStringLength;

  /// Elements that an array may have; also bytes of a blob.
  final int maxArraySize;

  /// Entries that an object map may have.
  final int maxMapSize;

  /// Variables and constants that a script may declare, those of loops included,
  /// and variables that there may be at once where `eval` adds some.
  final int maxVariables;

  /// Functions and closures that a script may define.
  final int maxFunctions;

  /// Modules that one execution may import, in the script and in modules; each
  /// `import` that runs counts.
  final int maxModules;

  /// Bytes of memory that one execution may use at once, for its compiled code
  /// and all its values, as the C library's allocator counts them.
  ///
  /// It is exact: what would exceed it ends the script, and the memory it has is
  /// given back. Not included: stack (8 KiB for a script that waits; up to 400
  /// bytes for each level of nested data while it is copied or freed), and what a
  /// function that Dart keeps had kept from earlier executions.
  final int maxMemory;

  /// Bytes of UTF-8 that `print` and `debug` may write in one execution.
  final int maxOutputLength;

  /// Bytes of memory for compiled scripts that the engine keeps, so that the next `eval`
  /// of the same text need not compile it. Those used last stay. Unlike for limits, 0
  /// means that none is kept.
  final int scriptCacheSize;

  /// Milliseconds of wall-clock time that one execution may run. The time it
  /// waits for Futures does not count; the time of synchronous Dart functions
  /// it calls does, and so does what other scripts run for which it waits. Longer is a
  /// `RhaiTimeoutError`.
  final int timeoutMs;

  /// How long one execution may take in all, waiting included: from its start if it may
  /// let the event loop run, as with `evalAsync`, or else from when it first waits; to
  /// the millisecond. Longer is a `RhaiTimeoutError`.
  final Duration totalTimeout;

  /// How long a script may wait for the Future of one Dart function call, to
  /// the millisecond. After that the script gets an exception that it can
  /// catch, with the `type` `"timeout"`; if it does not, the result is a
  /// `RhaiTimeoutError`. All calls of an engine have the same timeout.
  ///
  /// [Duration.zero] is no limit: a script then waits as long as the Future takes, and
  /// does not keep a program from exiting.
  final Duration asyncTimeout;

  /// Whether `import` cannot read files. (Scripts have no other way to files.)
  /// If false, and [disableModules] is false too, `import "name"` reads
  /// `name.rhai` relative to the current directory of the process, or anywhere
  /// else that `name` leads to; in a module, relative to the module's folder.
  final bool disableFileIo;

  /// Whether `eval` is a syntax error.
  final bool disableEval;

  /// Whether `import` and `export` are syntax errors.
  final bool disableModules;

  /// Whether a script that catches the exception of a Dart function finds its Dart
  /// stack trace in `stack_trace`, which is empty otherwise. What Dart itself gets
  /// always has it.
  final bool exposeStackTraces;

  /// Keywords and operators of Rhai that are a syntax error, such as `while` or `**`;
  /// also `type_of`, `call` and the other functions that belong to the language.
  final Set<String> disabledSymbols;

  /// The functions and properties of Rhai that scripts may use, by their names; null
  /// for all. Operators, keywords and Dart functions are not concerned.
  final Set<String>? allowedFunctions;

  /// Functions and properties of Rhai that scripts may not use, by their names. To a
  /// script it is as if they did not exist; an error that it does not catch says that
  /// they are switched off here.
  final Set<String> deniedFunctions;

  /// What `print` does; Dart's [print] if null. If it returns a Future, the script
  /// waits for it; what it throws ends the script.
  final void Function(String text)? onPrint;

  /// What `debug` does, which gets its place in the script; if null, it writes both to
  /// standard error. As [onPrint], it may be asynchronous.
  final void Function(String text, RhaiPosition position)? onDebug;

  /// This configuration with other values; what is null stays as it is.
  ///
  /// Throws an [ArgumentError] as [RhaiConfig.custom] does.
  RhaiConfig copyWith({
    int? maxOperations,
    int? maxStackDepth,
    int? maxExpressionDepth,
    int? maxStringLength,
    int? maxArraySize,
    int? maxMapSize,
    int? maxVariables,
    int? maxFunctions,
    int? maxModules,
    int? maxMemory,
    int? maxOutputLength,
    int? scriptCacheSize,
    int? timeoutMs,
    Duration? totalTimeout,
    Duration? asyncTimeout,
    bool? disableFileIo,
    bool? disableEval,
    bool? disableModules,
    bool? exposeStackTraces,
    Set<String>? disabledSymbols,
    Set<String>? allowedFunctions,
    Set<String>? deniedFunctions,
    void Function(String text)? onPrint,
    void Function(String text, RhaiPosition position)? onDebug,
  }) {
    int limit(int? value, int otherwise, String name) {
      if (value != null && value < 0) {
        throw ArgumentError.value(
          value,
          name,
          'must be positive, or 0 for no limit',
        );
      }
      return value ?? otherwise;
    }

    return RhaiConfig._(
      maxOperations: limit(maxOperations, this.maxOperations, 'maxOperations'),
      maxStackDepth: limit(maxStackDepth, this.maxStackDepth, 'maxStackDepth'),
      maxExpressionDepth: _expressionDepth(
        limit(
          maxExpressionDepth,
          this.maxExpressionDepth,
          'maxExpressionDepth',
        ),
      ),
      maxStringLength: limit(
        maxStringLength,
        this.maxStringLength,
        'maxStringLength',
      ),
      maxArraySize: limit(maxArraySize, this.maxArraySize, 'maxArraySize'),
      maxMapSize: limit(maxMapSize, this.maxMapSize, 'maxMapSize'),
      maxVariables: limit(maxVariables, this.maxVariables, 'maxVariables'),
      maxFunctions: limit(maxFunctions, this.maxFunctions, 'maxFunctions'),
      maxModules: limit(maxModules, this.maxModules, 'maxModules'),
      maxMemory: limit(maxMemory, this.maxMemory, 'maxMemory'),
      maxOutputLength: limit(
        maxOutputLength,
        this.maxOutputLength,
        'maxOutputLength',
      ),
      scriptCacheSize: limit(
        scriptCacheSize,
        this.scriptCacheSize,
        'scriptCacheSize',
      ),
      timeoutMs: limit(timeoutMs, this.timeoutMs, 'timeoutMs'),
      totalTimeout: _timeout(totalTimeout ?? this.totalTimeout, 'totalTimeout'),
      asyncTimeout: _timeout(asyncTimeout ?? this.asyncTimeout, 'asyncTimeout'),
      disableFileIo: disableFileIo ?? this.disableFileIo,
      disableEval: disableEval ?? this.disableEval,
      disableModules: disableModules ?? this.disableModules,
      exposeStackTraces: exposeStackTraces ?? this.exposeStackTraces,
      disabledSymbols: _copy(disabledSymbols) ?? this.disabledSymbols,
      allowedFunctions: _copy(allowedFunctions) ?? this.allowedFunctions,
      deniedFunctions: _copy(deniedFunctions) ?? this.deniedFunctions,
      onPrint: onPrint ?? this.onPrint,
      onDebug: onDebug ?? this.onDebug,
    );
  }

  /// All that there is to compare and to print, by name.
  Map<String, Object?> get _fields => {
    'maxOperations': maxOperations,
    'maxStackDepth': maxStackDepth,
    'maxExpressionDepth': maxExpressionDepth,
    'maxStringLength': maxStringLength,
    'maxArraySize': maxArraySize,
    'maxMapSize': maxMapSize,
    'maxVariables': maxVariables,
    'maxFunctions': maxFunctions,
    'maxModules': maxModules,
    'maxMemory': maxMemory,
    'maxOutputLength': maxOutputLength,
    'scriptCacheSize': scriptCacheSize,
    'timeoutMs': timeoutMs,
    'totalTimeout': totalTimeout,
    'asyncTimeout': asyncTimeout,
    'disableFileIo': disableFileIo,
    'disableEval': disableEval,
    'disableModules': disableModules,
    'exposeStackTraces': exposeStackTraces,
    'disabledSymbols': disabledSymbols,
    'allowedFunctions': allowedFunctions,
    'deniedFunctions': deniedFunctions,
    'onPrint': onPrint,
    'onDebug': onDebug,
  };

  @override
  bool operator ==(Object other) {
    if (other is! RhaiConfig) return false;
    final others = other._fields;
    return _fields.entries.every(
      (field) => _same(field.value, others[field.key]),
    );
  }

  @override
  int get hashCode => Object.hashAll(
    _fields.values.map(
      (value) => value is Set ? Object.hashAllUnordered(value) : value,
    ),
  );

  @override
  String toString() {
    final fields = _fields.entries.where((field) => field.value is! Function);
    return 'RhaiConfig(${fields.map((f) => '${f.key}: ${f.value}').join(', ')})';
  }
}

bool _same(Object? a, Object? b) => a is Set<String> && b is Set<String>
    ? a.length == b.length && a.containsAll(b)
    : a == b;

Set<String>? _copy(Set<String>? names) =>
    names == null ? null : Set.unmodifiable(names);

int _expressionDepth(int value) {
  if (value > RhaiConfig.mostExpressionDepth) {
    throw ArgumentError.value(
      value,
      'maxExpressionDepth',
      'must be ${RhaiConfig.mostExpressionDepth} at most',
    );
  }
  return value;
}

Duration _timeout(Duration value, String name) {
  if (value == Duration.zero) return value;
  if (value.inMilliseconds < 1 || value > RhaiConfig.maxAsyncTimeout) {
    throw ArgumentError.value(
      value,
      name,
      'must be a millisecond at least and 365 days at most, or zero for no limit',
    );
  }
  return value;
}
