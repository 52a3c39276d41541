/// Runs a file.
library;

import '../../rhai_dart.dart';
import 'command_line.dart';
import 'console.dart';
import 'error_report.dart';
import 'script_engine.dart';
import 'script_modules.dart';
import 'source_files.dart';
import 'sources.dart';
import 'usage_error.dart';
import 'value_text.dart';

/// Runs the file that [line] names, prints its value or its error, and returns an exit code.
///
/// Throws a [UsageError] if the file cannot be read.
Future<int> runFile(CommandLine line, Console console) async {
  final path = line.files.single;
  final text = await readSource(path);
  final modules = await ScriptModules.forScript(path, line.modules);
  final script = ScriptEngine(
    line.permissions,
    modules,
    onPrint: console.write,
    arguments: line.arguments,
  );
  try {
    final Object? value = await script.engine.evalAsync(text);
    if (value != null) console.write(textOf(value));
    return ExitCode.success;
  } on RhaiException catch (error) {
    final sources = Sources(path, text, modules);
    console.writeError(describeError(error, sources, console));
    return ExitCode.scriptError;
  } finally {
    script.dispose();
  }
}
