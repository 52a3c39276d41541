/// @docImport 'engine.dart';
/// @docImport 'errors.dart';
library;

import 'dart:async';
import 'dart:math';

import 'rhai_position.dart';
import 'wire/options.dart';
import 'wire/protocol.dart';

part 'engine_config_options.dart';

/// Loads the text of the module `path`, or returns null if there is none. `importer` is the
/// module that imports it, or null for a script. See [RhaiConfig.moduleLoader].
typedef ModuleLoader =
    FutureOr<String?> Function(String path, String? importer);

/// Limits of the scripts of a [RhaiEngine], and features that they may use.
///
/// Wherever a number or a [Duration] is 0, there is no limit. A script that breaks a limit
/// ends with a [RhaiLimitError] (or [RhaiTimeoutError]), which it cannot catch. The limits
/// are those of one execution: each call of `eval`, or of a function that a script gave to
/// Dart, starts anew. Only [maxWaiting] is one of all executions of an engine.
///
/// Two configurations are equal if all their settings are. Callbacks are equal if they are
/// the same function.
final class RhaiConfig {
  /// Creates a configuration. Options that are left out have values under which untrusted
  /// scripts cannot do harm; `docs/SECURITY.md` says what that guarantees.
  ///
  /// [copyWith] and [RhaiEngine.new] check the values, as a constant can throw nothing. They
  /// throw an [ArgumentError] if a number is negative, [maxExpressionDepth] is more than
  /// [mostExpressionDepth], or a [Duration] is longer than [maxAsyncTimeout], or shorter
  /// than a millisecond and not zero. The engine checks the names in the sets, too.
  ///
  /// The sets are not copied here: do not change them. An engine reads them once, when it
  /// is made.
  const RhaiConfig({
    this.maxOperations = 1000000,
    this.maxStackDepth = 100,
    this.maxExpressionDepth = 64,
    this.maxStringLength = 10 << 20,
    this.maxArraySize = 10 << 20,
    this.maxMapSize = 1 << 20,
    this.maxVariables = 10000,
    this.maxFunctions = 10000,
    this.maxModules = 100,
    this.maxMemory = 128 << 20,
    this.maxOutputLength = 1 << 20,
    this.scriptCacheSize = 16 << 20,
    this.timeout = const Duration(seconds: 5),
    this.totalTimeout = const Duration(minutes: 10),
    this.asyncTimeout = const Duration(seconds: 30),
    this.maxWaiting = 0,
    this.allowFileIo = false,
    this.allowEval = false,
    bool? allowModules,
    this.exposeStackTraces = false,
    this.disabledSymbols = const {},
    this.allowedFunctions,
    this.deniedFunctions = const {},
    this.onPrint,
    this.onDebug,
    this.moduleLoader,
  }) : allowModules = allowModules ?? moduleLoader != null;

  /// The same as `RhaiConfig()`, for scripts that you do not trust: every limit of
  /// [RhaiConfig.new], and no files, no `eval`, no modules, no Dart stack traces.
  const RhaiConfig.secureDefaults() : this();

  /// Limits for your own scripts, which may run as long as they like and use every feature,
  /// but not take the memory of the program by mistake.
  ///
  /// There is no limit of what grows with the time that a script runs: [maxOperations],
  /// [maxModules], [maxOutputLength], [timeout], [totalTimeout] and [asyncTimeout] are 0.
  /// [allowFileIo], [allowEval], [allowModules] and [exposeStackTraces] are true. All else
  /// is as in [RhaiConfig.new]: [maxMemory], [maxStackDepth], [maxExpressionDepth], the
  /// sizes of values, and the number of variables and functions.
  const RhaiConfig.trusted()
    : this(
        maxOperations: 0,
        maxModules: 0,
        maxOutputLength: 0,
        timeout: Duration.zero,
        totalTimeout: Duration.zero,
        asyncTimeout: Duration.zero,
        allowFileIo: true,
        allowEval: true,
        allowModules: true,
        exposeStackTraces: true,
      );

  /// No limits and nothing disabled, for scripts that you trust as your own code.
  ///
  /// All limits are 0, and all features allowed, as in [RhaiConfig.trusted]. Only
  /// [scriptCacheSize] is as in [RhaiConfig.new]. Even so, nesting that would overflow the
  /// script's native stack is an error. So are expressions of more than
  /// [mostExpressionDepth] levels, and running out of memory if the system says so.
  const RhaiConfig.unlimited()
    : this(
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
        timeout: Duration.zero,
        totalTimeout: Duration.zero,
        asyncTimeout: Duration.zero,
        allowFileIo: true,
        allowEval: true,
        allowModules: true,
        exposeStackTraces: true,
      );

  /// Creates a configuration, as `RhaiConfig().copyWith(…)` does.
  @Deprecated(
    'Use RhaiConfig(…), with timeout, allowFileIo, allowEval, allowModules',
  )
  static final custom = const RhaiConfig().copyWith;

  /// The longest [timeout], [asyncTimeout] and [totalTimeout].
  static const maxAsyncTimeout = Duration(days: 365);

