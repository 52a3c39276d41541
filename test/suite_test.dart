/// That nothing is forgotten in the tests that are compiled ahead of time.
library;

import 'dart:io';

import 'package:test/test.dart';

void main() {
  test('all_tests.dart has every test file', () {
    final suite = File('test/all_tests.dart').readAsStringSync();
    // These need the package's files, or start processes.
    const elsewhere = {
      'docs_test.dart',
      'process_test.dart',
      'suite_test.dart',
    };
    final missing = Directory('test')
        .listSync()
        .map((file) => file.uri.pathSegments.last)
        .where((name) => name.endsWith('_test.dart'))
        .where((name) => !elsewhere.contains(name))
        .where((name) => !suite.contains("import '$name'"));
    expect(missing, isEmpty);
  });
}
