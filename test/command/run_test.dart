/// The command runs files: values, errors, exit codes.
@Tags(['sdk'])
library;

import 'dart:io';

import 'package:test/test.dart';

import '../support/command.dart';

void main() {
  late ScriptFolder scripts;

  setUp(() => scripts = ScriptFolder());

  Future<CommandResult> run(
    String text, {
    List<String> options = const [],
    List<String> arguments = const [],
  }) => rhai([...options, scripts.write('s.rhai', text), ...arguments]);

  test('the value is printed as Rhai writes it', () async {
    final values = {
      '40 + 2': '42\n',
      '"text\\n2"': 'text\n2\n',
      '[1, 2.0, "a\\"b", (), #{x: [true]}, 1..=3, \'c\', || 1, blob(2, 255)]':
          '[1, 2.0, "a\\"b", (), #{"x": [true]}, 1..=3, "c", Fn(…), [ff ff]]\n',
      'let x = 1;': '',
      'let a = []; for i in 0..200 { a = [a] } a':
          '${'[' * 101}…${']' * 101}\n',
    };
    for (final MapEntry(key: script, value: output) in values.entries) {
      expect(await run(script), (exitCode: 0, output: output, errors: ''));
    }
  });

  test('print goes to standard output, debug to standard error', () async {
    final result = await run('print("out"); debug("err"); sleep(0.01); 1');
    expect(result.output, 'out\n1\n');
    expect(result.errors, contains('err'));
  });

  test('arguments are the constant ARGS, whatever they are', () async {
    expect(
      await run(
        'fn f() { global::ARGS.len() } [f()] + ARGS',
        arguments: ['a b', '--check', '-', 'ä'],
      ),
      (exitCode: 0, output: '[4, "a b", "--check", "-", "ä"]\n', errors: ''),
    );
    final failed = await run('ARGS = 1');
    expect(failed.errors, contains('Cannot modify constant'));
  });

  test('a script can begin with #! and a byte order mark', () async {
    expect((await run('#!/usr/bin/env rhai\n1 + 1')).output, '2\n');
    expect((await run('\u{feff}1 + 1')).output, '2\n');
    expect((await run('\u{feff}#!/usr/bin/rhai\r\n1 + 1\r\n')).output, '2\n');
  });

  test('- is standard input', () async {
    expect(await rhai(['-', 'x'], input: 'ARGS[0] + `\n\n1`'), (
      exitCode: 0,
      output: 'x\n1\n',
      errors: '',
    ));
    final failed = await rhai(['-'], input: '\nx');
    expect(failed.errors, startsWith('<stdin>:2:1: error: '));
  });

  group('errors', () {
    test('have the line with a caret', () async {
      final result = await run('let a = 1;\n\tfoo(a) + 1');
      expect(result.exitCode, 1);
      expect(result.output, isEmpty);
      expect(
        result.errors,
        startsWith('${scripts.path('s.rhai')}:2:2: error: Function not found'),
      );
      expect(result.errors, endsWith('\n\tfoo(a) + 1\n\t^\n'));
    });

    test('that make a script invalid look the same', () async {
      final path = scripts.path('s.rhai');
      expect(await run('1;\n/*ä*/ let x = ;'), (
        exitCode: 1,
        output: '',
        errors:
            "$path:2:15: error: Unexpected ';'\n"
            '/*ä*/ let x = ;\n              ^\n',
      ));
    });

    test('list the calls', () async {
      final path = scripts.path('s.rhai');
      final result = await run(
        'fn f(x) {\n  throw "a"\n}\nfn g() { f(1) }\ng()',
      );
      expect(
        result.errors,
        endsWith(
          '  throw "a"\n  ^\n'
          '  at f ($path:2:3)\n  at g ($path:4:10)\n  at script ($path:5:1)\n',
        ),
      );
    });

    test('in long lines show what is around the place', () async {
      final result = await run('${'/* */ ' * 500}foo() ${'/* */ ' * 500}');
      final lines = result.errors.split('\n');
      final (line, caret) = (lines[1], lines[2]);
      expect(line.length, 120);
      expect(line.substring(caret.indexOf('^')), startsWith('foo()'));
    });

    test('have the line also where lines end with a carriage return', () async {
      final result = await run('print(1);\r\nlet x = ;\r\n');
      expect(result.errors, endsWith('\nlet x = ;\n        ^\n'));
    });

    test('at the end of a script, and beyond the columns of Rhai', () async {
      expect((await run('1 +')).errors, endsWith('\n1 +\n   ^\n'));
      final far = await run('${' ' * 70000}foo()');
      expect(far.exitCode, 1);
      expect(far.errors, contains('Function not found: foo'));
    });

    test('cannot make a terminal do anything', () async {
      final result = await run('throw "a\\x1b[31m\\x07" // \x1b[2J\x9b\x07');
      expect(result.errors, isNot(contains(RegExp(r'[\x07\x1b\x9b]'))));
    });

    test('of limits are errors of the script', () async {
      for (final script in ['loop {}', 'let a = []; loop { a.push(a) }']) {
        expect((await run(script)).exitCode, 1);
      }
    });

    test('have no colour where nobody sees them', () async {
      expect((await run('x')).errors, isNot(contains('\x1b')));
    });
  });

  test('a script that computes for long needs run-time', () async {
    const script = 'let x = 0; for i in 0..600000 { x += 1 } x';
    final failed = await run(script);
    expect(failed.exitCode, 1);
    expect(failed.errors, contains('maxOperations'));
    final result = await run(script, options: ['--allow=run-time=10m']);
    expect(result.output, '600000\n');
    final late = await run('loop {}', options: ['--allow=run-time=50ms']);
    expect(late.exitCode, 1);
    expect(late.errors, contains('50 ms'));
  });

  group('wrong usage:', () {
    final wrong = {
      ['--nope']: '--nope',
      ['no such file.rhai']: 'cannot read no such file.rhai: ',
      ['test']: 'cannot read test: ',
      ['--check']: '--check needs a FILE',
      ['--check', '-', '-']: 'standard input (-) can be read once',
      ['--fatal-warnings', 'x']: '--fatal-warnings needs --check',
      ['--allow', 'foo', 'x']: 'there is no such thing; there are http, read',
      ['--allow=read', 'x']: 'read needs a value, as in read=FOLDER',
      ['--allow=http=1', 'x']: 'http has no value',
      ['--allow=env,env', 'x']: 'env is there twice',
      ['--allow=run-time=10', 'x']: 'write a number with ms, s, m or h',
      ['--allow=run-time=0s', 'x']: 'write a number with ms, s, m or h',
      ['--allow=run-time=999999999h', 'x']: 'at most 720h',
      ['--allow=read=no-such-folder', '-']: 'there is no folder no-such-folder',
    };
    wrong.forEach((arguments, message) {
      test('$arguments', () async {
        final result = await rhai(arguments);
        expect(result.exitCode, 2);
        expect(result.output, isEmpty);
        expect(result.errors, allOf(startsWith('rhai: '), contains(message)));
      });
    });

    test('a file that is too long', () async {
      final path = scripts.path('s.rhai');
      File(path).openSync(mode: FileMode.write)
        ..truncateSync((10 << 20) + 1)
        ..closeSync();
      for (final arguments in [
        [path],
        ['--check', path],
      ]) {
        final result = await rhai(arguments);
        expect(result.exitCode, 2);
        expect(result.errors, contains('it has more than 10485760 bytes'));
      }
    });

    test('a file that is no text', () async {
      final path = scripts.path('s.rhai');
      File(path).writeAsBytesSync([0xff, 0xfe]);
      final result = await rhai([path]);
      expect(result.exitCode, 2);
      expect(result.errors, contains('it is not text in UTF-8'));
    });
  });

  test('--help and --version', () async {
    final help = await rhai(['--help']);
    expect(help.exitCode, 0);
    expect(help.output, contains('Usage: rhai [options] FILE'));
    final version = RegExp(
      r'^version: (.*)$',
      multiLine: true,
    ).firstMatch(File('pubspec.yaml').readAsStringSync())![1]!;
    expect((await rhai(['--version'])).output, 'rhai_dart $version\n');
  });
}
