/// Objects and functions that have crossed. None is kept, and none is gone too early.
@Timeout(Duration(minutes: 10))
library;

import 'dart:async';

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import '../support/futures.dart';
import '../support/garbage.dart';

const _count = 10000;

/// An object that scripts hold.
class _Thing {
  _Thing(this.id);

  final int id;
}

/// Number of the objects that are still there.
int _left(List<WeakReference<Object>> references) =>
    references.where((reference) => reference.target != null).length;

void main() {
  late RhaiEngine engine;
  late List<WeakReference<Object>> made;

  T note<T extends Object>(T object) {
    made.add(WeakReference(object));
    return object;
  }

  /// Expects that all of [made] is collected. Objects that finalizers released are
  /// dropped when the engine is next used.
  Future<void> expectCollected() async {
    expect(made, isNotEmpty);
    await makeGarbageUntil(() {
      engine.eval('1');
      return _left(made) == 0;
    });
    expect(_left(made), 0);
  }

  setUp(() {
    made = [];
    // Without a limit on time: with an address sanitizer all takes longer.
    engine =
        RhaiEngine.withConfig(
            RhaiConfig(maxOperations: 500000, timeout: Duration.zero),
          )
          ..registerFunction('thing', (int id) => note(_Thing(id)))
          ..registerFunction('next', () => note(_Thing(made.length)))
          ..registerFunction('thing_later', (int id) => later(note(_Thing(id))))
          ..registerFunction('adder', (int n) => note((int x) => x + n))
          ..registerFunction('id_of', (_Thing thing) => thing.id)
          ..registerFunction('call_it', (RhaiFunction f) => f())
          ..registerFunction('id', (Object? x) => x);
  });
  tearDown(() => engine.dispose());

  test('objects that a script drops are collected', () async {
    engine.eval('for i in 0..$_count { let t = thing(i); id_of(t); }');
    expect(made, hasLength(_count));
    await expectCollected();
  });

  test('objects that a script keeps are there, and gone with it', () async {
    final garbage = <Future<void>>[];
    engine.registerFunction('collect', () {
      garbage.add(makeMuchGarbage());
      return garbage.last;
    });
    final sum = await engine.eval('''
      let things = [];
      for i in 0..$_count { things.push(thing(i)); }
      collect();
      let sum = 0;
      for t in things { sum += id_of(t); }
      sum
    ''');
    expect(sum, _count * (_count - 1) ~/ 2);
    await expectCollected();
  });

  test('objects in nested values, and those of Futures', () async {
    final sum = await engine.eval('''
      let sum = 0;
      for i in 0..$_count {
        let data = id(#{a: [thing(i), #{b: thing(i)}]});
        sum += id_of(data.a[1].b);
        if i % 100 == 0 { sum += id_of(thing_later(0)); }
      }
      sum
    ''');
    expect(sum, _count * (_count - 1) ~/ 2);
    await expectCollected();
  });

  test('Dart functions that a script drops are collected', () async {
    final sum = engine.eval('''
      let sum = 0;
      for i in 0..$_count { sum += adder(i).call(1) + [1].map(adder(0))[0]; }
      sum
    ''');
    expect(sum, _count * (_count - 1) ~/ 2 + 2 * _count);
    await expectCollected();
  });

  test('functions of scripts free what they captured', () async {
    // Apart: a function that waits keeps the last one alive.
    int callAll() {
      var sum = 0;
      for (var i = 0; i < _count; i++) {
        final f = engine.eval('let t = next(); || id_of(t)') as RhaiFunction;
        sum += f() as int;
      }
      return sum;
    }

    expect(callAll(), _count * (_count - 1) ~/ 2);
    await expectCollected();
  });

  test('functions of scripts keep what they captured', () async {
    final functions = [
      for (var i = 0; i < _count; i++)
        engine.eval('let t = next(); || id_of(t)') as RhaiFunction,
    ];
    await makeMuchGarbage();
    engine.eval('1');
    expect(_left(made), _count);
    for (final (i, f) in functions.indexed) {
      expect(f(), i);
    }
    for (final f in functions) {
      f.dispose();
    }
    await expectCollected();
  });

  test('functions that are arguments are freed after the call', () async {
    final sum = engine.eval('''
      let sum = 0;
      for i in 0..$_count { let t = thing(i); sum += call_it(|| id_of(t)); }
      sum
    ''');
    expect(sum, _count * (_count - 1) ~/ 2);
    await expectCollected();
  });

  test('a closure that captured the variable that holds it is freed', () async {
    void evalAll() {
      for (var i = 0; i < 1000; i++) {
        engine.eval('''
          let t = next();
          let m = #{};
          m.f = || { m; id_of(t) };
          call_it(m.f);
          m.g = id(m.f);
          id(m.g)
        ''');
      }
    }

    evalAll();
    await expectCollected();
  });

  test('variables are freed when they are replaced or removed', () async {
    void setAll() {
      for (var i = 0; i < 1000; i++) {
        engine
          ..setVar('t', note(_Thing(i)))
          ..setVar('f', engine.eval('let t = t; || id_of(t)'));
        expect(engine.eval('f.call()'), i);
      }
    }

    setAll();
    engine.clearScope();
    await expectCollected();
  });

  test(
    'functions of two scripts that hold each other go with the engine',
    () async {
      final other = RhaiEngine.withDefaults()
        ..registerFunction('next', () {
          return note(_Thing(made.length));
        });
      void tie() {
        const script = 'let t = next(); let o = (); [|f| o = f, || t]';
        final [put as RhaiFunction, get as RhaiFunction] =
            other.eval(script) as List<dynamic>;
        final [put2 as RhaiFunction, get2 as RhaiFunction] =
            other.eval(script) as List<dynamic>;
        put(get2);
        put2(get);
      }

      tie();
      other.dispose();
      await expectCollected();
    },
  );

  test('a function given to its own script by another is freed', () async {
    void tie() {
      final [put as RhaiFunction, get as RhaiFunction] =
          engine.eval('let t = next(); let o = (); [|f| o = f, || t]')
              as List<dynamic>;
      engine
        ..setVar('put', put)
        ..setVar('get', get)
        ..eval('put.call(get); put.call([get, put])')
        ..clearScope();
    }

    tie();
    await expectCollected();
  });

  test('an argument that cannot cross keeps none of the others', () async {
    engine.registerFunction('two', (Object? a, Object? b) => null);
    expect(
      () => engine.eval('let t = next(); two(|| t, timestamp())'),
      throwsA(isA<RhaiRuntimeError>()),
    );
    await expectCollected();
  });

  test('what cannot cross keeps nothing', () async {
    for (var i = 0; i < 1000; i++) {
      expect(
        () => engine.setVar('v', [note(_Thing(i)), Future.value(1)]),
        throwsA(isA<RhaiConversionError>()),
      );
      expect(
        () => engine.eval('let t = next(); [t, || t, timestamp()]'),
        throwsA(isA<RhaiConversionError>()),
      );
    }
    // Larger than scripts may have.
    expect(
      () => engine.setVar('v', [note(_Thing(0)), 'x' * 11000000]),
      throwsA(isA<RhaiLimitError>()),
    );
    await expectCollected();
  });

  test('a disposed engine lets go of all', () async {
    final other = RhaiEngine.withDefaults();
    final functions = <RhaiFunction>[];
    for (var i = 0; i < 1000; i++) {
      other.setVar('t', note(_Thing(i)));
      functions.add(other.eval('let u = t; || u') as RhaiFunction);
    }
    other.dispose();
    await expectCollected();
    expect(functions.every((f) => f.isDisposed), isTrue);
  });

  test(
    'a script that waits for ever lets go of all when it times out',
    () async {
      final impatient = RhaiEngine.withConfig(
        RhaiConfig(asyncTimeout: const Duration(milliseconds: 1)),
      );
      impatient
        ..registerFunction('thing', (int id) => note(_Thing(id)))
        ..registerFunction('never', never);
      for (var i = 0; i < 100; i++) {
        await expectLater(
          impatient.evalAsync('let t = thing($i); let f = || t; never()'),
          throwsA(isA<RhaiTimeoutError>()),
        );
      }
      await expectCollected();
      impatient.dispose();
    },
  );
}
