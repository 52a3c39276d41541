import 'engine.dart';
import 'errors.dart';

/// What [RhaiEngine.analyze] found out about a script without running it.
final class AnalysisResult {
  /// Creates a result.
  const AnalysisResult({
    required this.isValid,
    required this.syntaxErrors,
    required this.warnings,
    required this.astSummary,
  });

  /// Whether the script is valid Rhai under the engine's configuration.
  final bool isValid;

  /// What makes it invalid. Rhai stops at the first error, so there is at most
  /// one.
  final List<RhaiSyntaxError> syntaxErrors;

  /// What is valid, but looks wrong: a sentence each, with line and position.
  /// Calls of functions that neither the script nor the engine has are found.
  final List<String> warnings;

  /// The shape of the script in one line; empty if it is not valid.
  final String astSummary;

  @override
  String toString() => isValid
      ? 'AnalysisResult(valid, $astSummary, warnings: $warnings)'
      : 'AnalysisResult(invalid, $syntaxErrors)';
}
