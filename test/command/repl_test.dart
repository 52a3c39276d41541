/// The command reads and evaluates line by line.
@Tags(['sdk'])
@TestOn('!windows')
library;

import 'dart:async';
import 'dart:convert';
import 'dart:io';

import 'package:test/test.dart';

import '../support/command.dart';

void main() {
  test('values are printed as they are written, () is not', () async {
    expect(await rhai([], input: '40 + 2\n"a\\n"\n()\n\n[1,()]\n'), (
      exitCode: 0,
      output: '42\n"a\\n"\n[1, ()]\n',
      errors: '',
    ));
  });

  test('variables stay, also after an error', () async {
    final result = await rhai(
      [],
      input: 'let x = 1;\nconst C = 2;\nx += C; throw "a"\nx\nC = 1\n:vars\n',
    );
    expect(result.output, '3\nx = 3\nC = 2\n');
    expect(result.errors, contains('input:1:9: error: '));
    expect(result.errors, contains('x += C; throw "a"\n        ^'));
    expect(result.errors, contains('constant'));
  });

  test('functions stay, and can be replaced and overloaded', () async {
    final result = await rhai(
      [],
      input: '''
fn f(x) { x + 1 }
f(1)
fn g(x) { f(x) * 2 } g(1)
g(2)
fn f(x) { x } fn f(x, y) { y }
g(2)
f(1, 5)
[1, 2].map(f)
fn fail(x) { x.foo }
fail(1)
:functions
''',
    );
    expect(
      result.output,
      '2\n4\n6\n4\n5\n[1, 2]\n'
      'f(x: ?) -> ?\nf(x: ?, y: ?) -> ?\nfail(x: ?) -> ?\ng(x: ?) -> ?\n'
      'sleep(seconds: int | float) -> ?\n',
    );
    expect(
      result.errors,
      startsWith("input:1:1: error: Unknown property 'foo'"),
    );
  });

  group('an input goes on while something is open:', () {
    final inputs = {
      'brackets': ('[1,\n2\n]', '[1, 2]'),
      'calls': ('max(\n1,\n2)', '2'),
      'blocks': ('if true {\n1\n}', '1'),
      'functions': ('fn f()\n{\n7 }\nf()', '7'),
      'operators': ('1 +\n\n2', '3'),
      'declarations': ('let x =\n5;\nx', '5'),
      'texts': ('`a\nb`', r'"a\nb"'),
      'code in texts': ('`a\${1 +\n1}\n`', r'"a2\n"'),
      'raw texts': ('#"a\n"b"#', r'"a\n\"b"'),
      'raw texts with two signs': ('##"a\n"#b"##', r'"a\n\"#b"'),
      'texts with a backslash': ('"a\\\n  b"', '"a b"'),
      'comments': ('/* a\n1\n*/ 2', '2'),
      'nested comments': ('1 /* a /* b\n*/\n*/ + 2', '3'),
      'a comment at the end': ('[1, // ]\n2]', '[1, 2]'),
      'maps': ('#{a: 1,\nb: [\n2]}', '#{"a": 1, "b": [2]}'),
    };
    inputs.forEach((name, pair) {
      test(name, () async {
        final (input, output) = pair;
        expect(await rhai([], input: '$input\n"end"\n'), (
          exitCode: 0,
          output: '$output\n"end"\n',
          errors: '',
        ));
      });
    });

    test('not after another mistake', () async {
      final result = await rhai(
        [],
        input: '"abc\nlet = (\n)\n1 1 {\n\'a\n# {\n3\n',
      );
      expect(result.output, '3\n');
      expect('error: '.allMatches(result.errors), hasLength(6));
    });

    test('and not at the end of the input', () async {
      final result = await rhai([], input: '1\n[1,\n');
      expect(result.output, '1\n');
      expect(result.errors, contains("Expecting ']'"));
    });
  });

  test('commands', () async {
    final scripts = ScriptFolder();
    final path = scripts.write('a b.rhai', 'fn loaded() { 8 }\nlet y = 9;');
    final broken = scripts.write('broken.rhai', '\nlet = 1');
    final result = await rhai(
      [],
      input:
          ':load $path\nloaded() + y\n:load no\n:load $broken\n:load\n:load -\n:nope\n'
          'let t = "${'x' * 500}";\n:vars\n:history\n:help\n:quit\n1\n',
    );
    expect(result.exitCode, 0);
    expect(
      result.output,
      startsWith('17\ny = 9\nt = "${'x' * 195}…\n1: loaded() + y\n2: let t'),
    );
    expect(result.output, endsWith('or gives up an input.\n'));
    expect(
      result.errors,
      'cannot read no: No such file or directory.\n'
      "$broken:2:5: error: Expecting name of a variable\nlet = 1\n    ^\n"
      'There is no command :load; see :help.\n'
      'cannot read ./-: No such file or directory.\n'
      'There is no command :nope; see :help.\n',
    );
  });

  test('a variable that Dart cannot have does no harm', () async {
    final result = await rhai(
      [],
      input: 'let t = timestamp();\n:vars\nt.elapsed < 1000.0\n',
    );
    expect(result.output, matches(RegExp(r'^t = .*timestamp.*\ntrue\n$')));
    expect(result.errors, isEmpty);
  });

  test('variables can be removed, as when they take too much memory', () async {
    final result = await rhai(
      [],
      input: '''
fn f() { 7 }
let a = []; a.pad(100000, "x"); let b = []; for i in 0..30 { b.push(a); }
const C = b;
let c = b;
1
:clear
:vars
f()
''',
    );
    expect(result.output, '7\n');
    expect(result.errors, contains('what the scope keeps takes more than'));
  });

  test('a function with too many parameters is of its input alone', () async {
    final names = [for (var i = 0; i < 17; i++) 'a$i'].join(', ');
    final result = await rhai(
      [],
      input: 'fn f($names) { 1 } fn g() { 2 }\ng()\n',
    );
    expect(result.output, '2\n');
    expect(result.exitCode, 0);
  });

  test('what is allowed can be used, and ARGS is empty', () async {
    final result = await rhai(
      ['--allow=env'],
      input: 'env::get("A")\nARGS\n',
      environment: {'A': 'b'},
    );
    expect(result.output, '"b"\n[]\n');
  });

  group('Ctrl-C', () {
    /// Starts the REPL, writes the inputs, and sends an interrupt once [isRunning] has been
    /// printed.
    Future<CommandResult> interrupt(String before, String after) async {
      final process = await startRhai(['--allow=run-time=1h']);
      final running = Completer<void>();
      final output = StringBuffer();
      final outputDone = process.stdout.transform(utf8.decoder).forEach((part) {
        output.write(part);
        if ('$output'.contains('running') && !running.isCompleted) {
          running.complete();
        }
      });
      final errors = utf8.decodeStream(process.stderr);
      process.stdin.write(before);
      await process.stdin.flush();
      await running.future;
      // Dart itself passes the signal on to the program that it runs.
      process.kill(ProcessSignal.sigint);
      process.stdin.write(after);
      await process.stdin.close();
      final exitCode = await process.exitCode;
      await outputDone;
      return (exitCode: exitCode, output: '$output', errors: await errors);
    }

    test('ends an endless loop, and the session goes on', () async {
      final result = await interrupt(
        'let x = 1;\nlet f = || 1;\nlet t = timestamp();\nfn g() { 5 }\n'
            'x = 2; print("running"); loop {}\n',
        'x\ng()\nx += 1; x\n:vars\n',
      );
      expect(result.output, 'running\n1\n5\n2\nx = 2\n');
      expect(
        result.errors,
        'interrupted\nlost, as they cannot be kept: f, t\n',
      );
      expect(result.exitCode, 0);
    });

    test('ends a script that waits', () async {
      final result = await interrupt(
        'print("running"); sleep(1000)\n',
        '"next"\n',
      );
      expect(result.output, 'running\n"next"\n');
      expect(result.errors, 'interrupted\n');
    });
  });

  test('on a terminal there are prompts and colours', () async {
    Future<String> onTerminal(Map<String, String> environment) async {
      final command = [
        Platform.resolvedExecutable,
        ...commandArguments([]),
      ].join(' ');
      final process = await Process.start(
        'script',
        ['-qec', command, '/dev/null'],
        environment: {'TERM': 'xterm', 'NO_COLOR': '', ...environment},
      );
      addTearDown(process.kill);
      process.stdin.write('[1,\n2]\nnope\n:quit\n');
      await process.stdin.flush();
      final output = await utf8.decodeStream(process.stdout);
      expect(await process.exitCode, 0);
      return output;
    }

    final colored = await onTerminal({});
    expect(colored, contains(':help lists commands'));
    expect(colored, contains('. '));
    expect(colored, contains('> [1, 2]'.substring(2)));
    expect(colored, contains('\x1b[1;31merror\x1b[0m: Variable not found'));
    final plain = await onTerminal({'NO_COLOR': '1'});
    expect(plain, contains('error: Variable not found'));
    expect(plain, isNot(contains('\x1b')));
  }, skip: _hasScript ? false : 'there is no program script');
}

final bool _hasScript = File('/usr/bin/script').existsSync();
