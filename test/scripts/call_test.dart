/// Dart calls functions of compiled scripts by their names.
library;

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import '../support/errors.dart';

void main() {
  late RhaiEngine engine;
  setUp(() {
    engine = RhaiEngine.withDefaults();
    engine.registerFunction('later', (Object? value) async => value);
  });
  tearDown(() => engine.dispose());

  test('only the function runs', () async {
    var runs = 0;
    engine.registerFunction('note', () => runs++);
    final script = engine.compile('note(); fn add(a, b) { a + b }');
    expect(script.call('add', [1, 2]), 3);
    expect(script.callSync<double>('add', [1, 2]), 3.0);
    expect(await script.callAsync<int>('add', [1, 2]), 3);
    expect(runs, 0);
    script.eval();
    expect(runs, 1);
  });

  test('arguments of every kind arrive', () {
    final script = engine.compile('fn same(x) { x } fn none() { 7 }');
    for (final value in [
      null,
      true,
      1,
      1.5,
      'text',
      [1, 'a'],
      {'a': 1},
      RhaiRange(1, 3),
      DateTime(2020),
    ]) {
      expect(script.call('same', [value]), value);
    }
    expect(script.call('none', []), 7);
    expect(
      () => script.call('same', ['\ud800']),
      throwsA(
        isA<RhaiConversionError>().having((e) => e.path, 'path', 'args[0]'),
      ),
    );
  });

  test('overloads are told by their number of arguments', () {
    final script = engine.compile(
      'fn f() { 0 } fn f(a) { 1 } fn f(a, b) { 2 }',
    );
    expect(script.call('f', []), 0);
    expect(script.call('f', [1]), 1);
    expect(script.call('f', [1, 2]), 2);
  });

  test('a function that there is not names those that there are', () async {
    final script = engine.compile(
      'fn on_event(event) {} fn on_exit() {} private fn p() {}',
    );
    String message(void Function() run) =>
        errorThrownBy<RhaiRuntimeError>(run).message;
    const others = 'there are on_event(event), on_exit()';
    expect(
      message(() => script.call('on_evnt', [1])),
      'the script has no function on_evnt with 1 argument: $others',
    );
    expect(
      message(() => script.callSync<int>('p', [])),
      'the script has no function p with 0 arguments: $others',
    );
    expect(
      message(() => script.call('on_event', [])),
      'the script has no function on_event with 0 arguments: there is '
      'on_event(event)',
    );
    expect(
      message(() => engine.compile('1', name: 'a.rhai').call('f', [])),
      'a.rhai has no function f with 0 arguments: it has none that Dart can call',
    );
    final later = script.callAsync<int>('on_exit', [1]);
    await expectLater(
      later,
      throwsA(
        isA<RhaiRuntimeError>()
            .having(
              (e) => e.kind,
              'kind',
              RhaiRuntimeErrorKind.functionNotFound,
            )
            .having((e) => e.name, 'name', 'on_exit'),
      ),
    );
  });

  test('functions of the script call each other, and Dart', () async {
    final script = engine.compile('''
      fn sum(n) { if n == 0 { 0 } else { n + sum(n - 1) } }
      fn wait(n) { later(sum(n)) + later(1) }
    ''');
    expect(script.callSync<int>('sum', [10]), 55);
    expect(await script.callAsync<int>('wait', [3]), 7);
    expect(await (script.call('wait', [3]) as Future), 7);
    expect(
      () => script.callSync<int>('wait', [3]),
      throwsA(
        isA<RhaiCancelledError>().having(
          (e) => e.message,
          'message',
          contains('later'),
        ),
      ),
    );
  });

  test('many calls can wait at once', () async {
    final script = engine.compile('fn f(x) { later(x) + x }');
    final all = await Future.wait([
      for (var i = 0; i < 100; i++) script.callAsync<int>('f', [i]),
    ]);
    expect(all, [for (var i = 0; i < 100; i++) 2 * i]);
  });

  test('closures that a function returns stay callable', () {
    final script = engine.compile('''
      fn counter(start) { let n = start; || { n += 1; helper(n) } }
      fn helper(x) { x * 10 }
    ''');
    final one = script.callSync<int Function()>('counter', [0]);
    final two = script.callSync<RhaiFunction>('counter', [5]);
    expect([one(), one(), two.call(), one()], [10, 20, 60, 30]);
    script.dispose();
    expect([one(), two.call()], [40, 70]);
    expect(engine.compile('fn run(f) { f.call() }').call('run', [two]), 80);
  });

  test('this is changed as by callWith', () async {
    final script = engine.compile('''
      fn add(by) { this.n += by; this.n }
      fn add_later(by) { this.n += later(by); this.n }
      fn self() { this }
      fn fail() { this.n = 100; throw "x" }
      fn int.double() { this * 2 }
    ''');
    final state = {'n': 1};
    expect(script.call('add', [2], thisValue: state), 3);
    expect(state, {'n': 3});
    expect(await script.callAsync<int>('add_later', [4], thisValue: state), 7);
    expect(state, {'n': 7});
    expect(() => script.call('fail', [], thisValue: state), throwsA(anything));
    expect(state, {'n': 7});
    expect(script.call('self', [], thisValue: null), isNull);
    expect(script.callSync<int>('double', [], thisValue: 4), 8);
    expect(
      () => script.call('double', [], thisValue: 'a'),
      throwsA(isA<RhaiRuntimeError>()),
    );
    expect(
      errorThrownBy<RhaiRuntimeError>(() => script.call('self', [])).kind,
      RhaiRuntimeErrorKind.unboundThis,
    );
  });

  test('constants of the engine and of the scope are global::NAME', () {
    final script = engine.compile('fn k() { global::K } const OWN = 1;');
    expect(
      errorThrownBy<RhaiRuntimeError>(() => script.call('k', [])).kind,
      RhaiRuntimeErrorKind.variableNotFound,
    );
    engine.setConstant('K', 1);
    expect(script.call('k', []), 1);
    final scope = engine.newScope()..setConstant('K', 2);
    expect(script.call('k', [], scope: scope), 2);
    scope.set('K', 3);
    expect(script.call('k', [], scope: scope), 1);
  });

  test('constants that a script declared in a scope are found there', () {
    final script = engine.compile('''
      const RATE = 3;
      let hidden = 1;
      fn price(x) { x * global::RATE }
      fn peek() { hidden }
    ''');
    final scope = engine.newScope();
    script.eval(scope: scope);
    expect(script.call('price', [5], scope: scope), 15);
    expect(
      () => script.call('peek', [], scope: scope),
      throwsA(isA<RhaiRuntimeError>()),
    );
  });

  test('an error in a function has its place and the name of the script', () {
    final script = engine.compile('\nfn f(x) { x.nope() }', name: 'a.rhai');
    final error = errorThrownBy<RhaiRuntimeError>(() => script.call('f', [1]));
    expect(error.position?.line, 2);
    expect(error.callStack.first.function, 'f');
    expect(error.callStack.first.source, 'a.rhai');
  });

  test('exit ends a function with its value', () {
    final script = engine.compile('fn f() { exit(5) }');
    expect(script.call('f', []), 5);
  });

  test('reading the arguments may run anything', () {
    final script = engine.compile('fn f(x) { x }');
    Iterable<int> items(void Function() run) sync* {
      run();
      yield 1;
    }

    Object? call(void Function() run) => script.call('f', [items(run)]);
    expect(call(() => engine.eval('"something else"')), [1]);
    expect(call(() => script.call('f', ['x' * 5000])), [1]);
    expect(call(() => engine.registerFunction('g', () => 1)), [1]);
    final other = engine.compile('fn f(x) { x }');
    expect(() => other.call('f', [items(other.dispose)]), throwsStateError);
    expect(() => call(script.dispose), throwsStateError);
    final last = engine.compile('fn f(x) { x }');
    expect(
      () => last.call('f', [items(engine.dispose)]),
      throwsA(isA<RhaiCancelledError>()),
    );
  });

  test('a function may dispose of its script or its engine', () async {
    late RhaiScript script;
    engine.registerFunction('gone', () => script.dispose());
    engine.registerFunction('all_gone', () => engine.dispose());
    script = engine.compile(
      'fn f() { gone(); later(1) } fn g() { all_gone() }',
    );
    final other = engine.compile('fn g() { all_gone(); 1 }');
    expect(await script.callAsync<int>('f', []), 1);
    expect(() => other.call('g', []), throwsA(isA<RhaiCancelledError>()));
  });

  test('limits hold for each call', () {
    final script = engine.compile('fn f() { f() } fn g() { loop {} }');
    expect(() => script.call('f', []), throwsA(isA<RhaiLimitError>()));
    expect(() => script.call('g', []), throwsA(isA<RhaiLimitError>()));
  });
}
