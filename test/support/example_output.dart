import 'dart:convert';
import 'dart:io';

import 'package:test/test.dart';

import 'run_program.dart';

/// Runs the example at [path], which must print what the comment at its end says.
Future<void> expectOutput(
  String path, {
  List<String> arguments = const [],
}) async {
  final expected = expectedOutput(File(path).readAsStringSync());
  expect(expected, isNotEmpty, reason: 'no comment that begins with Output:');
  expect(await runProgram(path, arguments: arguments), expected.map(matches));
}

/// Patterns of the lines in the comment at the end of a program, below `// Output:`. There
/// `<number>` stands for any number.
List<RegExp> expectedOutput(String source) {
  final lines = const LineSplitter().convert(source);
  final start = lines.lastIndexOf('// Output:');
  if (start < 0) return [];
  return [
    // Behind an empty line.
    for (final line in lines.skip(start + 2))
      RegExp(
        '^${RegExp.escape(line.replaceFirst(RegExp('^// ?'), '')).replaceAll('<number>', r'\d+')}\$',
      ),
  ];
}
