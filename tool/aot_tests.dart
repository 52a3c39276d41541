/// Writes the program of all tests that can be compiled ahead of time; see
/// `tool/test_aot.sh`.
///
///     ./dartw run tool/aot_tests.dart FILE
library;

import 'dart:io';

/// Tag of the test files that need the Dart SDK, as they start Dart programs.
const sdkTag = 'sdk';

void main(List<String> arguments) {
  final program = File(arguments.single)..parent.createSync(recursive: true);
  // The program is in a folder below the package.
  final up = '../' * ('/'.allMatches(program.path).length);
  program.writeAsStringSync(aotProgram(aotTestFiles(Directory('test')), up));
}

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

/// The program that runs the tests in [files], found from its folder by [prefix].
String aotProgram(List<String> files, String prefix) {
  final program = StringBuffer("import 'package:test/test.dart';\n");
  for (final (i, file) in files.indexed) {
    program.writeln("import '$prefix$file' as test$i;");
  }
  // The timeout of dart_test.yaml, which compiled tests do not read.
  program.writeln(
    '\nvoid main() => '
    "group('', _all, timeout: const Timeout(Duration(minutes: 2)));\n"
    '\nvoid _all() {',
  );
  for (final (i, file) in files.indexed) {
    program.writeln("  group('$file:', test$i.main);");
  }
  program.writeln('}');
  return '$program';
}
