/// @docImport 'engine.dart';
/// @docImport 'errors.dart';
library;

import 'dart:async';

import 'rhai_position.dart';
import 'wire/options.dart';
import 'wire/protocol.dart';

/// Limits of the scripts of a [RhaiEngine], and features that they may not use.
///
/// Wherever a number or a [Duration] is 0, there is no limit. A script that breaks a limit
/// ends with a [RhaiLimitError] (or [RhaiTimeoutError]), which it cannot catch. The limits
/// are those of one execution: each call of `eval`, or of a function that a script gave to
/// Dart, starts anew.
///
/// Two configurations are equal if all their settings are. Callbacks are equal if they are
/// the same function.
final class RhaiConfig {
  /// Creates a configuration. Options that are left out are as in
  /// [RhaiConfig.secureDefaults].
  ///
  /// Throws an [ArgumentError] if a number is negative, [maxExpressionDepth] is more than
  /// [mostExpressionDepth], or a [Duration] is longer than [maxAsyncTimeout], or shorter
  /// than a millisecond and not zero. The names in the sets are checked when an engine is
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
    FutureOr<String?> Function(String path, String? importer)? moduleLoader,
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
    moduleLoader: moduleLoader,
  );

  /// Limits under which untrusted scripts cannot do harm: 1,000,000 operations, 5 seconds
  /// of running and 10 minutes with all waiting, 30 seconds of waiting for one Dart
  /// function, 128 MiB of memory, 100 nested calls, strings of 10 MiB, 1 MiB of output; no
  /// files, no `eval`, no modules, no Dart stack traces.
  ///
  /// `docs/SECURITY.md` says what that guarantees.
  factory RhaiConfig.secureDefaults() => _secure;

  /// No limits and nothing disabled, for scripts that you trust as your own code.
  ///
  /// Even so, nesting that would overflow the script's native stack is an error. So are
  /// expressions of more than [mostExpressionDepth] levels, and running out of memory if
  /// the system says so.
  factory RhaiConfig.unlimited() => _unlimited;

  const RhaiConfig._(this._values);

  static final _secure = RhaiConfig._(
    OptionValues(_Option.values, (option) => option.secure),
  );

  static final _unlimited = RhaiConfig._(
    OptionValues(_Option.values, (option) => option.unlimited),
  );

  /// The longest [asyncTimeout] and [totalTimeout].
  static const maxAsyncTimeout = Duration(days: 365);

  /// The largest [maxExpressionDepth], which 0 stands for. The parser recurses on a stack
  /// of limited size.
  static const mostExpressionDepth = Bound.expressionDepth;

  final OptionValues<_Option> _values;

  T _get<T>(_Option option) => _values[option] as T;

  /// Operations that one execution may run: roughly one for each expression or statement.
  int get maxOperations => _get(_Option.maxOperations);

  /// Script functions and closures that may be nested in calls. A closure that a function
  /// of Rhai's calls, such as `map`, counts twice. As many Dart functions may be nested that
  /// run scripts which call Dart functions.
  int get maxStackDepth => _get(_Option.maxStackDepth);

  /// Levels that expressions and blocks may be nested in each other; half as many inside a
  /// function. 0 is [mostExpressionDepth].
  int get maxExpressionDepth => _get(_Option.maxExpressionDepth);

  /// Bytes of UTF-8 that a string may have.
  ///
  /// This, [maxArraySize] and [maxMapSize] are limits of one value each; [maxMemory] bounds
  /// all values together. Functions look at them before they let a value grow, which takes
  /// the same time however large it is. A value that operators make larger (`+=`,
  /// `m[k] = v`) is noticed when it is used next, or when it leaves the script.
  int get maxStringLength => _get(_Option.maxStringLength);

  /// Elements that an array may have; also bytes of a blob.
  int get maxArraySize => _get(_Option.maxArraySize);

  /// Entries that an object map may have.
  int get maxMapSize => _get(_Option.maxMapSize);

  /// Variables and constants that a script may declare, those of loops included. Where
  /// `eval` adds some, also variables that there may be at once.
  int get maxVariables => _get(_Option.maxVariables);

  /// Functions and closures that a script may define.
  int get maxFunctions => _get(_Option.maxFunctions);

  /// Imports that one execution may run, in the script and in modules.
  int get maxModules => _get(_Option.maxModules);

  /// Bytes of memory that one execution may use at once, for its compiled code and all its
  /// values, as the C library's allocator counts them.
  ///
  /// It is exact. A script that would exceed it ends, and its memory is given back. Two
  /// things are not included: the data that functions held by Dart kept before, and the
  /// stack. That takes 8 KiB for a script that waits, and up to 400 bytes for each level of
  /// nested data that is copied or freed.
  int get maxMemory => _get(_Option.maxMemory);

  /// Bytes of UTF-8 that `print` and `debug` may write in one execution.
  int get maxOutputLength => _get(_Option.maxOutputLength);

  /// Bytes of memory for compiled scripts that the engine keeps, so that the next `eval` of
  /// the same text need not compile it. Those used last stay. Here, 0 means that none do.
  int get scriptCacheSize => _get(_Option.scriptCacheSize);

  /// Milliseconds of wall-clock time that one execution may run; more is a
  /// [RhaiTimeoutError]. The time that it waits for Futures does not count. That of
  /// synchronous Dart functions does, and so does that of other scripts for which it waits.
  int get timeoutMs => _get(_Option.timeoutMs);

  /// The longest time of one execution in all, waiting included; more is a
  /// [RhaiTimeoutError]. It counts from the start if the execution may let the event loop run, as with
  /// `evalAsync`, or else from its first wait; to the millisecond.
  Duration get totalTimeout => _get(_Option.totalTimeout);

  /// The longest wait for the Future of one Dart function call, to the millisecond. All
  /// calls of an engine have the same timeout.
  ///
  /// After that the script gets an exception that it can catch, with the `type`
  /// `"timeout"`. If it does not catch it, the result is a [RhaiTimeoutError].
  ///
  /// With [Duration.zero], a script waits as long as the Future takes, and does not keep a
  /// program from exiting.
  Duration get asyncTimeout => _get(_Option.asyncTimeout);

  /// Whether `import` cannot read files. (Scripts have no other way to files.)
  ///
  /// Otherwise, unless [disableModules] is true, `import "name"` reads `name.rhai`: relative
  /// to the current directory, or in a module to its folder. `name` may lead anywhere.
  bool get disableFileIo => _get(_Option.disableFileIo);

  /// Whether `eval` is a syntax error.
  bool get disableEval => _get(_Option.disableEval);

  /// Whether `import` and `export` are syntax errors. Then a [moduleLoader] is never called.
  bool get disableModules => _get(_Option.disableModules);

  /// Whether a script that catches the exception of a Dart function finds its Dart stack
  /// trace in `stack_trace`, which is empty otherwise. Errors that Dart gets always have it.
  bool get exposeStackTraces => _get(_Option.exposeStackTraces);

  /// Keywords and operators of Rhai that are a syntax error, such as `while` or `**`; also
  /// `type_of`, `call` and the other functions that belong to the language.
  Set<String> get disabledSymbols => _get(_Option.disabledSymbols);

  /// The functions and properties of Rhai that scripts may use, by their names; null for
  /// all. Operators, keywords and Dart functions are not concerned.
  Set<String>? get allowedFunctions => _get(_Option.allowedFunctions);

  /// Functions and properties of Rhai that scripts may not use, by their names.
  ///
  /// To a script they do not exist. An error that it does not catch says that they are
  /// switched off here.
  Set<String> get deniedFunctions => _get(_Option.deniedFunctions);

  /// Runs for each `print`, instead of Dart's [print]. If it returns a Future, the script
  /// waits for it; if it throws, the script ends.
  void Function(String text)? get onPrint => _get(_Option.onPrint);

  /// Runs for each `debug`, with its place in the script, instead of writing both to
  /// standard error. As [onPrint], it may be asynchronous.
  void Function(String text, RhaiPosition position)? get onDebug =>
      _get(_Option.onDebug);

  /// Loads the text of a module for `import`; null means that there is no such module.
  ///
  /// `path` is what the script imports. One that begins with `./` or `../` is relative to the
  /// folder of the importing module, and comes resolved. Any other comes as it is written.
  /// `importer` is the path of the module that imports, or null for the script. It is for
  /// messages: one path is one module, whoever imports it.
  ///
  /// The loader is called like any Dart function that a script calls, and may be asynchronous.
  /// Its text is kept for later executions, up to [scriptCacheSize] bytes of all texts, until
  /// [RhaiEngine.invalidateModules]. Scripts that import a module while it loads share the
  /// load. An error is not kept, nor is null.
  ///
  /// With a loader, [disableModules] is false unless it is given too, and `import` reads files
  /// only through the loader, whatever [disableFileIo] is. `docs/MODULES.md` tells more.
  FutureOr<String?> Function(String path, String? importer)? get moduleLoader =>
      _get(_Option.moduleLoader);

  /// This configuration with other values. Options that are null stay as they are.
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
    FutureOr<String?> Function(String path, String? importer)? moduleLoader,
  }) => RhaiConfig._(
    _values.changed({
      _Option.maxOperations: maxOperations,
      _Option.maxStackDepth: maxStackDepth,
      _Option.maxExpressionDepth: maxExpressionDepth,
      _Option.maxStringLength: maxStringLength,
      _Option.maxArraySize: maxArraySize,
      _Option.maxMapSize: maxMapSize,
      _Option.maxVariables: maxVariables,
      _Option.maxFunctions: maxFunctions,
      _Option.maxModules: maxModules,
      _Option.maxMemory: maxMemory,
      _Option.maxOutputLength: maxOutputLength,
      _Option.scriptCacheSize: scriptCacheSize,
      _Option.timeoutMs: timeoutMs,
      _Option.totalTimeout: totalTimeout,
      _Option.asyncTimeout: asyncTimeout,
      _Option.disableFileIo: disableFileIo,
      _Option.disableEval: disableEval,
      // Whoever gives a loader means modules to be allowed.
      _Option.disableModules:
          disableModules ?? (moduleLoader == null ? null : false),
      _Option.exposeStackTraces: exposeStackTraces,
      _Option.disabledSymbols: disabledSymbols,
      _Option.allowedFunctions: allowedFunctions,
      _Option.deniedFunctions: deniedFunctions,
      _Option.onPrint: onPrint,
      _Option.onDebug: onDebug,
      _Option.moduleLoader: moduleLoader,
    }),
  );

  @override
  bool operator ==(Object other) =>
      other is RhaiConfig && other._values == _values;

  @override
  int get hashCode => _values.hashCode;

  @override
  String toString() => 'RhaiConfig($_values)';
}

