/// Engines that are made from others: what they have in common, and what not.
library;

import 'dart:async';

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import '../support/futures.dart';

void main() {
  late RhaiEngine engine;
  setUp(() => engine = RhaiEngine());
  tearDown(() => engine.dispose());

  /// A fork that is disposed with the test.
  RhaiEngine forkOf(RhaiEngine engine, {RhaiConfig? config}) {
    final fork = engine.fork(config: config);
    addTearDown(fork.dispose);
    return fork;
  }

  group('a fork has', () {
    test('the functions, types, modules and variables', () async {
      engine
        ..registerFunction('twice', (int n) => 2 * n)
        ..registerFunction('later', (int n) async => n + 1)
        ..registerModule('m', {
          'inc': (int n) => n + 1,
          'LIST': [1, 2],
          'BUFFER': StringBuffer('module'),
        })
        ..registerType<StringBuffer>(
          'Text',
          constructors: {'Text': StringBuffer.new},
          constants: {'empty': StringBuffer()},
          methods: {
            'add': (StringBuffer text, String part) => text.write(part),
          },
          getters: {'length': (text) => text.length},
          iterator: (text) => '$text'.split(''),
        )
        ..setVar('x', 5)
        ..setConstant('LIST', [1, 'a'])
        ..setVar('text', StringBuffer('abc'))
        ..setVar('closure', (int n) => n * 10);
      final fork = forkOf(engine);
      final forkOfFork = forkOf(fork);
      for (final one in [engine, fork, forkOfFork]) {
        expect(one.eval('twice(x) + m::inc(1) + m::LIST[1]'), 14);
        expect(await one.eval('later(x)'), 6);
        expect(await one.evalAsync('[1, 2].map(later)'), [2, 3]);
        expect(one.eval('let t = Text("ab"); t.add("c"); t.length'), 3);
        expect(one.eval('Text::empty.length + text.length'), 3);
        expect(one.eval('m::BUFFER.length'), 6);
        expect(one.eval('let n = ""; for c in text { n += c; } n'), 'abc');
        expect(one.eval('type_of(text) + " " + text'), 'Text abc');
        expect(one.eval('text == text'), isTrue);
        expect(one.eval('fn f() { global::LIST[1] } f()'), 'a');
        expect(one.eval('closure.call(2)'), 20);
        expect(
          one.functions.map((function) => function.name),
          contains('twice'),
        );
        expect(one.analyze('twice(x) + m::inc(1)').warnings, isEmpty);
      }
    });

    test('the configuration', () {
      final printed = <String>[];
      final limited = RhaiEngine(
        RhaiConfig(
          maxOperations: 1000,
          onPrint: printed.add,
          deniedFunctions: const {'sin'},
          disabledSymbols: const {'while'},
        ),
      );
      addTearDown(limited.dispose);
      final fork = forkOf(limited);
      limited.dispose();
      fork.eval('print("a")');
      expect(printed, ['a']);
      expect(() => fork.eval('loop {}'), throwsA(isA<RhaiLimitError>()));
      expect(() => fork.eval('sin(1.0)'), _throws('Function not found: sin'));
      expect(() => fork.eval('while true {}'), throwsA(isA<RhaiSyntaxError>()));
    });

    test('all of that when the original was disposed, or changed', () async {
      engine
        ..registerFunction('f', (int n) async => n + 1)
        ..registerModule('m', {'C': StringBuffer('old')})
        ..setVar('x', StringBuffer('old'));
      final fork = forkOf(engine);
      engine
        ..registerFunction('f', (int n) => 0)
        ..registerModule('m', {})
        ..setVar('x', 1)
        ..eval('f(x)')
        ..dispose();
      expect(await fork.eval('f(1)'), 2);
      expect('${fork.eval('x')} ${fork.eval('m::C')}', 'old old');
    });
  });

  group('later changes are of one engine only:', () {
    const absent = 'absent';

    /// The value of a script, or that there is no such thing.
    Object? valueIn(RhaiEngine engine, String script) {
      try {
        return engine.eval(script);
      } on RhaiException {
        return absent;
      }
    }

    final changes = <String, (String, void Function(RhaiEngine))>{
      'a new function': ('g()', (e) => e.registerFunction('g', () => 2)),
      'a function in place of another': (
        'f()',
        (e) => e.registerFunction('f', () => 2),
      ),
      'an overload': (
        'f("a")',
        (e) => e.registerFunction('f', (String s) => 2, overload: true),
      ),
      'a function in place of one of Rhai': (
        'len("a")',
        (e) => e.registerFunction('len', (String s) => 2),
      ),
      'a function that is gone': ('f()', (e) => e.unregister('f')),
      'a module': ('n::C', (e) => e.registerModule('n', {'C': 2})),
      'a module in place of another': (
        'm::C',
        (e) => e.registerModule('m', {'C': 2}),
      ),
      'a type': (
        'object.n',
        (e) => e.registerType<StringBuffer>('B', getters: {'n': (_) => 2}),
      ),
      'a variable': ('y', (e) => e.setVar('y', 2)),
      'a variable in place of another': ('x', (e) => e.setVar('x', 2)),
      'a constant in place of a variable': ('x', (e) => e.setConstant('x', 2)),
      'no variables': ('x', (e) => e.clearScope()),
      'a variable with the name of a function': ('f', (e) => e.setVar('f', 2)),
    };
    for (final MapEntry(key: name, value: (script, change))
        in changes.entries) {
      test(name, () {
        engine
          ..registerFunction('f', () => 1)
          ..registerModule('m', {'C': 1})
          ..setVar('x', 1)
          ..setVar('object', StringBuffer());
        final before = '${valueIn(engine, script)}';
        final fork = forkOf(engine);
        change(fork);
        final after = '${valueIn(fork, script)}';
        expect(after, isNot(before));
        expect('${valueIn(engine, script)}', before);
        // Forks that were made before, and after.
        final second = forkOf(engine);
        expect('${valueIn(forkOf(fork), script)}', after);
        change(engine);
        expect('${valueIn(engine, script)}', after);
        expect('${valueIn(second, script)}', before);
      });
    }

    test('scripts that run keep what they started with', () async {
      final gate = Completer<int>();
      engine
        ..registerFunction('wait', () => gate.future)
        ..registerFunction('f', () => 1);
      final fork = forkOf(engine);
      final waiting = [
        for (final one in [engine, fork]) one.evalAsync<int>('wait() + f()'),
      ];
      fork.registerFunction('f', () => 10);
      engine.unregister('f');
      gate.complete(0);
      expect(await Future.wait(waiting), [1, 1]);
    });
  });

  group('disposing', () {
    test('a fork ends what runs in it, and nothing else', () async {
      final gate = Completer<int>();
      engine.registerFunction('wait', () => gate.future);
      final forks = [for (var i = 0; i < 3; i++) forkOf(engine)];
      final results = [
        for (final one in [engine, ...forks]) one.evalAsync<int>('wait() + 1'),
      ];
      final cancelled = expectLater(
        results[2],
        throwsA(isA<RhaiCancelledError>()),
      );
      forks[1].dispose();
      await cancelled;
      gate.complete(1);
      for (final index in [0, 1, 3]) {
        expect(await results[index], 2);
      }
      expect(forks[1].isDisposed, isTrue);
      expect(() => forks[1].fork(), throwsStateError);
    });

    test('the original ends no fork, one that sleeps included', () async {
      final fork = forkOf(engine);
      final slept = fork.evalAsync<int>('sleep(0.001); 7');
      engine.dispose();
      expect(await slept, 7);
      expect(await fork.evalAsync<int>('sleep(0.001); 8'), 8);
      expect(() => engine.fork(), throwsStateError);
    });

    test('either in the midst of a call of the other', () async {
      late RhaiEngine fork;
      engine.registerFunction('dispose', (int which) {
        final one = which == 0 ? engine : fork;
        one.dispose();
        return which;
      });
      fork = forkOf(engine);
      expect(engine.eval('dispose(1) + 1'), 2);
      fork = forkOf(engine);
      expect(fork.eval('dispose(0) + 1'), 1);
      expect(fork.eval('[0].map(dispose)'), [0]);
      expect(() => fork.eval('dispose(1)'), throwsA(isA<RhaiCancelledError>()));
    });

    test('an engine lets go of objects that no other one needs', () async {
      final kept = StringBuffer('kept');
      engine.setVar('x', kept);
      final fork = forkOf(engine)..setVar('y', StringBuffer());
      fork
        ..registerFunction('own', () => 1)
        ..eval('own()')
        ..dispose();
      expect(identical(engine.eval('x'), kept), isTrue);
    });
  });

  test('a fork is made within a Dart function that a script calls', () async {
    engine
      ..registerFunction('f', () => 1)
      ..registerFunction('sub', (String script) async {
        final fork = engine.fork();
        try {
          return await fork.eval(script);
        } finally {
          fork.dispose();
        }
      });
    expect(await engine.eval('sub("sub(`f() + 1`) + 1") + 1'), 4);
  });

  test('forks within each other come to an end', () {
    engine.registerFunction('sub', () {
      final fork = engine.fork();
      try {
        return fork.eval('sub()');
      } finally {
        fork.dispose();
      }
    });
    expect(() => engine.eval('sub()'), _throws('nested too deeply'));
    expect(engine.eval('1 + 1'), 2);
  });

  group('another configuration', () {
    test('limits the fork', () {
      final fork = forkOf(
        engine,
        config: const RhaiConfig(maxOperations: 1000),
      );
      const script = 'let n = 0; for i in 0..10000 { n += 1 } n';
      for (var i = 0; i < 2; i++) {
        expect(engine.eval(script), 10000);
        expect(() => fork.eval(script), throwsA(isA<RhaiLimitError>()));
      }
      // Not limited where the original is.
      final small = forkOf(fork, config: const RhaiConfig());
      expect(small.eval(script), 10000);
    });

    final refused = <String, (String, RhaiConfig)>{
      'symbols': (
        'let n = 1; while n < 0 {} n',
        const RhaiConfig(disabledSymbols: {'while'}),
      ),
      'denied functions': (
        'sin(1.0)',
        const RhaiConfig(deniedFunctions: {'sin'}),
      ),
      'functions beside those allowed': (
        'sin(1.0)',
        const RhaiConfig(allowedFunctions: {'cos'}),
      ),
      'sleep': (
        'if false { sleep(1) } sleep(0)',
        const RhaiConfig(deniedFunctions: {'sleep'}),
      ),
      'variables': (
        'let a = 1; let b = 2; a',
        const RhaiConfig(maxVariables: 1),
      ),
      'functions': ('fn a() {} fn b() {} 1', const RhaiConfig(maxFunctions: 1)),
      'expressions': (
        '1 + (1 + (1 + (1 + (1 + f()))))',
        const RhaiConfig(maxExpressionDepth: 3),
      ),
      'arrays': ('[1, 2, 3]', const RhaiConfig(maxArraySize: 2)),
      'maps': ('#{a: 1, b: 2}', const RhaiConfig(maxMapSize: 1)),
      'strings': ('f(); "abcdef"', const RhaiConfig(maxStringLength: 5)),
      'calls': (
        'fn r(n) { if n == 0 { 0 } else { r(n - 1) } } r(20)',
        const RhaiConfig(maxStackDepth: 10),
      ),
      'memory': (
        'let a = []; a.pad(100000, 0); f()',
        const RhaiConfig(maxMemory: 1 << 20),
      ),
    };
    refused.forEach((name, values) {
      final (script, config) = values;
      test('of $name holds for scripts that were compiled before', () async {
        engine.registerFunction('f', () => 1);
        // Both ways in which scripts are kept.
        await engine.eval(script);
        final compiled = engine.compile(script);
        final fork = forkOf(engine, config: config);
        for (var i = 0; i < 2; i++) {
          await expectLater(
            () async => fork.eval(script),
            throwsA(isA<RhaiException>()),
          );
          await expectLater(
            () async => fork.compile(script).evalAsync<Object?>(),
            throwsA(isA<RhaiException>()),
          );
          await engine.eval(script);
          await compiled.eval();
        }
        // And the other way round.
        final free = forkOf(fork, config: const RhaiConfig());
        await free.eval(script);
      });
    });

    test('gives words and functions back', () async {
      final strict = RhaiEngine(
        const RhaiConfig(
          allowEval: false,
          deniedFunctions: {'sin', 'sleep'},
          disabledSymbols: {'while'},
        ),
      );
      addTearDown(strict.dispose);
      strict.registerFunction('sin', (double x) => 5.0);
      final fork = forkOf(strict, config: const RhaiConfig(allowEval: true));
      expect(fork.eval('eval("sin(1.0)")'), 5.0);
      expect(await fork.eval('sleep(0.0); while false {} 1'), 1);
      expect(() => strict.eval('sleep(0)'), throwsA(isA<RhaiException>()));
      expect(
        fork.functions.map((function) => function.name),
        containsAll(['sin', 'sleep']),
      );
    });

    test('has its own loader of modules', () async {
      RhaiConfig loading(String text, List<String> loads) => RhaiConfig(
        moduleLoader: (path, _) async {
          loads.add(path);
          return text;
        },
      );
      const script = 'import "m" as m; m::N';
      final (loads, others) = (<String>[], <String>[]);
      final original = RhaiEngine(loading('export const N = 1;', loads));
      addTearDown(original.dispose);
      expect(await original.eval(script), 1);
      final fork = forkOf(original);
      final other = forkOf(
        original,
        config: loading('export const N = 2;', others),
      );
      expect(await fork.eval(script), 1);
      expect(await other.eval(script), 2);
      expect([...loads, ...others], ['m', 'm']);
      fork.invalidateModules();
      expect(await fork.eval(script), 1);
      expect(await original.eval(script), 1);
      expect(loads, ['m', 'm']);
      expect(
        () => forkOf(original, config: const RhaiConfig()).eval(script),
        throwsA(isA<RhaiException>()),
      );
    });

    test('that is wrong is an error, and the engine goes on', () {
      expect(
        () => engine.fork(config: const RhaiConfig(maxOperations: -1)),
        throwsArgumentError,
      );
      expect(
        () => engine.fork(config: const RhaiConfig(deniedFunctions: {'nope'})),
        throwsArgumentError,
      );
      expect(engine.eval('1'), 1);
    });
  });

  group('what belongs to the engine that it comes from:', () {
    test('a function of a script, which is a Dart function in the other', () {
      final fork = forkOf(engine);
      final function =
          engine.eval('let n = 1; |x| { n += x; n }') as RhaiFunction;
      fork.setVar('f', function);
      expect(fork.eval('f.call(1)'), 2);
      expect(engine.fork, returnsNormally);
      // It ends with its engine.
      engine.dispose();
      expect(() => fork.eval('f.call(1)'), throwsA(isA<RhaiException>()));
    });

    test('one in a variable or a constant, which refuses forks', () {
      final function = engine.eval('|x| x + 1');
      Matcher refuses(String path) => throwsA(
        isA<RhaiConversionError>()
            .having((error) => error.path, 'path', path)
            .having(
              (error) => error.message,
              'message',
              '$path: a function of a script cannot go to a fork '
                  '(set it after the fork was made, in each engine)',
            ),
      );
      engine.setVar('f', [function]);
      expect(() => engine.fork(), refuses('f'));
      engine
        ..setVar('f', 1)
        ..registerModule('m', {'F': function});
      expect(() => engine.fork(), refuses('m::F'));
      engine
        ..registerModule('m', {})
        ..setConstant('g', function)
        ..clearScope();
      expect(forkOf(engine).eval('1'), 1);
    });

    test('a script, and a scope', () async {
      final fork = forkOf(engine);
      final script = engine.compile('fn f() { 2 } 1');
      final scope = engine.newScope();
      expect(() => fork.eval('1', scope: scope), throwsArgumentError);
      expect(() => script.eval(scope: fork.newScope()), throwsArgumentError);
      fork.dispose();
      expect(script.eval(), 1);
      expect(script.call('f', []), 2);
    });
  });

  test('deep values are on stacks of all sizes', () async {
    Object deep = 1;
    for (var i = 0; i < 50000; i++) {
      deep = [deep];
    }
    const small = RhaiConfig(maxOperations: 1000, maxStackDepth: 10);
    const large = RhaiConfig(maxOperations: 2000000, maxStackDepth: 500);
    for (final (own, other) in [(small, large), (large, small)]) {
      final original = RhaiEngine(own)
        ..registerFunction('later', later)
        ..registerModule('m', {'C': deep})
        ..setVar('x', deep);
      final fork = forkOf(original, config: other);
      final results = [
        for (final one in [original, fork, forkOf(fork)])
          one.evalAsync<int>('let y = x; later(1); y[0].len() + m::C.len()'),
      ];
      // Its scripts have the last of them.
      fork
        ..clearScope()
        ..registerModule('m', {});
      original.clearScope();
      expect(await Future.wait(results), [2, 2, 2]);
      original.dispose();
      expect(() => fork.eval('x'), throwsA(isA<RhaiException>()));
    }
  });

  test('the same source is compiled once', () {
    engine.registerFunction('f', () => 1);
    final source =
        '/// Adds.\nfn add(a, b) { a + b + f() }\n' * 1 + 'let x = 1;\n' * 2000;
    Duration compiling(RhaiEngine engine) {
      final watch = Stopwatch()..start();
      final script = engine.compile(source);
      watch.stop();
      expect(script.functions.single.name, 'add');
      expect(script.functions.single.documentation, 'Adds.');
      expect(script.call('add', [1, 2]), 4);
      return watch.elapsed;
    }

    final first = compiling(engine);
    final forks = [for (var i = 0; i < 5; i++) compiling(forkOf(engine))];
    forks.sort();
    expect(forks.first * 4, lessThan(first));
    // Compiled for the functions that there are.
    final other = forkOf(engine)..registerFunction('x', () => 1);
    expect(other.compile(source).call('add', [1, 2]), 4);
  });

  test('functions of scripts in each of several engines', () async {
    engine.registerFunction('later', later);
    final forks = [for (var i = 0; i < 10; i++) forkOf(engine)];
    final functions = [
      for (final (index, fork) in forks.indexed)
        fork.eval('let n = $index; || { n += 100; later(n) }') as RhaiFunction,
    ];
    for (var round = 1; round <= 3; round++) {
      final values = await Future.wait([
        for (final function in functions) function.callAsync(),
      ]);
      expect(values, [for (var i = 0; i < 10; i++) i + 100 * round]);
    }
  });
}

Matcher _throws(String message) => throwsA(
  isA<RhaiException>().having(
    (error) => error.message,
    'message',
    contains(message),
  ),
);
