/// Dart functions in namespaces: `variable::get("x")`.
library;

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import '../support/engines.dart';
import '../support/folders.dart';
import '../support/futures.dart';
import '../support/matchers.dart';

void main() {
  late RhaiEngine engine;

  setUp(() => engine = RhaiEngine.withDefaults());
  tearDown(() => engine.dispose());

  test('are called by their whole names', () async {
    final variables = {'name': 'demo'};
    engine
      ..registerFunction('variable::get', (String name) => variables[name])
      ..registerFunction('variable::set', (String name, Object? value) {
        variables[name] = '$value';
      })
      ..registerFunction('variable::is_set', variables.containsKey)
      ..registerFunction('system::later', (int n) => later(n));
    expect(engine.eval('variable::set("a", 1); variable::get("name")'), 'demo');
    expect(variables['a'], '1');
    expect(engine.eval('if variable::is_set("b") { 1 } else { 2 }'), 2);
    expect(
      engine.eval(
        'fn f() { variable::get("a") } [f(), [1].map(|x| variable::get("a"))]',
      ),
      [
        '1',
        ['1'],
      ],
    );
    expect(await engine.evalAsync('system::later(4) + 1'), 5);
  });

  test('may be nested to any depth, in any order', () {
    engine
      ..registerFunction('a::b::c::f', () => 'a::b::c')
      ..registerFunction('a::f', () => 'a')
      ..registerFunction('f', () => 'none')
      ..registerFunction('a::b::f', () => 'a::b')
      ..registerFunction('a_b::f', () => 'a_b');
    expect(engine.eval('[f(), a::f(), a::b::f(), a::b::c::f(), a_b::f()]'), [
      'none',
      'a',
      'a::b',
      'a::b::c',
      'a_b',
    ]);
  });

  test('have types, overloads and converted arguments', () {
    engine
      ..registerFunction('shape::area', (double r) => r)
      ..registerFunction('shape::area', (String s) => s, overload: true)
      ..registerFunction('shape::any', (Object? x) => x)
      ..registerFunction('shape::sum', (List<int> l) => l.length);
    expect(engine.eval('[shape::area(3), shape::area("a"), shape::any(())]'), [
      3.0,
      'a',
      null,
    ]);
    expect(
      () => engine.eval('shape::area(true)'),
      throwsA(
        isA<RhaiRuntimeError>()
            .having(
              (e) => e.message,
              'message',
              'Function not found: shape::area (bool); there are '
                  'shape::area (i64 | f64) and shape::area (string)',
            )
            .having((e) => e.name, 'name', 'shape::area'),
      ),
    );
    expect(
      () => engine.eval('shape::sum(["a"])'),
      throwsRuntimeError(
        'shape::sum: argument 1 must be a list of ints; '
        'element 0 is a string',
      ),
    );
  });

  test('say where they were called when they fail', () async {
    engine
      ..registerFunction('a::fail', () => throw StateError('no'))
      ..registerFunction('a::fail_later', () async => throw StateError('no'))
      ..registerFunction('a::list', (List<int> l) => l)
      ..registerModule('m', {'fail': () => throw StateError('no')});
    for (final call in [
      'a::fail()',
      'a::fail_later()',
      'a::list(["x"])',
      'm::fail()',
    ]) {
      await expectLater(
        engine.evalAsync('let x = 1;\n x + $call'),
        throwsA(
          isA<RhaiRuntimeError>()
              .having((e) => e.position?.line, 'line of $call', 2)
              .having((e) => e.callStack.first.position.line, 'call', 2),
        ),
      );
    }
  });

  test('are replaced by their whole names', () {
    engine
      ..registerFunction('a::f', () => 1)
      ..registerFunction('b::f', () => 2);
    expect(engine.eval('[a::f(), b::f()]'), [1, 2]);
    engine.registerFunction('a::f', () => 3);
    expect(engine.eval('[a::f(), b::f()]'), [3, 2]);
  });

  test('are no functions without their namespace, and hide none', () {
    engine.registerFunction('a::len', (String s) => -1);
    expect(engine.eval('["abc".len(), a::len("abc")]'), [3, -1]);
    engine.registerFunction('b::only', () => 1);
    expect(() => engine.eval('only()'), throwsA(isA<RhaiRuntimeError>()));
    expect(
      () => engine.eval('c::only()'),
      throwsA(
        isA<RhaiRuntimeError>().having(
          (e) => e.kind,
          'kind',
          RhaiRuntimeErrorKind.moduleNotFound,
        ),
      ),
    );
  });

  test('are there where modules are disabled or functions denied', () {
    final strict = engineWith(
      RhaiConfig.secureDefaults().copyWith(
        allowModules: false,
        allowedFunctions: {'len'},
      ),
    );
    strict.registerFunction('variable::get', (String s) => s);
    expect(strict.eval('variable::get("x").len()'), 1);
  });

  test('give way to a module that the script imports under that name', () {
    final path = ModuleFolder().write(
      'module',
      'fn get(name) { "of the module" }',
    );
    final open = engineWith(RhaiConfig.unlimited());
    open.registerFunction('variable::get', (String name) => 'of Dart');
    expect(open.eval('variable::get("x")'), 'of Dart');
    expect(
      open.eval('import "$path" as variable; variable::get("x")'),
      'of the module',
    );
  });

  test('are known to the analysis', () {
    engine.registerFunction('variable::get', (String name) => name);
    List<String> warnings(String script) => [
      for (final warning in engine.analyze(script).warnings) warning.message,
    ];
    expect(warnings('variable::get("x")'), isEmpty);
    expect(warnings('variable::get()'), [
      'unknown function: variable::get (variable::get takes 1 argument)',
    ]);
    expect(warnings('variable::gut("x")'), hasLength(1));
    expect(warnings('get("x")'), hasLength(1));
  });

  group('that are not there:', () {
    const closure = 'use a closure, |x| store::get(x)';
    const cases = {
      'store::gett("x")': ('did you mean store::get?', null),
      'stor::get("x")': ('did you mean store?', 'did you mean store::get?'),
      'store::other("x")': (null, 'there is no such function in store'),
      'other::get("x")': (null, 'no such module is imported'),
      'store::get()': ('(store::get takes 1 argument)', null),
      '[1].map(Fn("store::get"))': (closure, null),
      '[1].map(store::get)': (closure, null),
      '[1].map(store::gett)': ('did you mean store::get?', null),
      'store.get("x")': ('write store::get(…)', 'write store::…'),
    };
    cases.forEach((script, hints) {
      test(script, () {
        engine.registerFunction('store::get', (String name) => name);
        final (evaluated, analyzed) = hints;
        expect(
          () => engine.eval(script),
          throwsRuntimeError(
            evaluated == null ? isNot(contains('(did')) : contains(evaluated),
          ),
        );
        expect(
          engine.analyze(script).warnings.single.message,
          contains(analyzed ?? evaluated),
        );
      });
    });

    test('those of modules', () {
      final path = ModuleFolder().write(
        'module',
        'fn f(a) { a } export const RATE = 2;',
      );
      final open = engineWith(RhaiConfig.unlimited());
      const hints = {
        'm::ff(1)': 'did you mean m::f?',
        'mm::f(1)': 'did you mean m?',
        'm.f(1)': 'm is no variable: write m::f(…)',
        'm.RATE': 'm is no variable: write m::RATE',
        'm::RATES': 'did you mean m::RATE?',
        'm::f()': 'm::f takes 1 argument',
        '[1].map(m::f)': 'use a closure, |x| m::f(x)',
      };
      hints.forEach((script, hint) {
        expect(
          () => open.eval('import "$path" as m; $script'),
          throwsRuntimeError(contains(hint)),
        );
      });
    });
  });

  test('cannot be in the namespace of the script, or have no name', () {
    for (final name in [
      'global::f',
      'global::a::f',
      '::f',
      'a::',
      'a::::b',
      'a:b',
      'a::1',
      'a::if',
      'let::f',
      'a::b.c',
      'a:: b',
      'a::eval',
      'a::type_of',
    ]) {
      expect(
        () => engine.registerFunction(name, () => 1),
        throwsArgumentError,
        reason: name,
      );
    }
  });
}
