/// Settings and messages as `docs/INSTALL.md` has them.
@TestOn('linux')
library;

import 'dart:io';

import 'package:test/test.dart';

import '../../hook/src/settings.dart';
import '../support/hook/hook_project.dart';
import '../support/project_files.dart';

void main() {
  final text = File('docs/INSTALL.md').readAsStringSync();

  test('the settings are valid', () {
    final blocks = RegExp(
      r'^```yaml\n(.*?)^```$',
      multiLine: true,
      dotAll: true,
    ).allMatches(text).map((match) => match[1]!).toList();
    expect(blocks, hasLength(4));
    final sources = <Source?>{};
    for (final block in blocks) {
      expect(block, startsWith('hooks:\n  user_defines:\n    rhai_dart:\n'));
      final input = HookProject().writeInput(
        defines: {
          for (final line in RegExp(
            r'^ {6}(\w+): (\S+)( #.*)?$',
            multiLine: true,
          ).allMatches(block))
            line[1]!: line[2]!,
        },
      );
      sources.add(Settings.of(readInput(input)).source);
    }
    expect(sources, Source.values.toSet());
  });

  test('the messages are those of the hook', () {
    final hook = [
      for (final path in projectFiles)
        if (path.startsWith('hook/') && path.endsWith('.dart'))
          File(path).readAsStringSync(),
    ].join();
    final table = text.split('\n## Errors\n').last;
    final messages = [
      for (final row in RegExp(
        r'^\| (`.*?) \| ',
        multiLine: true,
      ).allMatches(table))
        for (final message in RegExp('`([^`]+)`').allMatches(row[1]!))
          message[1]!,
    ];
    expect(messages.length, greaterThan(12));
    expect([
      for (final message in messages)
        if (!hook.contains(message)) message,
    ], isEmpty);
  });

  test('the targets are those of the hook', () async {
    final table = text
        .split('\n## Cross compiling\n')
        .last
        .split('\n## ')
        .first;
    final named = {
      for (final match in RegExp(r'`(\w+-[\w-]+)`').allMatches(table))
        if (!match[1]!.endsWith('-gcc')) match[1]!,
    };
    final hook = File('hook/src/target.dart').readAsStringSync();
    final known = {
      for (final match in RegExp(
        r"'(\w+-(?:unknown|apple|pc|linux)-[\w-]+)'",
      ).allMatches(hook))
        match[1]!,
    };
    expect(known, containsAll(named));
    expect(named.length, greaterThan(14));
  });
}
