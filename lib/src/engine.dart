import 'dart:async';
import 'dart:ffi';

import 'analysis_result.dart';
import 'engine_config.dart';
import 'errors.dart';
import 'execution/script_runner.dart';
import 'records/analysis_record.dart';
import 'rhai_function.dart';
import 'rhai_range.dart';

/// Runs Rhai scripts and lets them call Dart functions.
///
/// An engine belongs to the isolate that made it. Any number of its scripts can wait for
/// Dart functions at once. Call [dispose] when you are done with it. A forgotten engine is
/// freed when it is garbage collected.
///
/// After [dispose] every other member throws a [StateError].
final class RhaiEngine implements Finalizable {
  /// Creates an engine with [RhaiConfig.secureDefaults]: among others, a script
  /// may wait for one Dart function for 30 seconds.
  factory RhaiEngine.withDefaults() =>
      RhaiEngine.withConfig(RhaiConfig.secureDefaults());

  /// Creates an engine whose scripts are limited by [config]; its
  /// [RhaiConfig.asyncTimeout] is how long a script may wait for one Dart
  /// function.
  RhaiEngine.withConfig(RhaiConfig config) : _runner = ScriptRunner(config);

  final ScriptRunner _runner;

  ScriptRunner get _open => _runner.isDisposed
      ? throw StateError('this RhaiEngine was disposed')
      : _runner;

  /// Runs [script].
  ///
  /// Returns its value if it did not have to wait; otherwise a [Future] of its
  /// value, and the event loop runs on while the script waits for an
  /// asynchronous Dart function. `await` is right for both:
  ///
  /// ```dart
  /// engine.eval('1 + 1'); // 2
  /// await engine.eval('fetch_user(42).name'); // fetch_user is async
  /// ```
  ///
  /// Every execution starts with the variables set by [setVar] and [setConstant]. Its own
  /// declarations and changes are gone when it ends. Values are null, [bool], [int],
  /// [double], [String], [List], [Map] with String keys, `Uint8List`, [RhaiRange] and
  /// [RhaiFunction]; any other Dart object comes back as it went in.
  ///
  /// Throws, or completes the Future with, a [RhaiException]: a
  /// [RhaiSyntaxError], a [RhaiLimitError] for a broken limit, a
  /// [RhaiTimeoutError], a [RhaiRuntimeError] (also for an error of a Dart
  /// function that the script did not catch), a [RhaiCancelledError] if the
  /// engine is disposed meanwhile, or a [RhaiConversionError] if the value cannot
  /// cross to Dart. Errors before the first wait are thrown by this call.
  ///
  /// This holds the event loop until the script ends or waits. Where that matters, as on a
  /// server, use [evalAsync]. If a Dart function calls this, and a script waits for that
  /// function, the script's limits of time bound this one, too.
  dynamic eval(String script) => _open.eval(script, mayYield: false);

  /// Runs [script] like [eval], with a result that is always a [Future], also
  /// for errors. The script starts to run before this returns.
  ///
  /// A script lets the event loop run, timers and input included, once scripts have
  /// held it for 4 milliseconds. (With [eval] it does so once it has waited for
  /// something.)
  ///
  /// Throws a [StateError] after [dispose].
  Future<dynamic> evalAsync(String script) {
    final runner = _open;
    return Future.sync(() => runner.eval(script, mayYield: true));
  }

  /// Lets scripts that start from now on call [function] as [name], in place of
  /// earlier functions of that name, and of Rhai's own for the same arguments.
  ///
  /// The types of its parameters count. An argument of another type is an error, before
  /// [function] is called, unless there is another function for it. Arguments are converted
  /// where nothing is lost: an int for a [double], a list for a `List<String>`, a script's
  /// function for an `int Function(int)`. With [overload], the function is added beside
  /// earlier ones of that name, and the types of the arguments say which is called.
  ///
  /// A [name] like `store::get` puts the function into the namespace `store`. Scripts call
  /// it as `store::get(…)`.
  ///
  /// It may be synchronous or return a [Future], which the script waits for.
  /// Its arguments and its result are values as in [eval]; from Dart any
  /// [Iterable], function or other object is one too.
  /// Scripts can leave out its optional positional parameters. Its errors, also those of
  /// its Future, are exceptions that the script can catch: object maps with `type`,
  /// `message` and `stack_trace`.
  ///
  /// Throws an [ArgumentError] if [name] is no Rhai identifier or a reserved
  /// word, or in the namespace `global`, if [function] has required named parameters,
  /// type parameters or more than 16 positional ones, or if an [overload] accepts the same
  /// arguments as another one.
  void registerFunction(
    String name,
    Function function, {
    bool overload = false,
  }) => _open.registerFunction(name, function, overload: overload);

