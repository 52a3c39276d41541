/// The command `rhai`.
library;

import 'check.dart';
import 'command_line.dart';
import 'console.dart';
import 'repl.dart';
import 'run.dart';
import 'usage_error.dart';

/// The version of this package.
const version = '0.1.0';

/// Runs the command with some arguments, and returns its exit code.
Future<int> runCommand(List<String> arguments) async {
  final console = Console();
  final exitCode = await _run(arguments, console);
  final isWritten = await console.flush();
  return exitCode == ExitCode.success && !isWritten
      ? ExitCode.wrongUsage
      : exitCode;
}

Future<int> _run(List<String> arguments, Console console) async {
  try {
    final line = CommandLine.parse(arguments);
    switch (line.mode) {
      case Mode.help:
        console.write(CommandLine.usage);
      case Mode.version:
        console.write('rhai_dart $version');
      case Mode.check:
        return await checkFiles(line, console);
      case Mode.run:
        return await runFile(line, console);
      case Mode.repl:
        return await runRepl(line, console);
    }
    return ExitCode.success;
  } on UsageError catch (error) {
    console.writeError('rhai: ${error.message}');
    return ExitCode.wrongUsage;
  }
}
