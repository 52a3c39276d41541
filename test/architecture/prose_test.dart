/// Rules for the words of comments and documents.
library;

import 'dart:io';

import 'package:test/test.dart';

import '../support/project_files.dart';

void main() {
  test('doc comments that begin with "What" are found', () {
    expect(
      commentsWithWhat(
        '/// What it is.\n'
        'class A {\n'
        '  /// Takes\n'
        '  /// What it gets.\n'
        '  int a; // What it counts.\n'
        '  /// What\n'
        "  String b = '/// What';\n"
        '}\n'
        '/// Whatever there is.\n',
      ),
      [1, 6],
    );
    expect(commentsWithWhat('//! What it is.\n\n/// What it does.'), [1, 3]);
  });

  test('strangers are found', () {
    expect(linesWithStrangers('Scripts\nof Strangers.\nstrange'), [2]);
  });

  final sources = projectFiles.where(
    (path) => path.endsWith('.dart') || path.endsWith('.rs'),
  );
  final documents = projectFiles.where((path) => path.endsWith('.md'));

  test('there are sources and documents', () {
    expect(sources, contains('lib/rhai_dart.dart'));
    expect(sources.where((path) => path.endsWith('.rs')), isNotEmpty);
    expect(documents, containsAll(['README.md', 'docs/SECURITY.md']));
  });

  test('no doc comment begins with "What"', () {
    expect(
      [
        for (final path in sources)
          for (final line in commentsWithWhat(File(path).readAsStringSync()))
            '$path:$line',
      ].join('\n'),
      isEmpty,
    );
  });

  test('scripts are untrusted, and nobody is a stranger', () {
    expect(
      [
        for (final path in documents)
          for (final line in linesWithStrangers(File(path).readAsStringSync()))
            '$path:$line',
        for (final path in sources)
          if (path != 'test/architecture/prose_test.dart')
            for (final line in linesWithStrangers(
              File(path).readAsStringSync(),
            ))
              '$path:$line',
      ].join('\n'),
      isEmpty,
    );
  });
}

/// Numbers of the lines in [source] where a doc comment begins with "What".
List<int> commentsWithWhat(String source) {
  final lines = source.split('\n');
  return [
    for (final (i, line) in lines.indexed)
      if (_what.hasMatch(line) && (i == 0 || !_doc.hasMatch(lines[i - 1])))
        i + 1,
  ];
}

final _doc = RegExp(r'^\s*//[/!]');

final _what = RegExp(r'^\s*//[/!]\s*What\b');

/// Numbers of the lines in [text] that speak of strangers.
List<int> linesWithStrangers(String text) => [
  for (final (i, line) in text.split('\n').indexed)
    if (line.toLowerCase().contains('stranger')) i + 1,
];
