/// Scripts of the command import modules.
@Tags(['sdk'])
library;

import 'dart:async';
import 'dart:convert';
import 'dart:io';

import 'package:test/test.dart';

import '../support/command.dart';

void main() {
  late ScriptFolder scripts;

  setUp(() => scripts = ScriptFolder());

  Future<CommandResult> run(
    String text, {
    String name = 's.rhai',
    List<String> options = const [],
  }) => rhai([...options, scripts.write(name, text)]);

  test('modules are below the folder of the script, and may wait', () async {
    scripts
      ..write('lib/x.rhai', '''
import "./y" as y;
import "z" as z;
fn f(n) { import "./y" as y; sleep(0.01); n * y::TWO }
export const SUM = y::TWO + z::three();
''')
      ..write('lib/y.rhai', '\u{feff}export const TWO = 2;')
      ..write('z.rhai', 'fn three() { 3 }');
    expect(await run('import "lib/x" as x; [x::f(21), x::SUM]'), (
      exitCode: 0,
      output: '[42, 5]\n',
      errors: '',
    ));
  });

  // On Windows not everybody may make links.
  test(
    'the folder is that of the file which a link leads to',
    testOn: '!windows',
    () async {
      scripts
        ..write('app/main.rhai', 'import "x" as x; x::f()')
        ..write('app/x.rhai', 'fn f() { 1 }')
        ..write('bin/x.rhai', 'fn f() { 2 }');
      final link = scripts.path('bin/main.rhai');
      Link(link).createSync('../app/main.rhai');
      expect((await rhai([link])).output, '1\n');
    },
  );

  test('no path leads out', testOn: '!windows', () async {
    final secret = scripts.write('secret.rhai', 'export const S = 1;');
    scripts.write('data/a.txt', 'export const S = 1;');
    Link(scripts.path('data/link.rhai')).createSync(secret);
    Link(scripts.path('data/folder')).createSync('..');
    await Process.run('mkfifo', [scripts.path('data/pipe.rhai')]);
    final paths = [
      '../secret',
      '../secret.rhai',
      './../secret',
      'x/../../secret',
      'sub/../../secret',
      secret,
      secret.replaceFirst('.rhai', ''),
      'file://$secret',
      'link',
      'folder/secret',
      'pipe',
      'a.txt',
      'a',
      '',
      '.',
      '/',
      '~/secret',
      r'..\\secret',
      'secret\\x00',
    ];
    final result = await run(
      [
        'let found = [];',
        for (final path in paths)
          'try { import "$path" as m; found.push("$path") } catch {}',
        'found',
      ].join('\n'),
      name: 'data/s.rhai',
    );
    expect(result, (exitCode: 0, output: '[]\n', errors: ''));
  });

  group('--modules', () {
    test('is another folder, also for standard input', () async {
      scripts
        ..write('x.rhai', 'fn f() { 1 }')
        ..write('other/x.rhai', 'fn f() { 2 }');
      final options = ['--modules', scripts.path('other')];
      const script = 'import "x" as x; x::f()';
      expect((await run(script, options: options)).output, '2\n');
      expect((await rhai([...options, '-'], input: script)).output, '2\n');
    });

    test('is what standard input and the lines of a user need', () async {
      for (final arguments in [
        ['-'],
        <String>[],
      ]) {
        final result = await rhai(arguments, input: 'import "test/x" as x;');
        expect(
          result.errors,
          contains(
            'cannot load module test/x: say where modules are with '
            '--modules=DIR',
          ),
        );
      }
    });

    test('that is no folder is wrong usage', () async {
      final file = scripts.write('x.rhai', '1');
      for (final (folder, message) in [
        (file, '--modules: there is no folder $file.'),
        (scripts.path('no'), '--modules: there is no folder'),
        ('', '--modules needs a folder'),
      ]) {
        for (final rest in [
          [file],
          <String>[],
          ['--check', file],
        ]) {
          final result = await rhai(['--modules=$folder', ...rest]);
          expect(result.exitCode, 2);
          expect(result.errors, startsWith('rhai: $message'));
        }
      }
    });

    test('line by line, modules are as they are now', () async {
      final path = scripts.write('x.rhai', 'fn f() { 1 }');
      final process = await startRhai(['--modules=${scripts.folder.path}']);
      final lines = StreamIterator(
        process.stdout.transform(utf8.decoder).transform(const LineSplitter()),
      );
      process.stdin.writeln('import "x" as x; x::f()');
      expect(await lines.moveNext() ? lines.current : null, '1');
      File(path).writeAsStringSync('fn f() { 2 }');
      process.stdin.writeln('import "x" as x; x::f()');
      expect(await lines.moveNext() ? lines.current : null, '2');
      await process.stdin.close();
      expect(await process.exitCode, 0);
    });
  });

  group('an error', () {
    test('in a module shows its line', () async {
      final path = scripts.write('lib/x.rhai', 'fn f() {\n  throw "a";\n}\n');
      final result = await run('import "lib/x" as x;\nx::f();');
      expect(result, (
        exitCode: 1,
        output: '',
        errors:
            '$path:2:3: error: in module lib/x: a\n'
            '  throw "a";\n'
            '  ^\n'
            '  at f ($path:2:3)\n'
            '  at script (${scripts.path('s.rhai')}:2:4)\n',
      ));
    });

    test('of a module that is not valid', () async {
      final path = scripts.write('x.rhai', '\nlet = 1;');
      final result = await run('import "x" as x;');
      expect(result.exitCode, 1);
      expect(result.errors, startsWith('$path:2:5: error: in module x: '));
      expect(result.errors, contains('\nlet = 1;\n    ^\n'));
    });

    test('of a module that is missing, too long, or no text', () async {
      final path = scripts.path('s.rhai');
      final missing = await run('import "lib/x" as x;');
      expect(missing.exitCode, 1);
      expect(
        missing.errors,
        '$path:1:8: error: Module not found: lib/x\n'
        'import "lib/x" as x;\n'
        '       ^\n',
      );
      File(scripts.path('bytes.rhai')).writeAsBytesSync([0xff]);
      File(scripts.path('long.rhai')).openSync(mode: FileMode.write)
        ..truncateSync(11 << 20)
        ..closeSync();
      for (final (name, message) in [
        ('bytes', 'is no UTF-8'),
        ('long', 'has more than 10485760 bytes'),
      ]) {
        final result = await run('import "$name" as x;');
        expect(result.exitCode, 1);
        expect(
          result.errors,
          allOf(
            startsWith('$path:1:8: error: cannot load module $name: '),
            contains(message),
          ),
        );
      }
    });

    test('of modules that import each other', () async {
      scripts
        ..write('a.rhai', 'import "b" as b;')
        ..write('b.rhai', 'import "a" as a;');
      final result = await run('import "a" as a;');
      expect(result.exitCode, 1);
      expect(result.errors, contains('import cycle: a -> b -> a'));
      final own = await run('import "s" as s;');
      expect(own.exitCode, 1);
      expect(own.errors, contains('import cycle: s -> s'));
    });
  });

  group('--check', () {
    test('knows modules, and looks at them once', () async {
      final main = scripts.write(
        'main.rhai',
        'import "lib/x" as x; import "lib/x" as x2; import "lib/y" as y;\n'
            'x::f() + x2::f() + y::CONSTANT',
      );
      final x = scripts.write(
        'lib/x.rhai',
        'import "./y" as y;\nfn f() { let unused = 1; y::CONSTANT }',
      );
      final y = scripts.write(
        'lib/y.rhai',
        'import "./x" as x;\nexport const CONSTANT = nope;',
      );
      final result = await rhai(['--check', main]);
      expect(result.errors, isEmpty);
      expect(result.exitCode, 0);
      expect(result.output.trim().split('\n'), [
        '$x:2:14: warning: unused variable: unused',
        startsWith('$y:2:25: warning: undefined variable: nope'),
      ]);
      final all = await rhai(['--check', main, y, x]);
      expect('unused variable'.allMatches(all.output), hasLength(1));
    });

    test('an error in a module is one', () async {
      final main = scripts.write('main.rhai', 'import "x" as x; x::f()');
      final x = scripts.write('x.rhai', 'let = 1;');
      final result = await rhai(['--check', main]);
      expect(result.exitCode, 1);
      expect(result.output, startsWith('$x:1:5: error: '));
    });

    test(
      'modules that cannot be imported are warnings',
      testOn: '!windows',
      () async {
        final main = scripts.write('sub/main.rhai', '''
import "no" as a;
import "../x" as b;
import "./bytes" as c;
import "a" + "b" as d;
a::f() + b::f() + c::f() + d::f()
''');
        Link(scripts.path('sub/bytes.rhai')).createSync('real.rhai');
        File(scripts.path('sub/real.rhai')).writeAsBytesSync([0xff]);
        final result = await rhai(['--check', main]);
        expect(result, (
          exitCode: 0,
          output:
              '$main:1:1: warning: cannot import no: there is no such module\n'
              '$main:2:1: warning: cannot import ../x: it leads out of the '
              'folder of the modules\n'
              '$main:3:1: warning: cannot import ./bytes: the file bytes.rhai '
              'is no UTF-8\n',
          errors: '',
        ));
        final stdin = await rhai(['--check', '-'], input: 'import "x" as x;');
        expect(
          stdin.output,
          '<stdin>:1:1: warning: cannot import x: say where modules are with '
          '--modules=DIR\n',
        );
      },
    );
  });
}
