/// Documents name only files that exist.
library;

import 'dart:io';

import 'package:test/test.dart';

import '../support/project_files.dart';

void main() {
  test('names of files that are missing are found', () {
    const text = '''
See `lib/src/a.dart`, `b.rs` and `test/limits/`; run `dart run tool/no.dart --fast`.
[Here](docs/NO.md#part), [there](https://rhai.rs/x.md), `limits/a_test`, `no_test`,
`rust/src/no`, `src/`, `no/`, `a / b`, `x.y`, `rust/src/a`.
```yaml
path: not/checked.yaml
```
`s.sh` `t.toml` `u.yaml`
[c](https://github.com/rhai-dart/rhai_dart/blob/main/rust/src/a/c.rs) [r]
[tree](https://github.com/rhai-dart/rhai_dart/tree/main/rust) [a](a.dart)
![picture](https://raw.githubusercontent.com/rhai-dart/rhai_dart/main/docs/no.svg)

[b]: https://github.com/rhai-dart/rhai_dart/blob/main/rust/src/a/b.rs#part
[r]: https://github.com/rhai-dart/rhai_dart/blob/main/b.rs
''';
    const files = [
      'lib/src/a.dart',
      'rust/src/a/b.rs',
      'test/limits/a_test.dart',
    ];
    expect(missingPaths(text, files), [
      'tool/no.dart',
      'docs/NO.md',
      'no_test',
      'rust/src/no',
      'no/',
      's.sh',
      't.toml',
      'u.yaml',
      'rust/src/a/c.rs',
      'docs/no.svg',
      'b.rs',
    ]);
  });

  final documents = projectFiles.where(
    (path) => RegExp(r'^(docs/)?[^/]+\.md$').hasMatch(path),
  );

  test('there are documents', () {
    expect(
      documents,
      containsAll(['README.md', 'CONTRIBUTING.md', 'docs/ARCHITECTURE.md']),
    );
  });

  for (final path in documents) {
    test('$path names only files that there are', () {
      final text = File(path).readAsStringSync();
      expect(missingPaths(text, projectFiles), isEmpty);
    });
  }
}

/// Words in [markdown] that look like the path of a file or a folder, but match the
/// end of none in [files]; and paths in links to the repository that are not in [files].
///
/// Words count if they are in a link, or in backticks outside of blocks of code.
List<String> missingPaths(String markdown, List<String> files) {
  final text = markdown.replaceAll(_blocks, '');
  return [
    for (final span in _spans.allMatches(text))
      for (final word in (span[1] ?? span[2]!).split(RegExp(r'[\s#]')))
        if (_looksLikePath(word) && !_exists(word, files)) word,
    for (final link in _repositoryLinks.allMatches(text))
      if (!files.any((file) => '$file/'.startsWith('${link[1]}/'))) link[1]!,
  ];
}

/// Links to the newest files of the repository, as pub.dev shows documents without the
/// folders beside them.
final _repositoryLinks = RegExp(
  r'https://(?:github\.com/rhai-dart/rhai_dart/(?:blob|tree)'
  r'|raw\.githubusercontent\.com/rhai-dart/rhai_dart)/main/([\w./-]*\w)',
);

final _blocks = RegExp(r'^```.*?^```', multiLine: true, dotAll: true);

final _spans = RegExp(r'`([^`]+)`|\]\(([^)]+)\)');

bool _looksLikePath(String word) =>
    RegExp(r'^[\w.-]+(/[\w.-]+)*/?$').hasMatch(word) &&
    RegExp(
      r'\w\.(rs|dart|sh|md|yaml|toml)$|/$|_test$'
      r'|^(lib|rust|test|tool|docs|hook|example|benchmark)/',
    ).hasMatch(word);

/// Whether a file or folder of this name exists. Test files have no ending.
bool _exists(String word, List<String> files) {
  final name = word.endsWith('/') ? word.substring(0, word.length - 1) : word;
  return files.any(
    (file) =>
        '/$file'.endsWith('/$name') ||
        '/$file'.contains('/$name/') ||
        name.endsWith('_test') && '/$file'.endsWith('/$name.dart'),
  );
}
