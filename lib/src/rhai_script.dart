/// @docImport 'engine.dart';
/// @docImport 'errors.dart';
/// @docImport 'rhai_function.dart';
library;

import 'analysis_result.dart';
import 'rhai_scope.dart';

/// A script that was compiled once, by [RhaiEngine.compile].
///
/// It can be run any number of times, and Dart can call its functions by name. It keeps its
/// compiled form until [dispose], or until it is garbage collected. A script that runs goes
/// on after that.
///
/// Functions that are registered later can be called, too: the script is compiled again when
/// it is run next.
///
/// After [dispose], or when the engine was disposed, members that run something throw a
/// [StateError].
abstract interface class RhaiScript {
  /// The name in errors and call stacks; empty if it has none.
  String get name;

  /// The functions that can be called by [call], in the order in which they are declared.
  ///
  /// Those that are `private` are not among them.
  List<ScriptFunctionInfo> get functions;

  /// Whether [dispose] was called, or the engine was disposed.
  bool get isDisposed;

  /// Runs the script like [RhaiEngine.eval].
  dynamic eval({RhaiScope? scope});

  /// Runs the script like [RhaiEngine.evalSync].
  T evalSync<T>({RhaiScope? scope});

  /// Runs the script like [RhaiEngine.evalAsync].
  Future<T> evalAsync<T>({RhaiScope? scope});

  /// Whether the script has a function of this name that takes [argumentCount] arguments, or
  /// any number if that is left out.
  bool has(String function, [int? argumentCount]);

  /// Calls a function of the script by its name. The statements outside of functions are not
  /// run.
  ///
  /// Returns its value, or a [Future] of it if it had to wait, as [RhaiEngine.eval] does. Each
  /// call has the engine's limits for itself.
  ///
  /// The function finds the constants of the engine and of [scope] as `global::NAME`. It
  /// finds no variables of the scope, and no modules that statements of the script imported:
  /// it can import what it needs itself.
  ///
  /// With [thisValue], that is `this` in the function, and is changed like the argument of
  /// [RhaiFunction.callWith].
  ///
  /// Throws what [RhaiEngine.eval] throws. If the script has no such function, it is a
  /// [RhaiRuntimeError] that names those that there are.
  dynamic call(
    String function,
    List<Object?> arguments, {
    RhaiScope? scope,
    Object? thisValue,
  });

  /// Calls a function like [call], and returns its value, which must be there at once and is
  /// converted to [T], like [RhaiEngine.evalSync].
  T callSync<T>(
    String function,
    List<Object?> arguments, {
    RhaiScope? scope,
    Object? thisValue,
  });

  /// Calls a function like [call], with a result that is always a [Future], also for errors,
  /// and is converted to [T], like [RhaiEngine.evalAsync].
  Future<T> callAsync<T>(
    String function,
    List<Object?> arguments, {
    RhaiScope? scope,
    Object? thisValue,
  });

  /// Frees the compiled form. Functions that the script has returned still work. It may be
  /// called more than once.
  void dispose();
}
