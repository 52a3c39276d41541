/// Runs the code in the documentation.
@Tags(['sdk'])
@Timeout(Duration(minutes: 5))
library;

import 'dart:convert';
import 'dart:io';

import 'package:test/test.dart';

import '../support/run_program.dart';

/// Declarations that all blocks may use.
const _prelude = r'''
import 'dart:async';
import 'package:rhai_dart/rhai_dart.dart';

RhaiEngine engine = RhaiEngine.withDefaults();

void renew() {
  engine.dispose();
  engine = RhaiEngine.withDefaults()
    ..registerFunction('fetch_user', (int id) async => {
      'name': 'User $id',
      'age': 40 + id,
    })
    ..registerFunction('fail_with', (String text) async {
      throw FormatException(text);
    });
}
''';

void main() {
  for (final path in [
    'README.md',
    'docs/ASYNC_FUNCTIONS.md',
    'docs/DART_TYPES.md',
    'docs/ENGINES.md',
    'docs/FAQ.md',
    'docs/FUNCTIONS.md',
    'docs/ISOLATES.md',
    'docs/MODULES.md',
    'docs/RHAI_FOR_DART_DEVELOPERS.md',
    'docs/SCRIPTS.md',
    'docs/SECURITY.md',
    'docs/TESTING.md',
    'docs/VALUES.md',
  ]) {
    test('the code in $path does what it says', () async {
      final blocks = _blocksOf(File(path).readAsStringSync());
      expect(blocks, isNotEmpty);
      final program = StringBuffer(_prelude);
      final calls = <String>[];
      final expected = <String>[];
      final tests = <String>[];
      for (final (index, (language, code)) in blocks.indexed) {
        if (code.contains("import 'package:test/test.dart'")) {
          tests.add(code);
          continue;
        }
        if (code.contains('Future<void> main()')) {
          expect(await _runProgram(code), _expectedOf(code), reason: code);
          continue;
        }
        final body = language == 'dart'
            ? code
            : 'await engine.evalAsync(r"""$code""");';
        program.writeln('Future<void> block$index() async {\n$body\n}');
        calls.add('  renew();\n  await block$index();');
        expected.addAll(_expectedOf(code));
      }
      program.writeln(
        'Future<void> main() async {\n${calls.join('\n')}\n  engine.dispose();\n}',
      );
      expect(await _runProgram('$program'), expected, reason: '$program');
      if (tests.isNotEmpty) await _runTests(tests);
    });
  }
}

/// The blocks of Dart and Rhai code in a text, with their language, and the code in rows of
/// tables that are about both.
List<(String, String)> _blocksOf(String markdown) => [
  for (final block in RegExp(
    r'^```(dart|rhai)\n(.*?)^```$',
    multiLine: true,
    dotAll: true,
  ).allMatches(markdown))
    (block[1]!, block[2]!),
  for (final table in RegExp(
    r'^\| Dart \| Rhai \|\n\|---\|---\|\n((?:\|.*\n)+)',
    multiLine: true,
  ).allMatches(markdown))
    for (final row in const LineSplitter().convert(table[1]!)) ..._cellsOf(row),
];

/// The Dart and the Rhai code in a row of a table.
List<(String, String)> _cellsOf(String row) {
  final cells = RegExp(r'^\| (`+)(.+)\1 \| (`+)(.+)\3 \|$').firstMatch(row);
  expect(cells, isNotNull, reason: row);
  String code(int group) => cells![group]!.replaceAll(r'\|', '|');
  return [('dart', code(2)), ('rhai', code(4))];
}

/// Lines that a block should print: the comments behind its calls of `print`.
List<String> _expectedOf(String code) => [
  for (final line in const LineSplitter().convert(code))
    if (RegExp(r'^ *print\(.*\); // (.*)$').firstMatch(line) case final match?)
      match[1]!,
];

Future<List<String>> _runProgram(String code) =>
    _runFiles({'block.dart': code});

/// Runs test files, as one program: each would take long to compile.
Future<void> _runTests(List<String> codes) async {
  final indices = Iterable<int>.generate(codes.length);
  final output = await _runFiles({
    'block.dart': [
      "import 'package:test/test.dart';",
      for (final i in indices) "import 'block$i.dart' as block$i;",
      'void main() {',
      for (final i in indices) "  group('block $i', block$i.main);",
      '}',
    ].join('\n'),
    for (final i in indices) 'block$i.dart': codes[i],
  });
  expect(output, contains(endsWith('All tests passed!')));
}

/// Runs the program `block.dart` among [files], which are named; returns the lines it printed.
Future<List<String>> _runFiles(Map<String, String> files) async {
  // In the package, so that it finds the package's libraries.
  final folder = Directory('.dart_tool').createTempSync('docs_test_');
  try {
    files.forEach(
      (name, code) => File('${folder.path}/$name').writeAsStringSync(code),
    );
    return await runProgram('${folder.path}/block.dart');
  } finally {
    folder.deleteSync(recursive: true);
  }
}
