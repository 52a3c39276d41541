/// Runs a file.
library;

import '../../rhai_dart.dart';
import 'command_line.dart';
import 'console.dart';
import 'error_report.dart';
import 'script_engine.dart';
import 'source_files.dart';
import 'usage_error.dart';
import 'value_text.dart';

/// Runs the file that [line] names, prints its value or its error, and returns an exit code.
///
/// Throws a [UsageError] if the file cannot be read.
Future<int> runFile(CommandLine line, Console console) async {
  final path = line.files.single;
  final text = await readSource(path);
  final script = ScriptEngine(line.permissions, arguments: line.arguments);
  try {
    final Object? value = await script.engine.evalAsync(text);
    if (value != null) console.write(textOf(value));
    return ExitCode.success;
  } on RhaiException catch (error) {
    console.writeError(describeError(error, Sources(path, text), console));
    return ExitCode.scriptError;
  } finally {
    script.dispose();
  }
}
