/// The workflows agree with the project that they test and release.
library;

import 'dart:io';

import 'package:test/test.dart';
import 'package:yaml/yaml.dart';

import '../support/project_files.dart';

void main() {
  final texts = {
    for (final path in projectFiles)
      if (path.startsWith('.github/workflows/'))
        path: File(path).readAsStringSync(),
  };
  final workflows = texts.map(
    (path, text) => MapEntry(path, loadYaml(text) as YamlMap),
  );

  test('paths that are missing are found', () {
    expect(
      missingPaths(
        'run: tool/a.sh && ./b x/c.dart build/d\n'
        '# tool/e.sh\n'
        'manifest-path: rust/Cargo.toml\n'
        'run: .ci/run tool/no.dart --x=test/y',
        ['b', 'rust/Cargo.toml', 'tool/a.sh', 'test/y/z.dart'],
      ),
      ['.ci/run', 'tool/no.dart'],
    );
  });

  test('there are workflows', () {
    expect(
      workflows.keys,
      unorderedEquals([
        '.github/workflows/ci.yml',
        '.github/workflows/release.yml',
      ]),
    );
  });

  test('they run only scripts that there are', () {
    for (final MapEntry(key: path, value: text) in texts.entries) {
      expect(missingPaths(text, projectFiles), isEmpty, reason: path);
    }
  });

  test('each job ends, and each action has a version', () {
    for (final MapEntry(key: path, value: workflow) in workflows.entries) {
      final jobs = workflow['jobs'] as YamlMap;
      for (final MapEntry(key: name, value: job as YamlMap) in jobs.entries) {
        expect(job['timeout-minutes'], isA<int>(), reason: '$path: $name');
        for (final step in job['steps'] as YamlList) {
          final action = (step as YamlMap)['uses'] as String? ?? 'none@v1';
          expect(action, matches(r'@v\d[\d.]*$'), reason: '$path: $name');
        }
      }
    }
  });

  test('nothing may write, but the job that publishes', () {
    for (final MapEntry(key: path, value: workflow) in workflows.entries) {
      expect(workflow['permissions'], {'contents': 'read'}, reason: path);
      final jobs = workflow['jobs'] as YamlMap;
      expect([
        for (final MapEntry(key: name, value: job as YamlMap) in jobs.entries)
          if (job.containsKey('permissions')) name,
      ], path.endsWith('/release.yml') ? ['publish'] : isEmpty);
    }
  });

  test('the oldest versions are tested', () {
    final jobs = workflows['.github/workflows/ci.yml']!['jobs'] as YamlMap;
    final matrix = jobs['platforms']['strategy']['matrix'] as YamlMap;
    final oldest = matrix['include'][0] as YamlMap;
    expect(
      File('pubspec.yaml').readAsStringSync(),
      contains('sdk: ^${oldest['dart']}.0\n'),
    );
    expect(
      File('rust/Cargo.toml').readAsStringSync(),
      contains('rust-version = "${oldest['rust']}"\n'),
    );
  });

  test('all targets of the build hook are released', () {
    final known = _triple.allMatches(
      File('hook/src/target.dart').readAsStringSync(),
    );
    final released = _triple.allMatches(
      texts['.github/workflows/release.yml']!,
    );
    expect(
      {for (final match in released) match[0]},
      {for (final match in known) match[0]}
        // Rust has no standard library for it.
        ..remove('riscv64-linux-android')
        // Names of clang's.
        ..removeAll(['armv7a-linux-androideabi', 'riscv64-unknown-linux-gnu']),
    );
  });
}

final _triple = RegExp(
  r'\b\w+-(unknown-linux-gnu\w*|apple-\w+(-sim)?|pc-windows-\w+|linux-android\w*)\b',
);

/// Words in the [text] of a workflow that look like the path of a file, but are in none of
/// [files].
List<String> missingPaths(String text, List<String> files) => [
  for (final line in text.split('\n'))
    if (!line.trimLeft().startsWith('#'))
      for (final match in _path.allMatches(line))
        if (!files.contains(match[1]!.replaceFirst('./', ''))) match[1]!,
];

final _path = RegExp(
  r'(?<=[\s=])(\./\w+|\.ci/\w+|(?:tool|example|rust)/[\w./]*\.\w+)',
);
