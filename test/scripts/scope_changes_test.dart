/// Changes that evaluations leave in a scope, with few variables and many.
library;

import 'dart:math';

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import '../support/engines.dart';

void main() {
  late RhaiEngine engine;
  late RhaiScope scope;
  setUp(() {
    engine = RhaiEngine.withDefaults();
    scope = engine.newScope();
  });
  tearDown(() => engine.dispose());

  /// The variables of the scope, with their values.
  Map<String, Object?> contents(RhaiScope scope) => {
    for (final name in scope.keys) name: scope.get<Object?>(name),
  };

  test('declarations, few or many, replace those of their names', () {
    for (final before in [0, 1, 5, 40, 300]) {
      for (final count in [1, 2, 15, 16, 17, 18, 40]) {
        for (final step in [1, 3, 7]) {
          final scope = engine.newScope();
          final expected = <String, Object?>{};
          for (var i = 0; i < before; i++) {
            scope.set('v$i', -i);
            expected['v$i'] = -i;
          }
          final script = StringBuffer();
          for (var i = 0; i < count; i++) {
            // Some are new, some are there, and some come twice.
            final name = 'v${(i * step) % 25}';
            script.writeln(
              i.isEven ? 'let $name = $i;' : 'const $name = [$i];',
            );
            expected
              ..remove(name)
              ..[name] = i.isEven ? i : [i];
          }
          engine.eval('$script', scope: scope);
          expect(contents(scope), expected);
          expect(scope.keys, hasLength(expected.length));
          scope.dispose();
        }
      }
    }
  });

  test('variables of the engine, few or many, are not left there', () {
    for (final before in [0, 1, 20, 300]) {
      for (final engines in [1, 5, 16, 17, 40]) {
        engine.clearScope();
        final scope = engine.newScope();
        for (var i = 0; i < before; i++) {
          scope.set('v$i', 'own $i');
        }
        for (var i = 0; i < engines; i++) {
          engine.setVar('v${i * 2}', 'engine ${i * 2}');
        }
        engine
          ..setConstant('K', 1)
          ..setConstant('v1', 'constant');
        final names = [for (var i = 0; i < engines; i++) 'v${i * 2}'];
        final values = [
          for (var i = 0; i < engines; i++)
            i * 2 < before ? 'own ${i * 2}' : 'engine ${i * 2}',
        ];
        expect(engine.eval('[${names.join(', ')}]', scope: scope), values);
        expect(scope.keys, [for (var i = 0; i < before; i++) 'v$i']);
        engine.eval('v0 = ${names.join(' + ')}; let d = v0;', scope: scope);
        expect(scope.keys, [for (var i = 0; i < before; i++) 'v$i', 'd']);
        expect(scope.get<String>('d'), values.join());
        if (before > 0) expect(scope.get<String>('v0'), values.join());
        expect(engine.eval('v0'), 'engine 0');
        expect(
          engine.eval('fn f() { global::v1 } f() + global::K', scope: scope),
          'constant1',
        );
        scope.setConstant('v1', 'own constant');
        expect(
          engine.eval('fn f() { global::v1 } f() + v1', scope: scope),
          'own constantown constant',
        );
      }
    }
  });

  test('closures keep what they captured when it is declared again', () {
    for (final others in [0, 3, 30]) {
      final scope = engine.newScope();
      final more = [for (var i = 0; i < others; i++) 'let o$i = $i;'].join();
      engine.eval('let n = 1; let f = || n; $more', scope: scope);
      engine.eval('const K = [1]; let g = || K.len(); $more', scope: scope);
      for (var i = 0; i < 3; i++) {
        engine.eval('let n = 2; const K = [1, 2]; $more', scope: scope);
        expect(engine.eval('f.call()', scope: scope), 1);
        expect(engine.eval('g.call()', scope: scope), 1);
        expect(engine.eval('n', scope: scope), 2);
        expect(engine.eval('K', scope: scope), [1, 2]);
        engine.eval('let K = 0; let h = || K; K = 5;', scope: scope);
        expect(engine.eval('h.call() + K', scope: scope), 10);
        expect(scope.keys.toSet(), hasLength(scope.keys.length));
      }
    }
  });

  test('functions made by any evaluation work in later ones', () {
    scope
      ..set('plain', [1, 2.5, 'text', null])
      ..set('map', <String, Object?>{});
    engine.eval('fn one() { 1 } 1', scope: scope);
    engine.eval(
      'fn two() { 2 } let f = [#{f: Fn("two")}]; map.g = Fn("two"); '
      'map.h = |x| two() + x;',
      scope: scope,
    );
    expect(engine.eval('let f = f[0].f; f.call()', scope: scope), 2);
    expect(engine.eval('let g = map.g; g.call()', scope: scope), 2);
    engine.eval('fn two() { 3 } map.i = map.h.curry(5);', scope: scope);
    expect(engine.eval('let i = map.i; i.call()', scope: scope), 7);
    engine.eval(
      'fn three(f) { f.call() } map.j = Fn("three").curry(Fn("one_more")); '
      'fn one_more() { 4 }',
      scope: scope,
    );
    expect(engine.eval('let j = map.j; j.call()', scope: scope), 4);
    engine.registerFunction('keep', (int Function(Object?) f) => f);
    engine.eval(
      'fn five() { 5 } map.k = keep(|f| f.call()).curry(Fn("five"));',
      scope: scope,
    );
    expect(engine.eval('let k = map.k; k.call()', scope: scope), 5);
  });

  test('random evaluations leave what a model of them says', () async {
    engine.registerFunction('later', (Object? value) async => value);
    for (var seed = 0; seed < 60; seed++) {
      final random = Random(seed);
      final scope = engine.newScope();
      final model = <String, Object?>{};
      engine.clearScope();
      final engines = <String>{
        for (var i = 0; i < random.nextInt(4); i++) 'v${random.nextInt(30)}',
      };
      for (final name in engines) {
        engine.setVar(name, 'engine');
      }
      for (var round = 0; round < 12; round++) {
        final script = StringBuffer();
        for (var i = random.nextInt(24); i >= 0; i--) {
          final name = 'v${random.nextInt(30)}';
          final value = random.nextInt(1000);
          if (model.containsKey(name) && random.nextInt(3) == 0) {
            script.writeln('let f = || $name; $name;');
            model
              ..remove('f')
              ..['f'] = model[name];
          } else {
            script.writeln('let $name = $value; ');
            model
              ..remove(name)
              ..[name] = value;
          }
          if (random.nextInt(8) == 0) script.writeln('later(1);');
        }
        final fails = random.nextInt(6) == 0;
        if (fails) script.writeln('throw 1;');
        try {
          await engine.evalAsync<Object?>('$script', scope: scope);
          expect(fails, isFalse);
        } on RhaiRuntimeError {
          expect(fails, isTrue, reason: '$seed, $round: $script');
        }
        expect(
          scope.keys,
          unorderedEquals(model.keys),
          reason: '$seed, $round: $script',
        );
        for (final name in model.keys) {
          if (name == 'f') continue;
          expect(scope.get<int>(name), model[name], reason: '$seed, $round');
        }
      }
      scope.dispose();
    }
  });

  test('many variables of both kinds are told apart', () {
    final engine = engineWith(RhaiConfig(maxOperations: 0, maxVariables: 0));
    final scope = engine.newScope();
    const count = 3000;
    for (var i = 0; i < count; i++) {
      scope.set('own$i', i);
      engine.setVar('engine$i', i);
    }
    final uses = [
      for (var i = 0; i < count; i++) 'engine$i; let own$i = 1;',
    ].join('\n');
    engine.eval(uses, scope: scope);
    expect(scope.keys, hasLength(count));
    expect(scope.get<int>('own${count - 1}'), 1);
    engine.dispose();
  });

  test('at any budget the scope can be used after it', () {
    for (var memory = 20000; memory < 200000; memory += 3001) {
      final limited = engineWith(RhaiConfig(maxMemory: memory));
      limited.setVar('e', 'engine');
      final scope = limited.newScope();
      for (var i = 0; i < 4; i++) {
        try {
          limited.eval('''
            let a = []; const B = e; let a = [e, a]; let f = || a.len();
            let c = #{f: f, g: Fn("g")}; fn g() { 1 }
            for i in 0..300 { a.push("x" + i); } let a = a;
          ''', scope: scope);
        } on RhaiLimitError {
          // Whatever is left.
        }
      }
      expect(scope.keys.toSet(), hasLength(scope.keys.length));
      scope.clear();
      expect(scope.keys, isEmpty);
      expect(limited.eval('let x = e; x', scope: scope), 'engine');
      limited.dispose();
    }
  });
}
