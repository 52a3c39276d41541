/// The command looks at files.
@Tags(['sdk'])
library;

import 'package:test/test.dart';

import '../support/command.dart';

void main() {
  late ScriptFolder scripts;

  setUp(() => scripts = ScriptFolder());

  test('errors and warnings have a line each', () async {
    final good = scripts.write('good.rhai', 'print(ARGS)');
    final bad = scripts.write('bad.rhai', 'let x = ;');
    final odd = scripts.write('odd.rhai', '\n  let x = y; foo(1);');
    final result = await rhai(['--check', good, bad, odd]);
    expect(result.exitCode, 1);
    expect(result.errors, isEmpty);
    final lines = result.output.trim().split('\n');
    expect(lines, hasLength(4));
    expect(lines.first, "$bad:1:9: error: Unexpected ';'");
    expect(lines.skip(1), everyElement(startsWith('$odd:2:')));
    expect(lines.skip(1), everyElement(contains(': warning: ')));
  });

  test('warnings are no failure unless they are fatal', () async {
    final odd = scripts.write('odd.rhai', 'let x = 1;');
    expect((await rhai(['--check', odd])).exitCode, 0);
    final fatal = await rhai(['--check', '--fatal-warnings', odd]);
    expect(fatal.exitCode, 1);
    expect(fatal.output, '$odd:1:5: warning: unused variable: x\n');
    final good = scripts.write('good.rhai', '1');
    expect((await rhai(['--check', '--fatal-warnings', good])).exitCode, 0);
  });

  test('nothing runs', () async {
    final path = scripts.write('s.rhai', 'print(1); throw 2');
    expect(await rhai(['--check', path]), (
      exitCode: 0,
      output: '',
      errors: '',
    ));
  });

  test('what is allowed is known', () async {
    final path = scripts.write('s.rhai', 'env::get("HOME")');
    expect((await rhai(['--check', path])).output, contains('env'));
    final allowed = await rhai(['--check', '--allow=env', path]);
    expect(allowed, (exitCode: 0, output: '', errors: ''));
  });

  test('standard input is <stdin>', () async {
    final result = await rhai(['--check', '-'], input: 'x');
    expect(result.output, startsWith('<stdin>:1:1: warning: '));
  });

  test('a file that is missing is wrong usage', () async {
    final result = await rhai(['--check', scripts.path('no.rhai')]);
    expect(result.exitCode, 2);
    expect(result.errors, startsWith('rhai: cannot read '));
  });
}
