/// No test file is forgotten where tests are compiled ahead of time.
library;

import 'dart:io';

import 'package:test/test.dart';

import '../../tool/aot_tests.dart';
import '../support/folders.dart';

void main() {
  test('files in all folders are found, but for those with the tag', () {
    final root = temporaryFolder();
    void write(String path, String text) => File('${root.path}/$path')
      ..createSync(recursive: true)
      ..writeAsStringSync(text);
    write('a_test.dart', 'void main() {}');
    write('folder/deeper/b_test.dart', "@Tags(['slow'])\nlibrary;");
    write(
      'folder/c_test.dart',
      "/// Programs.\n@Tags(['slow', 'sdk'])\nlibrary;",
    );
    write('folder/helper.dart', '');

    final path = root.path.replaceAll(r'\', '/');
    expect(aotTestFiles(root), [
      '$path/a_test.dart',
      '$path/folder/deeper/b_test.dart',
    ]);
  });

  test('the program runs each file as a group', () {
    final program = aotProgram(
      ['test/a_test.dart', 'test/b/c_test.dart'],
      prefix: '../',
      minutes: 7,
    );
    expect(program, contains("import '../test/a_test.dart' as test0;"));
    expect(program, contains("import '../test/b/c_test.dart' as test1;"));
    expect(program, contains('Duration(minutes: 7)'));
    expect(program, contains("group('test/a_test.dart:', test0.main);"));
    expect(program, contains("group('test/b/c_test.dart:', test1.main);"));
  });

  test('the files with the tag are those that start Dart programs', () {
    final startsPrograms = RegExp(
      r"^import '.*/(run_program|example_output|command)\.dart';",
      multiLine: true,
    );
    final files = Directory('test')
        .listSync(recursive: true)
        .whereType<File>()
        .where((file) => file.path.endsWith('_test.dart'));
    for (final file in files) {
      final text = file.readAsStringSync();
      expect(needsSdk(text), text.contains(startsPrograms), reason: file.path);
    }
    expect(
      files.where((file) => needsSdk(file.readAsStringSync())),
      isNotEmpty,
    );
  });
}