  /// Lets scripts that start from now on use the functions and constants in [members] by the
  /// name of a module, without an `import`. It takes the place of all that there was in a
  /// module of this [name], functions of [registerFunction] included.
  ///
  /// ```dart
  /// engine.registerModule('http', {
  ///   'get': (String url) async => fetch(url), // http::get("…")
  ///   'TIMEOUT': 30,                           // http::TIMEOUT
  ///   'v2': {'get': getV2},                    // http::v2::get("…")
  /// });
  /// ```
  ///
  /// A function is one as in [registerFunction], and a map with String keys is a module in the
  /// module. Any other value is a constant, as in [setConstant]; scripts get copies of it. A
  /// script's own `import … as` of the same name goes first.
  ///
  /// Throws an [ArgumentError] for a name that scripts cannot use, a function that they cannot
  /// call, and more than 16 modules within each other. Throws a [RhaiConversionError] for a
  /// constant that cannot cross, and a [RhaiLimitError] for one that is too large. Then nothing
  /// changes.
  void registerModule(String name, Map<String, Object?> members) =>
      _open.registerModule(name, members);

  /// Looks at [script] without running it: whether it is valid, looks wrong, and which names
  /// it declares and needs.
  ///
  /// It is compared with the functions and variables that the engine has now.
  ///
  /// Throws a [RhaiTimeoutError] or a [RhaiLimitError] if that takes more time or memory
  /// than the script may take. Other limits that it breaks make it invalid.
  ///
  /// This holds the event loop until it is done. Where that matters, as on a server,
  /// use [analyzeAsync].
  AnalysisResult analyze(String script) =>
      _readAnalysis(_open.analyze(script, mayYield: false));

  /// Looks at [script] like [analyze], and lets the event loop run every few
  /// milliseconds. Errors complete the [Future].
  ///
  /// Throws a [StateError] after [dispose].
  Future<AnalysisResult> analyzeAsync(String script) {
    final runner = _open;
    return Future.sync(
      () => runner.analyze(script, mayYield: true),
    ).then(_readAnalysis);
  }

  static AnalysisResult _readAnalysis(Object? result) =>
      readAnalysis(result! as List<Object?>);

  /// Gives scripts that start from now on a variable. They may change it, each
  /// for itself.
  ///
  /// Throws an [ArgumentError] if [name] is no Rhai identifier or a reserved
  /// word, a [RhaiConversionError] if [value] cannot cross to Rhai, and a
  /// [RhaiLimitError] if it is larger than scripts may have.
  void setVar(String name, dynamic value) =>
      _open.setVariable(name, value, constant: false);

  /// Gives scripts that start from now on a constant, which none can change. In
  /// functions it is `global::NAME`.
  ///
  /// Throws like [setVar].
  void setConstant(String name, dynamic value) =>
      _open.setVariable(name, value, constant: true);

  /// Removes the variables and constants of [setVar] and [setConstant]. Functions stay.
  void clearScope() => _open.clearScope();

  /// Forgets the text of the module [path], or of all modules, that
  /// [RhaiConfig.moduleLoader] has loaded.
  ///
  /// The next `import` asks the loader again. Executions that have imported the module, or
  /// wait for it now, keep what they have. [path] is the path that the loader got.
  void invalidateModules([String? path]) => _open.invalidateModules(path);

  /// The number of scripts of this engine that wait for a Dart function's Future now.
  int get pendingCount => _runner.pendingCount;

  /// The bytes of native memory that scripts of this engine have left behind for good.
  ///
  /// A script that needs far too much memory within a single operation is abandoned where
  /// it stands, and nothing of it can be freed. So is one for which the system has no
  /// memory. No script is known to get there while there is memory. An engine that has lost
  /// some times its [RhaiConfig.maxMemory] this way runs no more scripts: they end with a
  /// [RhaiLimitError].
  int get leakedBytes => _open.leakedBytes;

  /// Whether [dispose] was called.
  bool get isDisposed => _runner.isDisposed;

  /// Frees the engine. Scripts that wait end with a [RhaiCancelledError]. Results of the
  /// Dart functions that they wait for are ignored.
  ///
  /// It may be called at any time, also by a Dart function that a script calls,
  /// and more than once.
  void dispose() => _runner.dispose();
}
