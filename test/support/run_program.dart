import 'dart:convert';
import 'dart:io';

import 'package:test/test.dart';

/// Runs the program at [path] to its end, which must be a success; returns the
/// lines it printed. It may have at most [addressSpace] bytes of it.
Future<List<String>> runProgram(
  String path, {
  List<String> arguments = const [],
  int? addressSpace,
}) async {
  final command = [
    if (addressSpace != null) ...[
      ...['sh', '-c', 'ulimit -v ${addressSpace ~/ 1024} && exec "\$@"', 'sh'],
    ],
    ...[Platform.resolvedExecutable, 'run', path, ...arguments],
  ];
  final process = await Process.start(
    command.first,
    command.sublist(1),
    workingDirectory: Directory.current.path,
  );
  addTearDown(process.kill);
  final output = process.stdout.transform(utf8.decoder).join();
  final errors = process.stderr.transform(utf8.decoder).join();
  final exitCode = await process.exitCode;
  expect(exitCode, 0, reason: '${await output}\n${await errors}');
  return const LineSplitter().convert(await output);
}
