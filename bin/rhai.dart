/// The command `rhai`, which runs Rhai scripts.
library;

import 'dart:io';

import 'package:rhai_dart/src/command/command.dart';

Future<void> main(List<String> arguments) async {
  exitCode = await runCommand(arguments);
}
