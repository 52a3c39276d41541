/// @docImport 'engine.dart';
library;

import 'errors.dart';
import 'rhai_position.dart';

/// What [RhaiEngine.analyze] found out about a script without running it.
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

  /// What makes it invalid. Rhai stops at the first error, so there is at most
  /// one.
  final List<RhaiSyntaxError> syntaxErrors;

  /// What is valid, but looks wrong, by position.
  final List<AnalysisWarning> warnings;

  /// The functions that the script declares with `fn`, by position.
  final List<ScriptFunctionInfo> functions;

  /// What the script imports, by position.
  final List<ScriptImport> imports;

  /// The variables that the script uses and does not declare, by position: what
  /// [RhaiEngine.setVar] or [RhaiEngine.setConstant] must have set, whether they
  /// have or not. Each is there once.
  ///
  /// Functions see no variables but their own; what is not there for one is listed
  /// too, unless the script declares it at global level.
  final List<FreeVariable> freeVariables;

  /// The shape of the script in one line; empty if it is not valid.
  final String astSummary;

  @override
  String toString() => isValid
      ? 'AnalysisResult(valid, $astSummary, warnings: $warnings)'
      : 'AnalysisResult(invalid, $syntaxErrors)';
}

/// What an [AnalysisWarning] is about.
enum AnalysisWarningKind {
  /// A call of a function that neither the script nor the engine has with that many
  /// arguments.
  ///
  /// Methods can be entries of object maps. There is no warning where that may be so:
  /// if the script has an entry, property or text of that name, or imports modules;
  /// or if the object may have come from Dart.
  unknownFunction,

  /// A variable or constant whose value nobody uses: of `let`, `const`, a loop or a
  /// `catch`. Assigning to it is no use.
  ///
  /// None whose name starts with `_`, and no parameters: they are there for who calls
  /// the function.
  unusedVariable,

  /// The use of a variable that is not there: neither the script nor the engine has
  /// it, or it is outside of the function that uses it. For each there is one warning
  /// at global level and one in each function.
  undefinedVariable,

  /// Code that never runs, as what is before it in the same block does not go on.
  unreachableCode,

  /// A function of the script with the name and number of parameters of one of the
  /// engine's, which it is called instead of.
  shadowedFunction,

  /// An assignment to a constant at global level, as `global::NAME`.
  constantChanged,
}

/// Something in a script that is valid, but looks wrong.
final class AnalysisWarning {
  /// Creates a warning.
  const AnalysisWarning({
    required this.kind,
    required this.message,
    required this.position,
    required this.name,
  });

  /// What it is about.
  final AnalysisWarningKind kind;

  /// What is wrong, without the place.
  final String message;

  /// Where it is.
  final RhaiPosition position;

  /// The function or variable that it is about, with its module if it has one; for
  /// [AnalysisWarningKind.unreachableCode] what ends the code before it: `return`,
  /// `throw`, `break`, `continue` or `loop`.
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
  });

  /// Its name.
  final String name;

  /// The names of its parameters.
  final List<String> parameters;

  /// Where its name is.
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

  /// What is imported; null if it is not written as a literal.
  final String? path;

  /// What it is called in the script; null if it has no name there.
  final String? alias;

  /// Where the import is.
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

  /// Where it is first used.
  final RhaiPosition position;

  @override
  String toString() => '$name ($position)';
}
