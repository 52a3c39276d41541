import 'dart:async';
import 'dart:ffi';

import 'analysis_result.dart';
import 'definitions.dart';
import 'compiled_script.dart';
import 'engine_config.dart';
import 'errors.dart';
import 'execution/dart_type.dart';
import 'execution/kept_scripts.dart';
import 'execution/script_runner.dart';
import 'execution/starter.dart';
import 'parameters/expected.dart';
import 'records/analysis_record.dart';
import 'rhai_constant_info.dart';
import 'rhai_function.dart';
import 'rhai_function_info.dart';
import 'rhai_range.dart';
import 'rhai_scope.dart';
import 'rhai_script.dart';
import 'rhai_stack_frame.dart';
import 'rhai_stats.dart';
import 'script_scope.dart';

/// Runs Rhai scripts and lets them call Dart functions.
///
/// An engine belongs to the isolate that made it. Any number of its scripts can wait for
/// Dart functions at once. Call [dispose] when you are done with it. A forgotten engine is
/// freed when it is garbage collected.
///
/// After [dispose], [stats], [pendingCount], [isDisposed] and [dispose] can still be used. Every other
/// member throws a [StateError].
final class RhaiEngine implements Finalizable {
  /// Creates an engine whose scripts are limited by [config]; by default so that untrusted
  /// scripts cannot do harm.
  ///
  /// Throws an [ArgumentError] if an option of [config] cannot have its value, or names
  /// something that does not exist.
  RhaiEngine([RhaiConfig config = const RhaiConfig()])
    : _runner = ScriptRunner(checkedConfig(config));

  /// Creates an engine with [RhaiConfig.secureDefaults]. The same as `RhaiEngine()`.
  factory RhaiEngine.withDefaults() = RhaiEngine;

  /// Creates an engine with [config]. The same as `RhaiEngine(config)`.
  RhaiEngine.withConfig(RhaiConfig config) : this(config);

  RhaiEngine._(this._runner);

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
  /// [RhaiFunction]. From Dart, any [Iterable] is a list. Any other object comes back as it
  /// went in.
  ///
  /// Throws, or completes the Future with, a [RhaiException]: a [RhaiSyntaxError], a
  /// [RhaiRuntimeError] (also for an error of a Dart function that the script did not
  /// catch), or a [RhaiConversionError] if the value cannot cross to Dart. Subclasses of
  /// [RhaiRuntimeError] are [RhaiLimitError] for a broken limit, [RhaiTimeoutError], and
  /// [RhaiCancelledError] if the engine is disposed meanwhile. Errors before the first wait
  /// are thrown by this call.
  ///
  /// This holds the event loop until the script ends or waits. Where that matters, as on a
  /// server, use [evalAsync]. If a Dart function calls this, and a script waits for that
  /// function, the script's limits of time bound this one, too.
  ///
  /// With [scope], the variables of that can be used, and the script's own declarations at
  /// global level stay there; see [RhaiScope]. Throws an [ArgumentError] if it belongs to
  /// another engine, and a [StateError] if another script uses it.
  dynamic eval(String script, {RhaiScope? scope}) =>
      _eval(_open, script, scope, Waiting.ifNeeded);

  static Object? _eval(
    ScriptRunner runner,
    String script,
    RhaiScope? scope,
    Waiting waiting,
  ) => scope == null
      ? runner.eval(script, waiting)
      : runner.scripts.evalIn(ScriptScope.idOf(scope, runner), script, waiting);

  /// Runs [script] like [eval], and returns its value, which must be there at once.
  ///
  /// The value is converted to [T] where nothing is lost, like arguments of functions: an
  /// int to a [double], a list to a `List<String>`, a script's function to an
  /// `int Function(int)`.
  ///
  /// Throws what [eval] throws; a [RhaiConversionError] with the path to what is of another
  /// type; and a [RhaiCancelledError] if the script has to wait for an asynchronous Dart
  /// function, which it names. That function was called, but the script goes no further.
  T evalSync<T>(String script, {RhaiScope? scope}) =>
      expected<T>(_eval(_open, script, scope, Waiting.never));

  /// Runs [script] like [eval], with a result that is always a [Future], also
  /// for errors. The script starts to run before this returns.
  ///
  /// The value is converted to [T] as by [evalSync].
  ///
  /// A script lets the event loop run, timers and input included, once scripts have
  /// held it for half a millisecond. (With [eval] it does so once it has waited for
  /// something.)
  ///
  /// Throws a [StateError] after [dispose].
  Future<T> evalAsync<T>(String script, {RhaiScope? scope}) {
    final runner = _open;
    ScriptScope.idOf(scope, runner);
    return expectedLater(
      Future.sync(() => _eval(runner, script, scope, Waiting.mayYield)),
    );
  }

