/// Writes the program of all tests that can be compiled ahead of time, or of those in
/// some files and folders; see `tool/test_aot.sh` and `tool/test_emulated.sh`.
///
///     ./dartw run tool/aot_tests.dart [--minutes=MINUTES] FILE [PATH...]
library;

import 'dart:io';

import 'package:args/args.dart';

/// Tag of the test files that need the Dart SDK, as they start Dart programs.
const sdkTag = 'sdk';

void main(List<String> arguments) {
  // The timeout of dart_test.yaml, which compiled tests do not read.
  final parser = ArgParser()..addOption('minutes', defaultsTo: '2');
  final options = parser.parse(arguments);
  final [path, ...selection] = options.rest;
  final files = selection.isEmpty
      ? aotTestFiles(Directory('test'))
      : [for (final path in selection) ..._aotTestFilesAt(path)];
  final program = File(path)..parent.createSync(recursive: true);
  program.writeAsStringSync(
    aotProgram(
      files,
      // It is in a folder below the package.
      prefix: '../' * '/'.allMatches(path).length,
      minutes: int.parse(options.option('minutes')!),
    ),
  );
}

List<String> _aotTestFilesAt(String path) =>
    path.endsWith('.dart') ? [path] : aotTestFiles(Directory(path));

/// Sorted paths of the test files in [tests] that are not marked with [sdkTag].
List<String> aotTestFiles(Directory tests) => [
  for (final file in tests.listSync(recursive: true))
    if (file is File &&
        file.path.endsWith('_test.dart') &&
        !needsSdk(file.readAsStringSync()))
      file.path.replaceAll(r'\', '/'),
]..sort();

/// Whether the [text] of a test file is marked with [sdkTag].
bool needsSdk(String text) => text.contains(
  RegExp('^@Tags\\(\\[[^\\]]*[\'"]$sdkTag[\'"]', multiLine: true),
);

/// The program that runs the tests in [files], found from its folder by [prefix]. A test
/// fails that takes longer than so many [minutes].
String aotProgram(
  List<String> files, {
  required String prefix,
  required int minutes,
}) {
  final program = StringBuffer("import 'package:test/test.dart';\n");
  for (final (i, file) in files.indexed) {
    program.writeln("import '$prefix$file' as test$i;");
  }
  program.writeln(
    '\nvoid main() => '
    "group('', _all, timeout: const Timeout(Duration(minutes: $minutes)));\n"
    '\nvoid _all() {',
  );
  for (final (i, file) in files.indexed) {
    program.writeln("  group('$file:', test$i.main);");
  }
  program.writeln('}');
  return '$program';
}
