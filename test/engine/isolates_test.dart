/// Engines in several isolates, and isolates that end with scripts under way.
library;

import 'dart:io';
import 'dart:isolate';

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import '../support/engines.dart';
import '../support/futures.dart';

void main() {
  test('what belongs to an isolate cannot be sent to another', () {
    final engine = engineWith(const RhaiConfig());
    final port = ReceivePort();
    addTearDown(port.close);
    final values = <String, Object?>{
      'RhaiEngine': engine,
      'CompiledScript': engine.compile('1'),
      'ScriptScope': engine.newScope(),
      'ScriptFunction': engine.eval('|| 1'),
    };
    values.forEach((name, value) {
      expect(
        () => port.sendPort.send([value]),
        throwsA(
          isA<ArgumentError>().having((e) => '$e', 'text', contains(name)),
        ),
      );
    });
  });

  test('results, numbers and errors can be sent', () async {
    final range = await Isolate.run(() => _eval('#{range: 0..3, b: blob(2)}'));
    expect(range, {
      'range': [0, 1, 2],
      'b': [0, 0],
    });
    expect(await Isolate.run(() => RhaiEngine().stats.underWay), 0);
    await expectLater(
      Isolate.run(() => _eval('fn f() { throw #{code: 7} } f()')),
      throwsA(
        isA<RhaiRuntimeError>()
            .having((e) => e.cause, 'cause', {'code': 7})
            .having((e) => e.callStack.first.function, 'function', 'f'),
      ),
    );
    await expectLater(
      Isolate.run(() => _eval('|| 1')),
      throwsA(isA<RemoteError>()),
    );
  });

  test(
    'isolates that are killed leave no memory of scripts that wait',
    testOn: 'linux',
    () async {
      await _startAndKill(_waitWithMemory);
      final before = ProcessInfo.currentRss;
      for (var i = 0; i < 10; i++) {
        expect(await _startAndKill(_waitWithMemory), greaterThan(40 << 20));
      }
      expect(ProcessInfo.currentRss - before, lessThan(200 << 20));
    },
  );

  test('an isolate whose script computes ends at its next turn', () async {
    await _startAndKill(_computeForever);
  });
}

Object? _eval(String script) {
  final engine = RhaiEngine();
  try {
    return engine.eval(script);
  } finally {
    engine.dispose();
  }
}

/// Starts an isolate, kills it when it has sent a number, and returns that when the isolate
/// has ended.
Future<int> _startAndKill(void Function(SendPort) entry) async {
  final numbers = ReceivePort();
  final exits = ReceivePort();
  final isolate = await Isolate.spawn(
    entry,
    numbers.sendPort,
    onExit: exits.sendPort,
  );
  final number = await numbers.first as int;
  isolate.kill(priority: Isolate.immediate);
  await exits.first;
  return number;
}

/// Waits in scripts that hold 50 MB, and sends how many bytes they use.
void _waitWithMemory(SendPort port) {
  final engine = RhaiEngine()..registerFunction('never', never);
  for (var i = 0; i < 10; i++) {
    engine
        .evalAsync<void>('let data = blob(5000000, 1); never(); data')
        .ignore();
  }
  port.send(engine.stats.memory);
}

/// Runs a script without end that gives the event loop its turns.
void _computeForever(SendPort port) {
  final engine = RhaiEngine(const RhaiConfig.unlimited());
  engine.evalAsync<void>('loop { }').ignore();
  port.send(0);
}