/// A limit that a script can break.
///
/// Time is not among them: a script that takes too long ends with a [RhaiTimeoutError].
enum RhaiLimit {
  // In the order of `Limit` in wire/protocol.dart.

  /// [RhaiConfig.maxOperations].
  operations,

  /// [RhaiConfig.maxStackDepth].
  stackDepth,

  /// [RhaiConfig.maxExpressionDepth].
  expressionDepth,

  /// [RhaiConfig.maxStringLength].
  stringLength,

  /// [RhaiConfig.maxArraySize].
  arraySize,

  /// [RhaiConfig.maxMapSize].
  mapSize,

  /// [RhaiConfig.maxVariables].
  variables,

  /// [RhaiConfig.maxFunctions].
  functions,

  /// [RhaiConfig.maxModules].
  modules,

  /// [RhaiConfig.maxMemory]; or, with the value 0, the memory of the system.
  memory,

  /// [RhaiConfig.maxOutputLength].
  outputLength,

  /// Nesting of the data that script functions held by Dart keep alive: 100,000 levels.
  nesting,

  /// Bytes of native stack, which follow from [RhaiConfig.maxStackDepth].
  nativeStack,
}

/// The numbers that a native engine is made of, in the order of [EngineNumber].
List<int> engineNumbersOf(RhaiConfig config) => config._values.engineNumbers;

