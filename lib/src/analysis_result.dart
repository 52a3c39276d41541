/// @docImport 'engine.dart';
library;

import 'errors.dart';
import 'rhai_position.dart';

/// A description of a script by [RhaiEngine.analyze], which does not run it.
///
/// The lists cannot be changed. All but [syntaxErrors] are empty if the script is not
/// valid.
final class AnalysisResult {
  /// Creates a result.
  const AnalysisResult({
    required this.isValid,
    required this.syntaxErrors,
    required this.warnings,
    required this.functions,
    required this.imports,
    required this.freeVariables,
    required this.astSummary,
  });

  /// Whether the script is valid Rhai under the engine's configuration.
  final bool isValid;

  /// The errors that make it invalid. Rhai stops at the first one, so there is at most one.
  final List<RhaiSyntaxError> syntaxErrors;

  /// Code that is valid, but looks wrong, by position.
  final List<AnalysisWarning> warnings;

  /// The functions that the script declares with `fn`, by position.
  final List<ScriptFunctionInfo> functions;

  /// The imports of the script, by position.
  final List<ScriptImport> imports;

  /// The variables that the script uses and does not declare, by position. Each is there
  /// once.
  ///
  /// [RhaiEngine.setVar] or [RhaiEngine.setConstant] must set them before the script runs.
  /// They are listed whether that has been done or not. Functions see no variables but
  /// their own: a variable that a function misses is listed, too, unless the script
  /// declares it at global level.
  final List<FreeVariable> freeVariables;

  /// The shape of the script in one line; empty if it is not valid.
  final String astSummary;

  @override
  String toString() => isValid
      ? 'AnalysisResult(valid, $astSummary, warnings: $warnings)'
      : 'AnalysisResult(invalid, $syntaxErrors)';
}

/// Kinds of [AnalysisWarning]s.
enum AnalysisWarningKind {
  /// A call of a function that neither the script nor the engine has with that many
  /// arguments.
  ///
  /// Methods can be entries of object maps. There is no warning where that may be so: if
  /// the script has an entry, property or text of that name, if it imports modules, or if
  /// the object may have come from Dart.
  unknownFunction,

  /// A variable or constant of `let`, `const`, a loop or a `catch` whose value nobody uses.
  /// Assigning to it is no use.
  ///
  /// There is no warning for names that start with `_`, nor for parameters, which are there
  /// for callers of the function.
  unusedVariable,

  /// The use of a variable that neither the script nor the engine has, or that is outside
  /// of the function that uses it.
  ///
  /// For each variable there is one warning at global level, and one in each function.
  undefinedVariable,

  /// Code that never runs, because a statement before it leaves the block.
  unreachableCode,

  /// A function of the script that is called instead of one of the engine's, with the same
  /// name and number of parameters.
  shadowedFunction,

  /// An assignment to a constant: at global level as `global::NAME`, or to one of the engine or
  /// the scope by its name.
  constantChanged,
}

/// A warning about code that is valid, but looks wrong.
final class AnalysisWarning {
  /// Creates a warning.
  const AnalysisWarning({
    required this.kind,
    required this.message,
    required this.position,
    required this.name,
  });

  /// The kind of problem.
  final AnalysisWarningKind kind;

  /// The problem, without its place.
  final String message;

  /// The place of the code.
  final RhaiPosition position;

  /// The function or variable that it is about, with its module if it has one.
  ///
  /// For [AnalysisWarningKind.unreachableCode] it is the word that leaves the block:
  /// `return`, `throw`, `break`, `continue` or `loop`.
  final String name;

  @override
  String toString() => '$message ($position)';
}

/// A function that a script declares.
final class ScriptFunctionInfo {
  /// Creates a description of a function.
  const ScriptFunctionInfo({
    required this.name,
    required this.parameters,
    required this.position,
    this.documentation = '',
  });

  /// Its name.
  final String name;

  /// The names of its parameters.
  final List<String> parameters;

  /// The text of the `///` lines right above it, without the slashes. It is known of the
  /// functions of a compiled script.
  final String documentation;

  /// The place of its name.
  final RhaiPosition position;

  @override
  String toString() => '$name(${parameters.join(', ')}) ($position)';
}

/// An `import` in a script.
final class ScriptImport {
  /// Creates a description of an import.
  const ScriptImport({
    required this.path,
    required this.alias,
    required this.position,
  });

  /// The path of the module; null if it is not written as a literal.
  final String? path;

  /// The name of the module in the script; null if it has none.
  final String? alias;

  /// The place of the import.
  final RhaiPosition position;

  @override
  String toString() {
    final what = path == null ? 'import …' : 'import "$path"';
    return alias == null ? '$what ($position)' : '$what as $alias ($position)';
  }
}

/// A variable that a script uses and does not declare.
final class FreeVariable {
  /// Creates a description of a variable.
  const FreeVariable({required this.name, required this.position});

  /// Its name.
  final String name;

  /// The place of its first use.
  final RhaiPosition position;

  @override
  String toString() => '$name ($position)';
}
