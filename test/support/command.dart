/// The command `rhai`, as a process of its own.
library;

import 'dart:convert';
import 'dart:io';

import 'package:test/test.dart';

import 'folders.dart';

/// The end of a process.
typedef CommandResult = ({int exitCode, String output, String errors});

/// The arguments that make Dart run the command.
///
/// Dart would otherwise write about build hooks to standard error.
List<String> commandArguments(List<String> arguments) => [
  'run',
  '--verbosity=error',
  'rhai_dart:rhai',
  ...arguments,
];

/// Starts the command. It ends with the test.
Future<Process> startRhai(
  List<String> arguments, {
  Map<String, String> environment = const {},
}) async {
  final process = await Process.start(
    Platform.resolvedExecutable,
    commandArguments(arguments),
    environment: environment,
  );
  addTearDown(process.kill);
  return process;
}

/// Runs the command with some arguments and some input to its end.
Future<CommandResult> rhai(
  List<String> arguments, {
  String input = '',
  Map<String, String> environment = const {},
}) async {
  final process = await startRhai(arguments, environment: environment);
  process.stdin.write(input);
  await process.stdin.close();
  final output = utf8.decodeStream(process.stdout);
  final errors = utf8.decodeStream(process.stderr);
  return (
    exitCode: await process.exitCode,
    output: await output,
    errors: await errors,
  );
}

/// A folder of scripts for the command.
final class ScriptFolder {
  /// The folder.
  final Directory folder = temporaryFolder();

  /// The path of a file, which need not exist.
  String path(String name) => '${folder.path}/$name';

  /// Writes a file, and returns its path.
  String write(String name, String text) {
    final file = File(path(name))..parent.createSync(recursive: true);
    file.writeAsStringSync(text);
    return file.path;
  }
}