  /// The largest [maxExpressionDepth], which 0 stands for. The parser recurses on a stack
  /// of limited size.
  static const mostExpressionDepth = Bound.expressionDepth;

  /// Operations that one execution may run: roughly one for each expression or statement.
  final int maxOperations;

  /// Script functions and closures that may be nested in calls. A closure that a function
  /// of Rhai's calls, such as `map`, counts twice. As many Dart functions may be nested that
  /// run scripts which call Dart functions.
  final int maxStackDepth;

  /// Levels that expressions and blocks may be nested in each other; half as many inside a
  /// function. 0 is [mostExpressionDepth].
  final int maxExpressionDepth;

  /// Bytes of UTF-8 that a string may have.
  ///
  /// This, [maxArraySize] and [maxMapSize] are limits of one value each; [maxMemory] bounds
  /// all values together. Functions look at them before they let a value grow, which takes
  /// the same time however large it is. A value that operators make larger (`+=`,
  /// `m[k] = v`) is noticed when it is used next, or when it leaves the script.
  final int maxStringLength;

  /// Elements that an array may have; also bytes of a blob.
  final int maxArraySize;

  /// Entries that an object map may have.
  final int maxMapSize;

  /// Variables and constants that a script may declare, those of loops included. Where
  /// `eval` adds some, also variables that there may be at once.
  final int maxVariables;

  /// Functions and closures that a script may define.
  final int maxFunctions;

  /// Imports that one execution may run, in the script and in modules.
  final int maxModules;

  /// Bytes of memory that one execution may use at once, for its compiled code and all its
  /// values, as the C library's allocator counts them.
  ///
  /// A script that exceeds it ends, and its memory is given back. It is looked at before each
  /// operation, so a single one may take as much again and 16 MiB. Two things are not included:
  /// the data that functions held by Dart kept before, and the stack. That takes about 4 KB for a
  /// script that waits, more the deeper in calls it waits, and up to 400 bytes for each level of
  /// nested data that is copied or freed.
  final int maxMemory;

  /// Bytes of UTF-8 that `print` and `debug` may write in one execution.
  final int maxOutputLength;

  /// Bytes of memory for compiled scripts that the engine keeps, so that the next `eval` of
  /// the same text need not compile it. Those used last stay. Here, 0 means that none do.
  final int scriptCacheSize;

  /// The longest wall-clock time that one execution may run; more is a
  /// [RhaiTimeoutError]. The time that it waits for Futures does not count. That of
  /// synchronous Dart functions does, and so does that of other scripts for which it waits.
  final Duration timeout;

  /// The longest time of one execution in all, waiting included; more is a
  /// [RhaiTimeoutError]. It counts from the start if the execution may let the event loop run, as with
  /// `evalAsync`, or else from its first wait; to the millisecond.
  final Duration totalTimeout;

  /// The longest wait for the Future of one Dart function call, to the millisecond. All
  /// calls of an engine have the same timeout.
  ///
  /// After that the script gets an exception that it can catch, with the `type`
  /// `"timeout"`. If it does not catch it, the result is a [RhaiTimeoutError].
  ///
  /// With [Duration.zero], a script waits as long as the Future takes, and does not keep a
  /// program from exiting.
  final Duration asyncTimeout;

  /// Executions of an engine that may be under way at once: each waits for a Future, for the
  /// event loop, or for the Dart function that starts another one. The next is a
  /// [RhaiLimitError] of whoever starts it, and nothing of it runs.
  ///
  /// An execution is under way from its start to its end. What a Dart function of a script
  /// runs counts, too. The calls that a script makes with `parallel` are part of it. Here 0,
  /// the default, is safe where the program itself bounds what it starts.
  final int maxWaiting;

  /// Whether `import` may read files, if [allowModules] is true. (Scripts have no other way
  /// to files.)
  ///
  /// Then `import "name"` reads `name.rhai`: relative to the current directory, or in a
  /// module to its folder. `name` may lead anywhere.
  final bool allowFileIo;

  /// Whether scripts may use `eval`, which is a syntax error otherwise.
  final bool allowEval;

  /// Whether scripts may use `import` and `export`, which are syntax errors otherwise.
  ///
  /// If it is not given, they may if there is a [moduleLoader].
  final bool allowModules;

  /// Whether a script that catches the exception of a Dart function finds its Dart stack
  /// trace in `stack_trace`, which is empty otherwise. Errors that Dart gets always have it.
  final bool exposeStackTraces;

  /// Keywords and operators of Rhai that are a syntax error, such as `while` or `**`; also
  /// `type_of`, `call` and the other functions that belong to the language.
  final Set<String> disabledSymbols;

  /// The functions and properties of Rhai that scripts may use, by their names; null for
  /// all. Operators, keywords and Dart functions are not concerned.
  final Set<String>? allowedFunctions;

  /// Functions and properties of Rhai that scripts may not use, by their names.
  ///
  /// To a script they do not exist. An error that it does not catch says that they are
  /// switched off here.
  final Set<String> deniedFunctions;

