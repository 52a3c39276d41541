/// Scripts that are compiled once.
library;

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import '../support/engines.dart';
import '../support/errors.dart';

void main() {
  late RhaiEngine engine;
  setUp(() => engine = RhaiEngine.withDefaults());
  tearDown(() => engine.dispose());

  test('a script runs any number of times', () async {
    final script = engine.compile('let n = 40; n + 2');
    expect(script.eval(), 42);
    expect(script.evalSync<int>(), 42);
    expect(script.evalSync<double>(), 42.0);
    expect(await script.evalAsync<int>(), 42);
    expect(script.name, '');
    expect('$script', 'RhaiScript');
  });

  test('it can be compiled in turns of the event loop', () async {
    final script = await engine.compileAsync('1 + 1', name: 'sum');
    expect(script.evalSync<int>(), 2);
    expect('$script', 'RhaiScript(sum)');
    await expectLater(
      engine.compileAsync('let'),
      throwsA(isA<RhaiSyntaxError>()),
    );
  });

  test('it is kept however small the cache is', () {
    final small = engineWith(RhaiConfig(scriptCacheSize: 0));
    final script = small.compile('fn one() { 1 } one()');
    expect([script.eval(), script.eval()], [1, 1]);
  });

  test('an error of the text names the script, the line and the place', () {
    final error = errorThrownBy<RhaiSyntaxError>(
      () => engine.compile('let x = 1;\nlet y = ;', name: 'rules.rhai'),
    );
    expect(error.message, "in rules.rhai: Unexpected ';'");
    expect(error.position, const RhaiPosition(2, 9));
    expect(error.sourceLine, 'let y = ;');
  });

  test('call stacks name the script', () {
    final script = engine.compile(
      'fn inner() { throw "x" }\ninner()',
      name: 'rules.rhai',
    );
    final error = errorThrownBy<RhaiRuntimeError>(script.evalSync<int>);
    expect(error.message, 'x');
    expect(error.callStack.map((frame) => '$frame'), [
      'at inner (rules.rhai, line 1, position 14)',
      'at script (rules.rhai, line 2, position 1)',
    ]);
  });

  test('the functions that Dart can call are listed with their comments', () {
    final script = engine.compile('''
      /// Adds two numbers.
      ///   Both are ints.
      fn add(a, b) { a + b }

      //// No comment.
      fn first() { 1 }
      // Neither.
      private fn hidden() { 2 }
      /// Has a closure.
      fn last(x) { || x }
      let text = "fn nothing() {}";
    ''');
    expect(
      [for (final f in script.functions) (f.name, f.parameters.join(' '))],
      [('add', 'a b'), ('first', ''), ('last', 'x')],
    );
    expect(
      [for (final f in script.functions) f.documentation],
      ['Adds two numbers.\n  Both are ints.', '', 'Has a closure.'],
    );
    expect(script.functions.first.position.line, 3);
    expect(script.functions.clear, throwsUnsupportedError);
    expect(script.has('add'), isTrue);
    expect(script.has('add', 2), isTrue);
    expect(script.has('add', 1), isFalse);
    expect(script.has('hidden'), isFalse);
    expect(script.has('nothing'), isFalse);
  });

  test('functions that are registered later can be called', () {
    final script = engine.compile('fn f() { twice(4) } [twice(3), f()]');
    expect(script.evalSync<List<int>>, throwsA(isA<RhaiRuntimeError>()));
    engine.registerFunction('twice', (int x) => 2 * x);
    expect(script.eval(), [6, 8]);
    engine.registerFunction('twice', (int x) => 20 * x);
    expect(script.eval(), [60, 80]);
    expect(script.call('f', []), 80);
    engine.registerFunction('len', (String text) => 'mine');
    expect(engine.compile('"abc".len()').eval(), 'mine');
  });

  test('a name that becomes a function of the host works in a compiled '
      'script', () {
    final script = engine.compile('let list = [1, 2]; list.map(shift)');
    expect(script.evalSync<Object?>, throwsA(isA<RhaiRuntimeError>()));
    engine.registerFunction('shift', (int x) => x + 10);
    expect(script.eval(), [11, 12]);
  });

  test('limits hold when it is compiled, and when it runs', () {
    final limited = engineWith(
      RhaiConfig(maxOperations: 1000, maxFunctions: 2),
    );
    expect(
      () => limited.compile('fn a() {} fn b() {} fn c() {}'),
      throwsA(isA<RhaiException>()),
    );
    final loop = limited.compile('loop {}');
    for (var i = 0; i < 3; i++) {
      expect(loop.evalSync<void>, throwsA(isA<RhaiLimitError>()));
    }
  });

  test('memory for compiling is limited', () {
    final limited = engineWith(RhaiConfig(maxMemory: 200000));
    final text = [for (var i = 0; i < 20000; i++) 'let a$i = $i;'].join('\n');
    for (var i = 0; i < 20; i++) {
      expect(() => limited.compile(text), throwsA(isA<RhaiLimitError>()));
    }
    // Sizes around the limit: what is compiled is kept or is gone.
    for (var lines = 100; lines < 1200; lines += 25) {
      final text = [for (var i = 0; i < lines; i++) 'fn f$i() {}'].join('\n');
      try {
        final script = limited.compile(text);
        expect(script.functions, hasLength(lines));
        script.dispose();
      } on RhaiLimitError catch (error) {
        expect(error.limit, anyOf(RhaiLimit.memory, RhaiLimit.functions));
      }
    }
    expect(limited.eval('1'), 1);
  });

  test('a script that was disposed of cannot be run', () async {
    engine.registerFunction('later', (int x) async => x);
    final script = engine.compile('fn f() { |x| x } later(1) + later(2)');
    final running = script.evalAsync<int>();
    final function = script.call('f', []) as RhaiFunction;
    script
      ..dispose()
      ..dispose();
    expect(script.isDisposed, isTrue);
    final gone = throwsA(
      isA<StateError>().having(
        (e) => e.message,
        'message',
        'this RhaiScript was disposed',
      ),
    );
    expect(script.eval, gone);
    expect(script.evalSync<int>, gone);
    expect(script.evalAsync<int>, gone);
    expect(() => script.call('f', []), gone);
    expect(() => script.callSync<int>('f', []), gone);
    expect(() => script.callAsync<int>('f', []), gone);
    expect(script.functions.single.name, 'f');
    expect(await running, 3);
    expect(function(5), 5);
  });

  test('a script ends with its engine', () async {
    engine.registerFunction('later', (int x) async => x);
    final script = engine.compile('later(1)');
    final running = script.evalAsync<int>();
    engine.dispose();
    expect(script.isDisposed, isTrue);
    expect(
      script.eval,
      throwsA(
        isA<StateError>().having(
          (e) => e.message,
          'message',
          'the engine of this RhaiScript was disposed',
        ),
      ),
    );
    script.dispose();
    await expectLater(running, throwsA(isA<RhaiCancelledError>()));
    expect(() => engine.compile('1'), throwsStateError);
    expect(() => engine.compileAsync('1'), throwsStateError);
  });

  test('an engine that is disposed of while it compiles is no crash', () async {
    final compiling = engine.compileAsync(
      [for (var i = 0; i < 3000; i++) 'let a$i = [$i];'].join('\n'),
    );
    engine.dispose();
    // It may have been done before.
    await compiling.then<void>((script) {
      expect(script.isDisposed, isTrue);
    }, onError: (Object error) => expect(error, isA<RhaiCancelledError>()));
  });

  test('a name must be valid Unicode', () {
    expect(() => engine.compile('1', name: 'a\ud800'), throwsArgumentError);
    expect(() => engine.compile('"\ud800"', name: '\udc00'), throwsA(anything));
    expect(engine.compile('"ä€"', name: '名前').eval(), 'ä€');
  });
}
