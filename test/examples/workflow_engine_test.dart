/// The workflow engine of `example/12_workflow_engine/`.
@Tags(['sdk'])
@Timeout(Duration(minutes: 5))
library;

import 'dart:async';

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import '../../example/12_workflow_engine/journal.dart';
import '../../example/12_workflow_engine/redis_connection.dart';
import '../../example/12_workflow_engine/workflow.dart';
import '../support/example_output.dart';
import '../support/redis_server.dart';

const _folder = 'example/12_workflow_engine';

void main() {
  group(
    'a workflow',
    _tests,
    skip: findRedisServer() == null ? 'needs a Redis server' : null,
  );
}

void _tests() {
  late RedisServer server;
  late Journal journal;
  late RedisConnection redis;
  late RhaiEngine engine;
  late List<String> log;

  setUpAll(() async => server = await RedisServer.start());
  tearDownAll(() => server.kill());

  setUp(() async {
    redis = await RedisConnection.open(server.port);
    await redis.send(['FLUSHALL']);
    journal = await Journal.open(server.port);
    engine = RhaiEngine();
    log = [];
  });
  tearDown(() {
    engine.dispose();
    journal.close();
    redis.close();
  });

  /// Starts a script as the workflow `w`, in an engine of its own.
  (RhaiEngine, Future<Object?>) start(String script) {
    final fork = engine.fork();
    addTearDown(fork.dispose);
    Workflow('w', journal, log.add).register(fork);
    return (fork, fork.evalAsync<Object?>(script));
  }

  Future<Object?> run(String script) => start(script).$2;

  test(
    'whose process is killed twice comes to its end',
    () => expectOutput('$_folder/main.dart', arguments: ['${server.port}']),
  );

  test('gets what was recorded when it runs again', () async {
    var calls = 0;
    engine.registerFunction('count', () async => ++calls);
    const script = '[step("a", || count()), once("b", || count())]';
    expect(await run(script), [1, 2]);
    expect(await run(script), [1, 2]);
    expect(calls, 2);
  });

  for (final (function, outcome) in [
    ('step', 2),
    ('once', 'x: the process ended meanwhile: was it done?'),
  ]) {
    test('that ended within a $function answers as it promises', () async {
      final begun = Completer<void>();
      var calls = 0;
      engine.registerFunction('slow', () {
        if (++calls > 1) return calls;
        begun.complete();
        return Completer<int>().future;
      });
      final script =
          '''
        try { return $function("x", || slow()) } catch (e) { return e.message }
      ''';
      final (fork, first) = start(script);
      final cancelled = expectLater(first, throwsA(isA<RhaiCancelledError>()));
      await begun.future;
      fork.dispose();
      await cancelled;
      expect(await run(script), outcome);
      expect(await run(script), outcome);
      expect(calls, function == 'step' ? 2 : 1);
    });
  }

  test('tries a step as often as it says, and then fails for good', () async {
    var calls = 0;
    engine.registerFunction('fail', () => throw StateError('${++calls}'));
    const script = '''
      try { step("x", || fail(), 3) } catch (error) { return error.message }
    ''';
    expect(await run(script), 'x: Bad state: 3');
    expect(await run(script), 'x: Bad state: 3');
    expect(calls, 3);
    expect(log, hasLength(3));
  });

  test('fails if a result cannot be recorded, each time alike', () async {
    const script = '''
      try { once("x", || { |x| x }) } catch (error) { return error.message }
    ''';
    final first = await run(script);
    expect(first, startsWith('x: Converting object'));
    expect(await run(script), first);
  });

  test('counts attempts on after a restart', () async {
    await journal.write('w', 'x', {'failed': 2});
    engine.registerFunction('fail', () => throw StateError('again'));
    final result = run('step("x", || fail(), 3)');
    await expectLater(result, throwsA(isA<RhaiRuntimeError>()));
    expect(log, hasLength(1));
  });

  test('gets signals that were sent before, after, or never', () async {
    const script = '[signal("early"), signal("late"), signal("never", 0.1)]';
    await journal.signal('w', 'early', 1);
    final values = run(script);
    await journal.signal('w', 'late', {'by': 'Ann'});
    final expected = [
      1,
      {'by': 'Ann'},
      null,
    ];
    expect(await values, expected);
    // One that comes too late changes nothing.
    await journal.signal('w', 'never', 2);
    expect(await run(script), expected);
  });

  test('waits for the rest of a time only', () async {
    final past = DateTime.now().millisecondsSinceEpoch - 1;
    await journal.write('w', 'a year', {'until': past});
    await run('timer("a year", 31536000)');
  });

  test('may not use a name twice', () async {
    await expectLater(
      run('for i in 0..2 { timer("again", 0) }'),
      throwsA(
        isA<RhaiRuntimeError>().having(
          (error) => error.message,
          'message',
          contains('"again" is there twice'),
        ),
      ),
    );
  });
}
