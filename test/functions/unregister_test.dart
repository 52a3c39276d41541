/// Functions that are taken from scripts again.
library;

import 'dart:async';
import 'dart:collection';

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import '../support/engines.dart';
import '../support/futures.dart';
import '../support/garbage.dart';

void main() {
  late RhaiEngine engine;

  setUp(() => engine = RhaiEngine.withDefaults());
  tearDown(() => engine.dispose());

  Matcher throwsNotFound(String name) => throwsA(
    isA<RhaiRuntimeError>()
        .having((e) => e.kind, 'kind', RhaiRuntimeErrorKind.functionNotFound)
        .having((e) => e.name, 'name', name),
  );

  test('a function is gone, published or not, with all its overloads', () {
    for (final isPublished in [true, false]) {
      engine
        ..registerFunction('f', (int a) => 1)
        ..registerFunction('f', (String a) => 2, overload: true)
        ..registerFunction('other', () => 3);
      if (isPublished) expect(engine.eval('[f(1), f("")]'), [1, 2]);
      expect(engine.unregister('f'), isTrue);
      expect(() => engine.eval('f(1)'), throwsNotFound('f'));
      expect(() => engine.eval('f("")'), throwsNotFound('f'));
      expect(engine.eval('other()'), 3);
      expect(engine.unregister('f'), isFalse);
    }
  });

  test('the same script finds it, misses it, and finds another one', () async {
    const script = '[1].map(|x| f(x))[0] + [1].map(f)[0]';
    engine.registerFunction('f', (int x) => x);
    expect(engine.eval(script), 2);
    engine.unregister('f');
    expect(() => engine.eval('[1].map(|x| f(x))'), throwsNotFound('f'));
    expect(() => engine.eval(script), throwsA(isA<RhaiException>()));
    engine.registerFunction('f', (int x) => later(x + 1));
    expect(await engine.evalAsync(script), 4);
  });

  test('one in a namespace is named as a whole', () {
    engine
      ..registerFunction('a::f', () => 1)
      ..registerFunction('a::b::f', () => 2)
      ..registerFunction('f', () => 3);
    expect(engine.unregister('a'), isFalse);
    expect(engine.unregister('a::b'), isFalse);
    expect(engine.unregister('a::f'), isTrue);
    expect(() => engine.eval('a::f()'), throwsNotFound('a::f'));
    expect(engine.eval('[a::b::f(), f()]'), [2, 3]);
    engine.unregister('a::b::f');
    expect(() => engine.eval('a::b::f()'), throwsA(isA<RhaiRuntimeError>()));
  });

  test("Rhai's own function comes back", () {
    engine.registerFunction('len', (String text) => -1);
    expect(engine.eval('"abc".len()'), -1);
    expect(engine.unregister('len'), isTrue);
    expect(engine.eval('"abc".len()'), 3);
    expect(engine.unregister('len'), isFalse);
  });

  test('print and debug go where the engine sends them', () {
    final printed = <String>[];
    final engine = engineWith(
      RhaiConfig(
        onPrint: printed.add,
        onDebug: (text, position) => printed.add('debug $text'),
      ),
    )..registerFunction('print', (Object? x) => printed.add('mine'));
    engine.eval('print(1)');
    expect(engine.unregister('print'), isTrue);
    expect(engine.unregister('print'), isFalse);
    expect(engine.unregister('debug'), isFalse);
    engine.eval('print(2); debug(3)');
    expect(printed, ['mine', '2', 'debug 3']);
  });

  test('sleep of the engine stays, as that of Rhai would block', () async {
    expect(engine.unregister('sleep'), isFalse);
    engine.registerFunction('sleep', (int seconds) => 'mine');
    expect(engine.eval('sleep(1000)'), 'mine');
    expect(engine.unregister('sleep'), isTrue);
    expect(engine.unregister('sleep'), isFalse);
    var ticks = 0;
    final timer = Timer.periodic(Duration.zero, (_) => ticks++);
    await engine.evalAsync('sleep(0.05)');
    timer.cancel();
    expect(ticks, greaterThan(0));
  });

  test('a denied function stays denied', () {
    final engine = engineWith(RhaiConfig(deniedFunctions: {'len'}))
      ..registerFunction('len', (String text) => -1);
    expect(engine.eval('len("abc")'), -1);
    engine.unregister('len');
    expect(
      () => engine.eval('len("abc")'),
      throwsA(
        isA<RhaiRuntimeError>().having(
          (e) => e.message,
          'message',
          contains('it is one of RhaiConfig.deniedFunctions'),
        ),
      ),
    );
  });

  test('a script that runs keeps it', () async {
    final gate = Completer<int>();
    engine
      ..registerFunction('wait', () => gate.future)
      ..registerFunction('f', () => 1)
      ..registerFunction('drop_f', () => engine.unregister('f'));
    final result = engine.evalAsync('let w = wait(); [f(), drop_f(), f(), w]');
    expect(engine.eval('[drop_f(), f()]'), [true, 1]);
    gate.complete(2);
    expect(await result, [1, false, 1, 2]);
    expect(() => engine.eval('f()'), throwsNotFound('f'));
  });

  test('a function of a script keeps it', () {
    engine.registerFunction('f', () => 1);
    final function = engine.eval('|| f()') as RhaiFunction;
    final pointer = engine.eval('f') as RhaiFunction;
    engine.unregister('f');
    expect([function(), pointer()], [1, 1]);
  });

  test('a variable of its name stays', () {
    engine
      ..registerFunction('f', () => 1)
      ..setVar('f', 2)
      ..unregister('f');
    expect(engine.eval('f'), 2);
    engine.clearScope();
    expect(() => engine.eval('f'), throwsA(isA<RhaiRuntimeError>()));
  });

  test('analyze misses it', () {
    engine.registerFunction('f', () => 1);
    expect(engine.analyze('f()').warnings, isEmpty);
    engine.unregister('f');
    expect(
      engine.analyze('f()').warnings.single.kind,
      AnalysisWarningKind.unknownFunction,
    );
  });

  test('what it captured is freed', () async {
    WeakReference<Object> register() {
      final captured = _Captured();
      engine
        ..registerFunction('f', () => captured.number)
        ..eval('f()')
        ..unregister('f');
      return WeakReference(captured);
    }

    final captured = register();
    engine.eval('1');
    await makeGarbageUntil(() => captured.target == null);
    expect(captured.target, isNull);
  });

  test('names that no function can have are none', () {
    for (final name in ['', 'a b', '::', '\u{d800}', 'let', 'a\nb', '\x00']) {
      expect(engine.unregister(name), isFalse);
    }
  });

  test('thousands come and go while scripts run', () async {
    final results = <Future<Object?>>[];
    for (var i = 0; i < 2000; i++) {
      engine.registerFunction('f', () => later(i));
      results.add(engine.evalAsync('f()'));
      expect(engine.unregister('f'), isTrue);
    }
    expect(await Future.wait(results), [for (var i = 0; i < 2000; i++) i]);
    expect(engine.functions.map((f) => f.name), ['sleep']);
  });

  test('a List of names that disposes the engine is a StateError', () {
    expect(
      () => engine.registerFunction(
        'f',
        (int a) => a,
        parameterNames: _Disposing(engine),
      ),
      throwsStateError,
    );
  });
}

final class _Captured {
  int get number => 1;
}

final class _Disposing extends ListBase<String> {
  _Disposing(this._engine);

  final RhaiEngine _engine;

  @override
  int length = 1;

  @override
  String operator [](int index) {
    _engine.dispose();
    return 'a';
  }

  @override
  void operator []=(int index, String value) {}
}