  /// Compiles a script, which can then be run any number of times, and whose functions can
  /// be called by name.
  ///
  /// The [name] is shown in errors, and is the [RhaiStackFrame.source] of its calls.
  ///
  /// Throws a [RhaiSyntaxError], and a [RhaiLimitError] or a [RhaiTimeoutError] if it breaks a
  /// limit: compiling counts as running a script.
  ///
  /// This holds the event loop until it is done. Where that matters, as on a server, use
  /// [compileAsync].
  RhaiScript compile(String source, {String? name}) {
    final runner = _open;
    final shown = name ?? '';
    final compiled = runner.scripts.compile(source, shown, Waiting.ifNeeded);
    return CompiledScript(runner, shown, compiled! as Compiled);
  }

  /// Compiles a script like [compile], and lets the event loop run every half a millisecond.
  /// Errors complete the [Future].
  ///
  /// Throws a [StateError] after [dispose].
  Future<RhaiScript> compileAsync(String source, {String? name}) {
    final runner = _open;
    final shown = name ?? '';
    return Future.sync(
      () => runner.scripts.compile(source, shown, Waiting.mayYield),
    ).then((compiled) => CompiledScript(runner, shown, compiled! as Compiled));
  }

  /// Makes an empty scope: variables that live across evaluations.
  RhaiScope newScope() => ScriptScope(_open);

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
  /// [doc] and [parameterNames] are for [functions] and [definitions]. Dart does not tell the
  /// names of a function's parameters.
  ///
  /// Throws an [ArgumentError] if [name] is no Rhai identifier or a reserved
  /// word, or in the namespace `global`, if [function] has required named parameters,
  /// type parameters or more than 16 positional ones, if an [overload] accepts the same
  /// arguments as another one, or if [parameterNames] are not as many as [function] has
  /// positional parameters, or no identifiers.
  void registerFunction(
    String name,
    Function function, {
    bool overload = false,
    String? doc,
    List<String>? parameterNames,
  }) {
    // Before the engine is looked at: a List of the user's may run any code.
    final names = parameterNames == null ? null : [...parameterNames];
    _open.functions.register(
      name,
      function,
      overload: overload,
      doc: doc,
      parameterNames: names,
    );
  }

  /// Takes the function [name] with all its overloads from scripts that start from now on.
  /// Returns whether there was one of [registerFunction].
  ///
  /// A function of that name that the engine has by itself, like `len` or `sleep`, is there
  /// again. Scripts that run keep what they started with.
  bool unregister(String name) => _open.functions.remove(name);

  /// The Dart functions that scripts can call, sorted by name: those of [registerFunction] and
  /// [registerModule], and the members of types of [registerType]. The list cannot be changed.
  ///
  /// Each overload is there by itself. `sleep` of the engine itself is there, too.
  List<RhaiFunctionInfo> get functions => _open.functions.describe();

  /// The constants of [registerModule], [registerType] and [registerEnum], sorted by name. The
  /// list cannot be changed.
  List<RhaiConstantInfo> get constants => _open.functions.constants.describe();

  /// The [functions], [constants] and registered types as a definition file for Rhai's language
  /// server.
  ///
  /// The server reads it from a file with the ending `.d.rhai`. Rhai's own functions are not
  /// in it.
  String definitions() => definitionsOf(
    functions,
    constants: constants,
    types: _open.functions.typeNames,
  );

