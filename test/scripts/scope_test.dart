/// Variables that live across evaluations.
library;

import 'dart:async';

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import '../support/engines.dart';
import '../support/errors.dart';
import '../support/garbage.dart';

Matcher stateError(String message) =>
    throwsA(isA<StateError>().having((e) => e.message, 'message', message));

void main() {
  late RhaiEngine engine;
  late RhaiScope scope;
  setUp(() {
    engine = RhaiEngine.withDefaults();
    engine.registerFunction('later', (Object? value) async => value);
    scope = engine.newScope();
  });
  tearDown(() => engine.dispose());

  Object? eval(String script) => engine.eval(script, scope: scope);

  test('what a script declares stays', () async {
    eval('let n = 1; const K = 2; { let inner = 3; }');
    expect(scope.keys, ['n', 'K']);
    expect(eval('n += K; n'), 3);
    expect(await engine.evalAsync<int>('n + later(1)', scope: scope), 4);
    expect(engine.evalSync<double>('n', scope: scope), 3.0);
    expect(engine.compile('n * 2').eval(scope: scope), 6);
    expect(() => engine.eval('n'), throwsA(isA<RhaiRuntimeError>()));
    expect(() => eval('K = 1'), throwsA(isA<RhaiRuntimeError>()));
    expect(scope.get<int>('n'), 3);
  });

  test('of variables of one name the last stays', () {
    eval('let a = 1; let b = 2; let a = 3; let a = [4];');
    expect(scope.keys, ['a', 'b']);
    expect(scope.get<List<int>>('a'), [4]);
    for (var i = 0; i < 500; i++) {
      eval('let a = $i; let f = || a;');
    }
    expect(scope.keys, unorderedEquals(['a', 'b', 'f']));
    expect(eval('f.call()'), 499);
    eval('const a = 7;');
    expect(() => eval('a = 1'), throwsA(isA<RhaiRuntimeError>()));
    eval('let a = 8; a = 9;');
    expect(scope.get<int>('a'), 9);
  });

  test('after an error stays what was before it', () async {
    expect(
      () => eval('let a = 1; a = 2; throw "x"; let b = 3;'),
      throwsA(isA<RhaiRuntimeError>()),
    );
    expect(scope.keys, ['a']);
    expect(scope.get<int>('a'), 2);
    expect(() => eval('let c = ;'), throwsA(isA<RhaiSyntaxError>()));
    expect(() => eval('let d = 1; loop {}'), throwsA(isA<RhaiLimitError>()));
    expect(scope.keys, ['a', 'd']);
    expect(eval('a + d'), 3);
    expect(
      () => engine.evalSync<int>('let e = 1; later(1)', scope: scope),
      throwsA(isA<RhaiCancelledError>()),
    );
    expect(scope.keys, ['a', 'd', 'e']);
  });

  test('Dart sets and reads values of every kind', () {
    final object = DateTime(2020);
    final values = {
      'a': null,
      'b': 1,
      'c': [1, 'x'],
      'd': {'k': 1.5},
      'e': object,
      'f': RhaiRange(1, 3),
    };
    values.forEach(scope.set);
    values.forEach((name, value) => expect(scope.get<Object?>(name), value));
    expect(scope.get<DateTime>('e'), same(object));
    expect(eval('c.push(d.k); c'), [1, 'x', 1.5]);
    expect(scope.get<List<Object>>('c'), [1, 'x', 1.5]);
    scope.set('c', 5);
    expect(eval('c'), 5);
    scope.setConstant('c', 6);
    expect(() => eval('c = 7'), throwsA(isA<RhaiRuntimeError>()));
    scope.set('c', 8);
    expect(eval('c += 1; c'), 9);
    expect(scope.keys, ['a', 'b', 'd', 'e', 'f', 'c']);
  });

  test('wrong names, types and values are errors', () {
    scope.set('n', 'text');
    expect(() => scope.get<int>('m'), throwsArgumentError);
    expect(scope.get<int?>('m'), isNull);
    expect(
      () => scope.get<int>('n'),
      throwsA(
        isA<RhaiConversionError>().having(
          (e) => e.message,
          'message',
          'n: it must be an int; it is a string',
        ),
      ),
    );
    for (final name in ['', '1a', 'let', 'a b', 'a::b', '\ud800']) {
      expect(() => scope.set(name, 1), throwsArgumentError, reason: name);
    }
    expect(() => scope.set('n', '\ud800'), throwsA(isA<RhaiConversionError>()));
    final cyclic = <Object?>[];
    cyclic.add(cyclic);
    expect(() => scope.set('n', cyclic), throwsA(isA<RhaiException>()));
    expect(scope.get<String>('n'), 'text');
  });

  test('variables are found, removed and cleared', () {
    eval('let a = 1; let b = || a; const c = 2;');
    expect(scope.contains('a'), isTrue);
    expect(scope.contains('x'), isFalse);
    expect(scope.remove('c'), isTrue);
    expect(scope.remove('c'), isFalse);
    expect(scope.keys, ['a', 'b']);
    expect(eval('b.call()'), 1);
    expect(scope.remove('a'), isTrue);
    expect(eval('b.call()'), 1);
    final function = scope.get<RhaiFunction>('b');
    scope.clear();
    expect(scope.keys, isEmpty);
    expect(function(), 1);
    eval('let a = 5;');
    expect(scope.keys, ['a']);
  });

  test('variables of the engine are below, and start anew', () {
    engine
      ..setVar('n', 1)
      ..setVar('m', 10)
      ..setConstant('K', 100);
    expect(eval('n += 1; n + m + K'), 112);
    expect(scope.keys, isEmpty);
    expect(eval('let n = 5; n'), 5);
    expect(scope.keys, ['n']);
    expect(eval('n + m'), 15);
    engine.clearScope();
    expect(eval('n'), 5);
    expect(() => eval('m'), throwsA(isA<RhaiRuntimeError>()));
    engine.setVar('n', 7);
    expect(eval('n'), 5);
    expect(engine.eval('n'), 7);
  });

  test('closures work in later evaluations, with what they captured', () async {
    eval('''
      fn helper(x) { x * 10 }
      let n = 0;
      let list = [|| { n += 1; helper(n) }];
      let named = Fn("helper");
      const F = #{f: |x| later(x) + n};
    ''');
    expect(eval('list[0].call()'), 10);
    expect(eval('let f = list[0]; f.call() + named.call(1)'), 30);
    expect(scope.get<int>('n'), 2);
    expect(await engine.evalAsync<int>('F.f.call(5)', scope: scope), 7);
    scope.set('n', 40);
    expect(eval('list[0].call()'), 410);
    expect(() => eval('helper(1)'), throwsA(isA<RhaiRuntimeError>()));
    expect(eval('fn other(f) { f.call() } other(list[0])'), 420);
    expect(eval('[1, 2].map(named)'), [10, 20]);
    final function = scope.get<RhaiFunction>('named');
    expect(function(3), 30);
    scope.set('again', function);
    expect(eval('again.call(4)'), 40);
  });

  test('a closure that captured itself is no leak that grows', () {
    for (var i = 0; i < 300; i++) {
      eval('let o = #{n: $i}; o.f = || o.n;');
      expect(eval('let f = o.f; f.call()'), i);
    }
    scope.dispose();
    expect(engine.eval('1'), 1);
  });

  test('a clone is independent', () {
    eval('let a = [1]; const K = 2; let f = || a.len();');
    final copy = scope.clone();
    expect(copy.keys, ['a', 'K', 'f']);
    eval('a.push(2);');
    expect(engine.eval('a', scope: copy), [1]);
    engine.eval('a = [7, 8, 9];', scope: copy);
    expect(scope.get<List<int>>('a'), [1, 2]);
    expect(() => engine.eval('K = 1', scope: copy), throwsA(anything));
    // The closure keeps the variable of the first scope.
    expect(engine.eval('f.call()', scope: copy), 2);
    scope.dispose();
    expect(engine.eval('f.call()', scope: copy), 2);
    copy.dispose();
  });

  test('one script uses a scope at a time', () async {
    final release = Completer<int>();
    engine.registerFunction('hold', () => release.future);
    final running = engine.evalAsync<int>(
      'let n = 1; n += hold(); n',
      scope: scope,
    );
    const message =
        'this RhaiScope is used by a script that has not ended; wait until it '
        'has, or use another scope';
    final script = engine.compile('fn f() { 1 } 1');
    for (final use in <Object? Function()>[
      () => eval('1'),
      () => engine.evalSync<int>('1', scope: scope),
      () => engine.evalAsync<int>('1', scope: scope),
      () => script.eval(scope: scope),
      () => script.evalAsync<int>(scope: scope),
      () => script.call('f', [], scope: scope),
      () => script.callAsync<int>('f', [], scope: scope),
      () => scope.set('n', 1),
      () => scope.setConstant('n', 1),
      () => scope.get<int>('n'),
      () => scope.contains('n'),
      () => scope.remove('n'),
      () => scope.keys,
      scope.clear,
      scope.clone,
    ]) {
      expect(use, stateError(message));
    }
    release.complete(5);
    expect(await running, 6);
    expect(scope.get<int>('n'), 6);
  });

  test('calls by name are no use of a scope', () async {
    scope.setConstant('K', 1);
    final script = engine.compile('fn f(x) { later(x) + global::K }');
    final calls = [
      for (var i = 0; i < 10; i++)
        script.callAsync<int>('f', [i], scope: scope),
    ];
    scope.setConstant('K', 100);
    expect(eval('let n = 1; n'), 1);
    expect(await Future.wait(calls), [for (var i = 0; i < 10; i++) i + 1]);
    expect(await script.callAsync<int>('f', [0], scope: scope), 100);
  });

  test('a Dart function cannot use the scope of the script that calls it', () {
    engine.registerFunction('set', () => scope.set('n', 1));
    expect(
      errorThrownBy<RhaiRuntimeError>(() => eval('set()')).cause,
      isStateError,
    );
    expect(eval('1'), 1);
  });

  test('a scope of another engine is an ArgumentError', () {
    final other = RhaiEngine.withDefaults();
    addTearDown(other.dispose);
    final script = other.compile('fn f() {}');
    for (final use in <Object? Function()>[
      () => other.eval('1', scope: scope),
      () => other.evalSync<int>('1', scope: scope),
      () => other.evalAsync<int>('1', scope: scope),
      () => script.eval(scope: scope),
      () => script.call('f', [], scope: scope),
    ]) {
      expect(use, throwsArgumentError);
    }
  });

  test('a scope that was disposed of is a StateError', () async {
    final running = engine.evalAsync<int>('let n = later(1); n', scope: scope);
    eval2(RhaiScope other) => engine.eval('1', scope: other);
    scope
      ..dispose()
      ..dispose();
    expect(scope.isDisposed, isTrue);
    final gone = stateError('this RhaiScope was disposed');
    expect(() => eval2(scope), gone);
    expect(() => scope.set('a', 1), gone);
    expect(() => scope.get<int>('a'), gone);
    expect(() => scope.keys, gone);
    expect(scope.clear, gone);
    expect(scope.clone, gone);
    expect(await running, 1);
    final other = engine.newScope();
    final waiting = engine.evalAsync<int>('later(1)', scope: other);
    engine.dispose();
    expect(other.isDisposed, isTrue);
    expect(
      other.clear,
      stateError('the engine of this RhaiScope was disposed'),
    );
    other.dispose();
    await expectLater(waiting, throwsA(isA<RhaiCancelledError>()));
    expect(() => engine.newScope(), throwsStateError);
  });

  test('reading a value may run anything', () {
    Iterable<int> items(void Function() run) sync* {
      run();
      yield 1;
    }

    scope.set('a', items(() => engine.eval('"something else"')));
    expect(scope.get<List<int>>('a'), [1]);
    scope.set('b', items(() => scope.set('c', 'x' * 3000)));
    expect(scope.get<List<int>>('b'), [1]);
    expect(scope.get<String>('c'), hasLength(3000));
    late Future<Object?> running;
    expect(
      () => scope.set(
        'd',
        items(() => running = engine.evalAsync('later(1)', scope: scope)),
      ),
      throwsStateError,
    );
    running.ignore();
    final other = engine.newScope();
    expect(() => other.set('a', items(other.dispose)), throwsStateError);
    expect(
      () => engine.newScope().set('a', items(engine.dispose)),
      throwsA(isA<RhaiCancelledError>()),
    );
  });

  test('objects of a scope that is gone are released', () async {
    final released = <String>[];
    final finalizer = Finalizer<String>(released.add);
    RhaiScope fill(String name) {
      final object = Object();
      finalizer.attach(object, name);
      return engine.newScope()..set('object', object);
    }

    fill('cleared').clear();
    fill('disposed').dispose();
    fill('removed').remove('object');
    fill('forgotten');
    await makeGarbageUntil(() {
      // Ids that were let go of come with the next call.
      engine.eval('1');
      return released.length == 4;
    });
    expect(released, hasLength(4));
  });

  group('bounds', () {
    test('a scope keeps no more memory than a script may use', () {
      final limited = engineWith(
        RhaiConfig(maxMemory: 4 << 20, maxOperations: 0),
      );
      final scope = limited.newScope();
      RhaiLimitError? error;
      var rounds = 0;
      for (; rounds < 100 && error == null; rounds++) {
        try {
          limited.eval(
            'let a$rounds = []; a$rounds.pad(40000, $rounds);',
            scope: scope,
          );
        } on RhaiLimitError catch (caught) {
          error = caught;
        }
      }
      expect(error!.limit, RhaiLimit.memory);
      expect(error.message, contains('scope'));
      expect(rounds, lessThan(20));
      expect(() => limited.eval('1', scope: scope), throwsA(anything));
      for (final name in scope.keys.skip(1)) {
        scope.remove(name);
      }
      expect(limited.eval('a0.len()', scope: scope), 40000);
      scope.clear();
      expect(limited.eval('1', scope: scope), 1);
    });

    test('captured variables that are shadowed count', () {
      final limited = engineWith(
        RhaiConfig(maxMemory: 4 << 20, maxOperations: 0),
      );
      final scope = limited.newScope();
      const script =
          'let a = []; a.pad(20000, 1); let f = || a.len(); f.call()';
      var failed = false;
      for (var i = 0; i < 100 && !failed; i++) {
        try {
          expect(limited.eval(script, scope: scope), 20000);
        } on RhaiLimitError catch (error) {
          expect(error.limit, RhaiLimit.memory);
          failed = true;
        }
      }
      scope.clear();
      expect(limited.eval(script, scope: scope), 20000);
    });

    test('what nests in many evaluations is bounded', () {
      final engine = engineWith(RhaiConfig(timeout: Duration.zero));
      final scope = engine.newScope();
      Object? nested = 1;
      for (var level = 0; level < 99000; level++) {
        nested = [nested];
      }
      scope.set('a', nested);
      const script =
          'for i in 0..600 { a.push([a.pop()]); } for i in 0..60000 {}';
      RhaiLimitError? error;
      for (var i = 0; i < 6 && error == null; i++) {
        try {
          engine.eval(script, scope: scope);
        } on RhaiLimitError catch (caught) {
          error = caught;
        }
      }
      expect(error!.limit, RhaiLimit.nesting);
      expect(error.message, contains('scope'));
      expect(() => scope.get<Object?>('a'), throwsA(isA<RhaiException>()));
      scope.remove('a');
      expect(engine.eval('1', scope: scope), 1);
    });

    test('values that Dart sets count', () {
      final limited = engineWith(RhaiConfig(maxMemory: 4 << 20));
      final scope = limited.newScope();
      for (var i = 0; i < 60; i++) {
        scope.set('a$i', List.filled(20000, i));
      }
      expect(
        () => limited.eval('1', scope: scope),
        throwsA(isA<RhaiLimitError>()),
      );
      scope.clear();
      expect(limited.eval('1', scope: scope), 1);
    });

    test('at any budget a scope can be used after it', () {
      for (var memory = 20000; memory < 400000; memory += 7919) {
        final limited = engineWith(RhaiConfig(maxMemory: memory));
        final scope = limited.newScope();
        for (var i = 0; i < 4; i++) {
          try {
            limited.eval('''
              let a = []; for i in 0..500 { a.push([i, "x" + i]); }
              let f = || a.len(); let g = [f, f]; let a = [g];
              a[0][0].call()
            ''', scope: scope);
          } on RhaiLimitError {
            // Whatever is left.
          }
        }
        scope.clear();
        expect(scope.keys, isEmpty);
        scope.set('x', 1);
        expect(limited.eval('1', scope: scope), 1);
        limited.dispose();
      }
    });
  });
}
