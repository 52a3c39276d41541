/// The code in docs/FLUTTER.md is code of the Flutter app, which tool/test_flutter.sh runs.
library;

import 'dart:io';

import 'package:test/test.dart';

import '../support/project_files.dart';

void main() {
  test('code that is missing in a source is found', () {
    const source = 'void f() {\n  g();\n}\n';
    expect(contains(source, 'g();\n'), isTrue);
    expect(contains(source, 'void f() {\ng();\n'), isTrue);
    expect(contains(source, 'g();\ng();\n'), isFalse);
  });

  final sources = [
    for (final path in projectFiles)
      if (path.startsWith('example/flutter_app/') && path.endsWith('.dart'))
        File(path).readAsStringSync(),
  ];
  final blocks = RegExp(
    r'^```dart\n(.*?)^```$',
    multiLine: true,
    dotAll: true,
  ).allMatches(File('docs/FLUTTER.md').readAsStringSync());

  test('the code in docs/FLUTTER.md is in the app', () {
    expect(blocks, isNotEmpty);
    expect(sources, isNotEmpty);
    expect([
      for (final block in blocks)
        if (!sources.any((source) => contains(source, block[1]!))) block[1],
    ], isEmpty);
  });
}

/// Whether the lines of [code] are in [source], one after the other, however indented.
bool contains(String source, String code) =>
    '\n${_unindented(source)}'.contains('\n${_unindented(code)}');

String _unindented(String code) =>
    code.replaceAll(RegExp(r'^ +', multiLine: true), '');