  /// Runs for each `print`, instead of Dart's [print]. If it returns a Future, the script
  /// waits for it; if it throws, the script ends.
  final void Function(String text)? onPrint;

  /// Runs for each `debug`, with its place in the script, instead of writing both to
  /// standard error. As [onPrint], it may be asynchronous.
  final void Function(String text, RhaiPosition position)? onDebug;

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
  /// With a loader, `import` reads files only through it, whatever [allowFileIo] is.
  /// `docs/MODULES.md` tells more.
  final ModuleLoader? moduleLoader;

  /// The [timeout] in milliseconds.
  @Deprecated('Use timeout')
  int get timeoutMs => timeout.inMilliseconds;

  /// The contrary of [allowFileIo].
  @Deprecated('Use allowFileIo')
  bool get disableFileIo => !allowFileIo;

  /// The contrary of [allowEval].
  @Deprecated('Use allowEval')
  bool get disableEval => !allowEval;

  /// The contrary of [allowModules].
  @Deprecated('Use allowModules')
  bool get disableModules => !allowModules;

  /// Copies this configuration with other values. Options that are left out stay as they
  /// are, and so do those that are null, unless null is one of their values:
  /// `copyWith(onPrint: null)` removes [onPrint].
  ///
  /// The sets are copied. Throws an [ArgumentError] if an option cannot have its value, as
  /// [RhaiConfig.new] says, or if its old name contradicts the new one.
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
    Duration? timeout,
    Duration? totalTimeout,
    Duration? asyncTimeout,
    int? maxWaiting,
    bool? allowFileIo,
    bool? allowEval,
    bool? allowModules,
    bool? exposeStackTraces,
    Set<String>? disabledSymbols,
    Set<String>? allowedFunctions = _sameNames,
    Set<String>? deniedFunctions,
    void Function(String text)? onPrint = _samePrint,
    void Function(String text, RhaiPosition position)? onDebug = _sameDebug,
    ModuleLoader? moduleLoader = _sameLoader,
    @Deprecated('Use timeout') int? timeoutMs,
    @Deprecated('Use allowFileIo') bool? disableFileIo,
    @Deprecated('Use allowEval') bool? disableEval,
    @Deprecated('Use allowModules') bool? disableModules,
  }) {
    final isLoaderNew = moduleLoader != null && moduleLoader != _sameLoader;
    final copy = RhaiConfig(
      maxOperations: maxOperations ?? this.maxOperations,
      maxStackDepth: maxStackDepth ?? this.maxStackDepth,
      maxExpressionDepth: maxExpressionDepth ?? this.maxExpressionDepth,
      maxStringLength: maxStringLength ?? this.maxStringLength,
      maxArraySize: maxArraySize ?? this.maxArraySize,
      maxMapSize: maxMapSize ?? this.maxMapSize,
      maxVariables: maxVariables ?? this.maxVariables,
      maxFunctions: maxFunctions ?? this.maxFunctions,
      maxModules: maxModules ?? this.maxModules,
      maxMemory: maxMemory ?? this.maxMemory,
      maxOutputLength: maxOutputLength ?? this.maxOutputLength,
      scriptCacheSize: scriptCacheSize ?? this.scriptCacheSize,
      timeout:
          renamed('timeout', timeout, 'timeoutMs', _timeOf(timeoutMs)) ??
          this.timeout,
      totalTimeout: totalTimeout ?? this.totalTimeout,
      asyncTimeout: asyncTimeout ?? this.asyncTimeout,
      maxWaiting: maxWaiting ?? this.maxWaiting,
      allowFileIo:
          renamed(
            'allowFileIo',
            allowFileIo,
            'disableFileIo',
            _not(disableFileIo),
          ) ??
          this.allowFileIo,
      allowEval:
          renamed('allowEval', allowEval, 'disableEval', _not(disableEval)) ??
          this.allowEval,
      allowModules:
          renamed(
            'allowModules',
            allowModules,
            'disableModules',
            _not(disableModules),
          ) ??
          // Whoever gives a loader means modules to be allowed.
          (isLoaderNew ? null : this.allowModules),
      exposeStackTraces: exposeStackTraces ?? this.exposeStackTraces,
      disabledSymbols: Set.unmodifiable(
        disabledSymbols ?? this.disabledSymbols,
      ),
      allowedFunctions: switch (identical(allowedFunctions, _sameNames)
          ? this.allowedFunctions
          : allowedFunctions) {
        null => null,
        final names => Set.unmodifiable(names),
      },
      deniedFunctions: Set.unmodifiable(
        deniedFunctions ?? this.deniedFunctions,
      ),
      onPrint: onPrint == _samePrint ? this.onPrint : onPrint,
      onDebug: onDebug == _sameDebug ? this.onDebug : onDebug,
      moduleLoader: moduleLoader == _sameLoader
          ? this.moduleLoader
          : moduleLoader,
    );
    _options.check(copy);
    return copy;
  }

  @override
  bool operator ==(Object other) =>
      other is RhaiConfig && _options.areSame(this, other);

  @override
  int get hashCode => _options.hash(this);

  @override
  String toString() => 'RhaiConfig(${_options.describe(this)})';
}
