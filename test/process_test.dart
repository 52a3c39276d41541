/// How programs that run scripts end. Each runs in a process of its own.
@Timeout(Duration(minutes: 5))
library;

import 'package:test/test.dart';

import 'support/run_program.dart';

void main() {
  test('a program whose script caught a timeout exits', () async {
    expect(await _run('caught_timeout'), ['timeout']);
  });

  test('a program whose scripts would sleep for years exits', () async {
    expect(await _run('long_sleep'), ['timeout', 'cancelled']);
  });

  test('a program whose script may wait without limit exits', () async {
    expect(await _run('endless_wait'), ['1']);
  });

  test('a program that never disposes its engine exits', () async {
    expect(await _run('never_disposed'), ['10', 'Bad state: failed']);
  });

  test(
    'a program that disposes an engine with waiting scripts exits',
    () async {
      expect(await _run('disposed_while_waiting'), ['cancelled']);
    },
  );

  test(
    '50,000 scripts wait in little address space; without room for the stack '
    'of another engine its script fails, those that wait go on',
    testOn: 'linux',
    () async {
      final [error, results] = await _run(
        'out_of_stacks',
        addressSpace: 4000000 << 10,
      );
      expect(error, contains('too many scripts are waiting at once'));
      expect(results, 'all right');
    },
  );

  test('a process whose script waits is idle', testOn: 'linux', () async {
    final [busyPart] = await _run('idle_wait');
    expect(double.parse(busyPart), lessThan(0.5));
  });
}

/// Runs a program in `test/programs` to its end; returns the lines it printed.
Future<List<String>> _run(String name, {int? addressSpace}) =>
    runProgram('test/programs/$name.dart', addressSpace: addressSpace);