  /// Lets scripts that start from now on use objects of the class [T], and of its subtypes,
  /// as the type [name].
  ///
  /// Scripts reach what is listed, and nothing else:
  /// - [constructors], functions that are called by the [name] itself, or in its namespace:
  ///   `Player`, `Player::guest`;
  /// - [constants] in its namespace: `Color::red`;
  /// - [getters] and [setters] of properties;
  /// - [methods], which get the object first;
  /// - [operators], whose left side is the object: arithmetic, bits and comparisons. `==` is
  ///   Dart's, unless there is another one here, and `!=` its opposite;
  /// - [index] and [indexSet], for elements in brackets;
  /// - [iterator], for `for … in`.
  ///
  /// Every function may return a [Future], which the script waits for. Arguments are checked
  /// and converted as those of [registerFunction], and errors are exceptions alike. If
  /// several types include an object, the members of the most specific one come first.
  ///
  /// Throws an [ArgumentError] if a name is no Rhai identifier or a reserved word, if the
  /// name or the class was registered before, if [T] is a class whose values are no objects
  /// in scripts, or if a function does not take what its member needs. Then nothing is
  /// registered.
  void registerType<T extends Object>(
    String name, {
    Map<String, Function> constructors = const {},
    Map<String, T> constants = const {},
    Map<String, Object? Function(T object)> getters = const {},
    Map<String, Function> setters = const {},
    Map<String, Function> methods = const {},
    Map<String, Function> operators = const {},
    Function? index,
    Function? indexSet,
    FutureOr<Iterable<Object?>> Function(T object)? iterator,
  }) {
    final runner = _open;
    final type = DartTypeOf<T>(name);
    getters.forEach(type.addGetter);
    setters.forEach(type.addSetter);
    methods.forEach(type.addMethod);
    operators.forEach(type.addOperator);
    type.constants.addAll(constants);
    if (index != null) type.addIndex(index);
    if (indexSet != null) type.addIndexSet(indexSet);
    if (iterator != null) type.setIterator(iterator);
    runner.registerType(type, constructors);
  }

  /// Lets scripts that start from now on use an enum: its [values] as `Color::red`, with the
  /// properties `name` and `index`.
  ///
  /// Throws like [registerType].
  void registerEnum<T extends Enum>(String name, List<T> values) =>
      registerType<T>(
        name,
        constants: values.asNameMap(),
        getters: {
          'name': (value) => value.name,
          'index': (value) => value.index,
        },
      );

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

  /// Makes an engine that begins with what this one has: the same functions, types, modules,
  /// variables, constants and configuration. With [config], that holds in it instead.
  ///
  /// It takes little time and memory, as both share what they have until it is changed. What is
  /// registered or set later in one of them is not there in the other.
  ///
  /// Disposing the fork ends the scripts that run in it, and nothing else: that is how those of
  /// one request or one user are cancelled. Disposing this engine does not end the fork.
  ///
  /// A [RhaiFunction], a [RhaiScript] and a [RhaiScope] belong to the engine that they come from.
  /// To [compile] in the fork what this engine has compiled takes little more than looking it up.
  ///
  /// Throws an [ArgumentError] if an option of [config] cannot have its value, or names something
  /// that does not exist, and a [RhaiConversionError] if a variable or a constant of this engine
  /// holds a [RhaiFunction] of its own scripts.
  RhaiEngine fork({RhaiConfig? config}) {
    // Before the engine is looked at: a Set of the user's may run any code.
    final checked = config == null ? null : checkedConfig(config);
    return RhaiEngine._(_open.fork(checked));
  }

  /// Looks at [script] without running it: whether it is valid, looks wrong, and which names
  /// it declares and needs.
  ///
  /// It is compared with the functions and variables that the engine has now, and with those
  /// of [scope], in which it would run.
  ///
  /// Throws a [RhaiTimeoutError] or a [RhaiLimitError] if that takes more time or memory
  /// than the script may take. Other limits that it breaks make it invalid. Throws for [scope]
  /// as [eval] does: variables of a scope are not known while a script uses it.
  ///
  /// This holds the event loop until it is done. Where that matters, as on a server,
  /// use [analyzeAsync].
  AnalysisResult analyze(String script, {RhaiScope? scope}) {
    final runner = _open;
    final id = ScriptScope.idOf(scope, runner);
    return _readAnalysis(runner.analyze(script, id, Waiting.ifNeeded));
  }

  /// Looks at [script] like [analyze], and lets the event loop run every half a
  /// millisecond. Errors complete the [Future].
  ///
  /// Throws a [StateError] after [dispose]. Throws for [scope] as [eval] does.
  Future<AnalysisResult> analyzeAsync(String script, {RhaiScope? scope}) {
    final runner = _open;
    final id = ScriptScope.idOf(scope, runner);
    return Future.sync(
      () => runner.analyze(script, id, Waiting.mayYield),
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

  /// The numbers of this engine up to now: what its scripts have done, and what they use.
  ///
  /// Asking takes longer, the more executions are under way. After [dispose] they are the last
  /// numbers.
  RhaiStats get stats => _runner.stats;

  /// The bytes of native memory that scripts of this engine have left behind for good.
  ///
  /// A script that needs far too much memory within a single operation is abandoned where
  /// it stands, and nothing of it can be freed. So is one for which the system has no
  /// memory. Under the default configuration no script is known to get there while there is
  /// memory; `docs/SECURITY.md` says under which one it can. An engine that has lost
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