/// The options of a configuration, one row for each.
enum _Option with Option {
  maxOperations.limit(1000000, EngineNumber.maxOperations),
  maxStackDepth.limit(100, EngineNumber.maxStackDepth),
  maxExpressionDepth.limit(
    64,
    EngineNumber.maxExpressionDepth,
    most: RhaiConfig.mostExpressionDepth,
  ),
  maxStringLength.limit(10 << 20, EngineNumber.maxStringLength),
  maxArraySize.limit(10 << 20, EngineNumber.maxArraySize),
  maxMapSize.limit(1 << 20, EngineNumber.maxMapSize),
  maxVariables.limit(10000, EngineNumber.maxVariables),
  maxFunctions.limit(10000, EngineNumber.maxFunctions),
  maxModules.limit(100, EngineNumber.maxModules),
  maxMemory.limit(128 << 20, EngineNumber.maxMemory),
  maxOutputLength.limit(1 << 20, EngineNumber.maxOutputLength),
  scriptCacheSize(
    secure: 16 << 20,
    unlimited: 16 << 20,
    number: EngineNumber.scriptCacheSize,
  ),
  timeoutMs.limit(5000, EngineNumber.timeoutMs),
  totalTimeout.timeout(Duration(minutes: 10), EngineNumber.totalTimeout),
  asyncTimeout.timeout(Duration(seconds: 30)),
  disableFileIo(secure: true, unlimited: false),
  disableEval(secure: true, unlimited: false),
  disableModules(secure: true, unlimited: false),
  exposeStackTraces(secure: false, unlimited: true),
  disabledSymbols(secure: <String>{}, unlimited: <String>{}),
  allowedFunctions(),
  deniedFunctions(secure: <String>{}, unlimited: <String>{}),
  onPrint(),
  onDebug(),
  moduleLoader();

  const _Option({this.secure, this.unlimited, this.number}) : most = null;

  /// A limit that is a number.
  const _Option.limit(int this.secure, this.number, {this.most})
    : unlimited = 0;

  /// A limit that is a time. Dart keeps to it if it has no number.
  const _Option.timeout(Duration this.secure, [this.number])
    : unlimited = Duration.zero,
      most = RhaiConfig.maxAsyncTimeout;

  /// The values in [RhaiConfig.secureDefaults] and [RhaiConfig.unlimited].
  final Object? secure, unlimited;

  @override
  final int? number;

  @override
  final Object? most;
}
