/// Looks at files without running them.
library;

import '../../rhai_dart.dart';
import 'command_line.dart';
import 'console.dart';
import 'error_report.dart';
import 'script_engine.dart';
import 'source_files.dart';
import 'usage_error.dart';

/// Prints what there is to say of the files that [line] names, and returns an exit code.
///
/// Throws a [UsageError] if a file cannot be read.
Future<int> checkFiles(CommandLine line, Console console) async {
  final script = ScriptEngine(line.permissions);
  var isBad = false;
  try {
    for (final path in line.files) {
      final text = await readSource(path);
      final (errors, warnings) = await _check(script.engine, path, text);
      errors.forEach(console.write);
      warnings.forEach(console.write);
      isBad |= errors.isNotEmpty;
      isBad |= line.warningsAreFatal && warnings.isNotEmpty;
    }
  } finally {
    script.dispose();
  }
  return isBad ? ExitCode.scriptError : ExitCode.success;
}

Future<(List<String>, List<String>)> _check(
  RhaiEngine engine,
  String path,
  String text,
) async {
  final name = Sources(path, text).pathOf('');
  try {
    final result = await engine.analyzeAsync(text);
    return (
      [
        for (final error in result.syntaxErrors)
          finding(name, error.position, 'error', error.message),
      ],
      [
        for (final warning in result.warnings)
          finding(name, warning.position, 'warning', warning.message),
      ],
    );
  } on RhaiException catch (error) {
    // It takes more time or memory than scripts may take.
    return (
      [finding(name, error.position, 'error', error.message)],
      <String>[],
    );
  }
}
