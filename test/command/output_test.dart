/// Output of the command that cannot be written.
@Tags(['sdk'])
@TestOn('linux')
library;

import 'dart:convert';
import 'dart:io';

import 'package:test/test.dart';

import '../support/command.dart';

void main() {
  late ScriptFolder scripts;

  setUp(() => scripts = ScriptFolder());

  /// Runs the command with a [redirection] of the shell.
  Future<CommandResult> run(
    String redirection,
    String script, [
    List<String> options = const [],
  ]) async {
    final result = await Process.run('sh', [
      '-c',
      'exec "\$0" "\$@" $redirection',
      Platform.resolvedExecutable,
      ...commandArguments([...options, scripts.write('s.rhai', script)]),
    ]);
    return (
      exitCode: result.exitCode,
      output: result.stdout as String,
      errors: result.stderr as String,
    );
  }

  test('to a disk that is full is an error', () async {
    const message = 'rhai: cannot write the output: No space left on device.';
    for (final script in ['print(1); 2', 'print(1)', '1']) {
      final result = await run('>/dev/full', script);
      expect(result, (exitCode: 2, output: '', errors: '$message\n'));
    }
    final failed = await run('>/dev/full', 'print(1); throw "a"');
    expect(failed.exitCode, 1);
    expect(failed.errors, contains('error: a'));
    expect(failed.errors, contains(message));
    final check = await run('>/dev/full', 'let x = 1;', ['--check']);
    expect(check.exitCode, 2);
  });

  test('errors that nobody can read keep their exit code', () async {
    for (final redirection in ['2>/dev/full', '2>&-']) {
      expect((await run(redirection, 'throw 1')).exitCode, 1);
      expect((await run(redirection, 'debug(1); 2')).output, '2\n');
      expect((await run(redirection, '1', ['--nope'])).exitCode, 2);
    }
  });

  test('that nobody reads to its end is no error', () async {
    for (final (end, exitCode) in [('', 0), ('throw 1', 1)]) {
      final path = scripts.write(
        's.rhai',
        'for i in 0..50000 { print(i) } $end',
      );
      final process = await startRhai([path]);
      final errors = utf8.decodeStream(process.stderr);
      expect(await process.stdout.first, isNotEmpty); // And cancels.
      expect(await process.exitCode, exitCode);
      expect(await errors, isNot(contains('cannot write')));
      expect(await errors, isNot(contains('Unhandled')));
    }
  });
}
