/// Thousands of forks: they are ended in any order, lost, and leave no memory behind.
library;

import 'dart:async';
import 'dart:io';
import 'dart:math';

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import '../support/futures.dart';
import '../support/garbage.dart';

/// Bytes that Dart's own heap grows and shrinks by.
const _noise = 48 << 20;

void main() {
  RhaiEngine newEngine() => RhaiEngine()
    ..registerFunction('later', later)
    ..registerFunction('f', (int n) => n + 1)
    ..registerModule('m', {
      'LIST': [
        [1, 2],
        {'a': 'b'},
      ],
    })
    ..setVar('x', {'list': List.filled(10, 'text')})
    ..setConstant('object', StringBuffer());

  test('10,000 forks wait, and are disposed of in random order', () async {
    final engine = newEngine();
    final gates = <Completer<int>>[];
    engine.registerFunction('wait', () {
      gates.add(Completer<int>());
      return gates.last.future;
    });
    final forks = [for (var i = 0; i < 10000; i++) engine.fork()];
    final ends = [
      for (final fork in forks)
        fork
            .evalAsync<int>('wait() + x.list.len() + m::LIST.len()')
            .then<Object>((value) => value, onError: (Object error) => error),
    ];
    final order = [for (var i = 0; i < forks.length; i++) i]
      ..shuffle(Random(1));
    for (final (turn, index) in order.indexed) {
      if (turn == 5000) engine.dispose();
      if (turn.isEven) {
        forks[index].dispose();
        expect(await ends[index], isA<RhaiCancelledError>());
      } else {
        gates[index].complete(index);
        expect(await ends[index], index + 12);
        if (turn % 3 == 0) forks[index].dispose();
      }
    }
    for (final fork in forks) {
      fork.dispose();
    }
  });

  final fates = <String, Future<void> Function(RhaiEngine)>{
    'are disposed of': (engine) async => engine.fork().dispose(),
    'run a script': (engine) async {
      final fork = engine.fork();
      fork.eval('f(x.list.len()) + m::LIST.len()');
      fork.dispose();
    },
    'are disposed of while a script waits': (engine) async {
      final fork = engine.fork();
      final end = fork.evalAsync<int>('later(object); 1');
      fork.dispose();
      await expectLater(end, throwsA(isA<RhaiCancelledError>()));
    },
    'have objects, functions and variables of their own': (engine) async {
      final fork = engine.fork()
        ..registerFunction('own', (Object object) => object)
        ..setVar('y', [StringBuffer(), later])
        ..registerModule('own', {'C': StringBuffer()});
      fork
        ..newScope()
        ..compile('1')
        ..eval('let f = || own(y); f.call(); f')
        ..dispose();
    },
    'have other limits': (engine) async {
      final fork = engine.fork(config: const RhaiConfig(maxStackDepth: 50));
      fork.eval('f(1)');
      fork.dispose();
    },
  };
  fates.forEach((name, run) {
    final isDear = name.startsWith('have');
    final count = isDear ? 5000 : 100000;
    test('$count forks that $name leave no memory behind', () async {
      final engine = newEngine();
      addTearDown(engine.dispose);
      Future<void> runMany(int count) async {
        for (var i = 0; i < count; i++) {
          await run(engine);
          if (i % 1000 == 0) await later(null);
        }
      }

      await runMany(count ~/ 5);
      final before = ProcessInfo.currentRss;
      await runMany(count);
      expect(ProcessInfo.currentRss - before, lessThan(_noise));
      expect(engine.eval('f(x.list.len())'), 11);
    }, timeout: const Timeout(Duration(minutes: 10)));
  });

  test('forks that are lost are freed, and what they hold', () async {
    final engine = newEngine();
    addTearDown(engine.dispose);
    var freed = 0;
    final finalizer = Finalizer<int>((_) => freed++);
    void lose(int count) {
      for (var i = 0; i < count; i++) {
        final object = StringBuffer();
        finalizer.attach(object, i);
        engine.fork()
          ..setVar('own', object)
          ..eval('f(1); own');
      }
    }

    Future<void> loseAll() async {
      for (var i = 0; i < 100; i++) {
        lose(100);
        makeGarbage();
        await later(null);
      }
      await makeGarbageUntil(() {
        // Only an engine of the isolate lets go of what the others had.
        engine.eval('f(1)');
        return freed % 10000 == 0;
      });
    }

    await loseAll();
    expect(freed, 10000);
    final before = ProcessInfo.currentRss;
    for (var i = 0; i < 3; i++) {
      await loseAll();
    }
    expect(freed, 40000);
    expect(ProcessInfo.currentRss - before, lessThan(_noise));
  });

  test('forks outlive a lost original', () async {
    RhaiEngine lostOriginal() => newEngine().fork().fork();
    final fork = lostOriginal();
    addTearDown(fork.dispose);
    for (var i = 0; i < 20; i++) {
      makeGarbage();
      await later(null);
      // It drops what was lost.
      RhaiEngine().dispose();
      expect(fork.eval('f(x.list.len()) + m::LIST.len()'), 13);
      expect(await fork.evalAsync<String>('"" + later(object)'), '');
    }
  });
}
