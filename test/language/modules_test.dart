import 'dart:io';

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import '../support/engines.dart';
import '../support/errors.dart';
import '../support/folders.dart';
import '../support/matchers.dart';

void main() {
  late ModuleFolder modules;
  late RhaiEngine engine;

  RhaiRuntimeError runtimeError(String script) =>
      errorThrownBy<RhaiRuntimeError>(() => engine.eval(script));

  setUp(() {
    modules = ModuleFolder();
    engine = engineWithModules();
  });

  group('maxModules counts', () {
    final broken = throwsLimitError(RhaiLimit.modules, 5);

    /// A module that imports the next one, [length] in all.
    void writeChain(int length) {
      for (var i = 0; i < length; i++) {
        final next = i + 1 < length ? 'import "c${i + 1}" as next;' : '';
        modules.write('c$i', '$next fn f() { $i }');
      }
    }

    test('the modules that modules import', () {
      final engine = engineWithModules(maxModules: 5);
      writeChain(151);
      expect(() => engine.eval('${modules.import('c0')} m::f()'), broken);
      expect(engine.eval('${modules.import('c146')} m::f()'), 146);
    });

    test('in each execution anew', () {
      final engine = engineWithModules(maxModules: 5);
      writeChain(5);
      for (var i = 0; i < 4; i++) {
        expect(engine.eval('${modules.import('c0')} m::f()'), 0);
      }
    });

    test('imports in functions of modules', () {
      final engine = engineWithModules(maxModules: 5);
      modules.write(
        'a',
        'fn f(n) { for i in 0..n { import "b" as b; b::X + 1; } }',
      );
      modules.write('b', 'export const X = 1;');
      expect(engine.eval('${modules.import('a')} m::f(4); 1'), 1);
      expect(() => engine.eval('${modules.import('a')} m::f(5); 1'), broken);
    });

    test('and cannot be caught, not even by a module', () {
      final engine = engineWithModules(maxModules: 5);
      writeChain(9);
      modules.write(
        'a',
        'fn f() { try { import "c0" as c; c::f() } catch { 2 } }',
      );
      expect(() => engine.eval('${modules.import('a')} m::f()'), broken);
      expect(
        () => engine.eval('try { ${modules.import('c0')} m::f() } catch { 2 }'),
        broken,
      );
    });
  });

  group('A cycle is an error', () {
    void expectCycle(String script, String names) {
      final error = runtimeError(script);
      expect(error.kind, RhaiRuntimeErrorKind.importCycle);
      expect(error.message, contains('import cycle: $names'));
      expect(error.position?.line, 2);
    }

    test('that names the modules', () {
      modules.write('a', '\nimport "b" as b;');
      modules.write('b', '\nimport "a" as a;');
      final (a, b) = (modules.path('a'), modules.path('b'));
      expectCycle(modules.import('a'), '$a -> $b -> $a');
    });

    test('of one module', () {
      modules.write('a', '\nimport "a" as a;');
      expectCycle(
        modules.import('a'),
        '${modules.path('a')} -> ${modules.path('a')}',
      );
    });

    test('whatever the file is called', () {
      modules.write('a', '\nimport "sub/../a" as a;');
      Directory(modules.path('sub')).createSync();
      expectCycle(
        modules.import('a'),
        '${modules.path('a')} -> ${modules.path('sub/../a')}',
      );
    });

    test('that a script can catch', () {
      modules.write('a', 'import "a" as a; fn f() { 1 }');
      expect(
        engine.eval(
          'try { ${modules.import('a')} m::f() } catch (e) { return "caught"; }',
        ),
        'caught',
      );
    });

    test('but not two imports of the same module', () {
      modules.write('a', 'import "c" as c; fn f() { c::f() }');
      modules.write('b', 'import "c" as c; fn f() { c::f() }');
      modules.write('c', 'fn f() { 1 }');
      expect(
        engine.eval(
          '${modules.import('a')} ${modules.import('b', 'n')} m::f() + n::f()',
        ),
        2,
      );
    });

    test('and no import in a function that a module calls later', () {
      modules.write('a', 'fn f() { import "b" as b; b::g() } fn h() { 3 }');
      modules.write('b', 'fn g() { import "a" as a; a::h() }');
      expect(engine.eval('${modules.import('a')} m::f()'), 3);
    });
  });

  group('A path', () {
    test('in a module is relative to its folder', () {
      modules.write('lib/a', 'import "b" as b; fn f() { b::f() }');
      modules.write('lib/b', 'import "sub/c" as c; fn f() { c::f() }');
      modules.write('lib/sub/c', 'import "d" as d; fn f() { d::f() }');
      modules.write('lib/sub/d', 'fn f() { 4 }');
      expect(engine.eval('${modules.import('lib/a')} m::f()'), 4);
    });

    test('that leads to no file is an error', () {
      modules.write('a', '\n import "nope" as m;');
      final error = runtimeError('1;\n${modules.import('nope')}');
      expect(error.kind, RhaiRuntimeErrorKind.moduleNotFound);
      expect(error.name, modules.path('nope'));
      expect(error.position?.line, 2);
      final nested = runtimeError(modules.import('a'));
      expect(nested.kind, RhaiRuntimeErrorKind.moduleNotFound);
      expect(nested.name, 'nope');
      expect((nested.position?.line, nested.position?.column), (2, 9));
    });
  });

  test('A module runs once in an execution, and anew in the next', () {
    modules.write('a', 'print("runs"); export const X = 1;');
    final output = <String>[];
    final engine = engineWithModules()..registerFunction('print', output.add);
    final script =
        '${modules.import('a')} ${modules.import('a', 'n')} m::X + n::X';
    expect(engine.eval(script), 2);
    expect(output, ['runs']);
    expect(engine.eval(script), 2);
    expect(output, ['runs', 'runs']);
  });

  test('A file that has changed is another module', () {
    for (final value in [1, 2, 1]) {
      modules.write('a', 'export const X = $value;');
      expect(engine.eval('${modules.import('a')} m::X'), value);
    }
  });

  test('Files with the same text are different modules', () {
    modules.write('a', 'fn f() { nope }');
    modules.write('b', 'fn f() { nope }');
    for (final name in ['a', 'b']) {
      final error = runtimeError('${modules.import(name)} m::f()');
      expect(error.callStack.first.source, modules.path(name));
    }
  });

  test('A module may begin with the program that runs it', () {
    modules.write('a', '#!/usr/bin/env rhai\nfn f() { 1 }\nfn g() { nope }');
    expect(engine.eval('${modules.import('a')} m::f()'), 1);
    expect(runtimeError('${modules.import('a')} m::g()').position?.line, 3);
  });

  test('A module may wait while it is imported', () async {
    modules.write(
      'a',
      'export const X = later(1); fn f() { X2 } const X2 = later(2);',
    );
    final engine = engineWithModules()
      ..registerFunction('later', (int x) async => x + 1);
    expect(await engine.eval('${modules.import('a')} m::X'), 2);
  });

  group('A function that the script gives to one of a module', () {
    const script =
        'const VAR = 42; let one = 1; fn own() { global::VAR } '
        'fn add(x) { helper() + x } fn helper() { global::VAR } ';

    setUp(() {
      modules.write(
        'a',
        'const VAR = 0; fn helper() { 0 } fn call_cb(cb) { cb.call() } '
            'fn map_cb(cb) { [1].map(cb)[0] } fn pass(cb) { call_cb(cb) } '
            'fn same(cb) { cb } fn call_in(a) { a[0].call() } '
            'fn call_entry(m) { m.on.call() } fn call_method(m) { m.on() }',
      );
    });

    const callbacks = {
      'by its name': ('call_cb(own)', 42),
      'as a pointer': ('call_cb(Fn("own"))', 42),
      'as a closure': ('call_cb(|| global::VAR)', 42),
      'as a closure that captures': ('call_cb(|| global::VAR + one)', 43),
      'curried': ('call_cb(Fn("add").curry(2))', 44),
      'in a variable': ('call_cb(f)', 42),
      'for elements': ('map_cb(|x| global::VAR + x)', 43),
      'for elements, by its name': ('map_cb(add)', 43),
      'and it to another': ('pass(own)', 42),
      'in an array': ('call_in([own])', 42),
      'in an array, as a closure': ('call_in([|| global::VAR + one])', 43),
      'in an array in a variable': ('call_in(list)', 42),
      'in an object map': ('call_entry(#{on: own})', 42),
      'in an object map, as a method': (
        'call_method(#{on: || global::VAR})',
        42,
      ),
      'in an object map in a variable': ('call_entry(map)', 42),
      'in an object map in an array': ('same([#{on: own}])[0].on.call()', 42),
    };
    callbacks.forEach((how, callback) {
      final (call, value) = callback;
      test('$how runs in the script', () {
        final start =
            '${modules.import('a')} $script let f = own; let list = [own]; let map = #{on: own};';
        expect(engine.eval('$start m::$call'), value);
      });
    });

    test('in a function runs in the script', () {
      expect(
        engine.eval(
          '$script fn f() { ${modules.import('a')} m::call_cb(own) + '
          'm::call_cb(|| global::VAR) } f()',
        ),
        84,
      );
    });

    test('comes back the same', () {
      final start = '${modules.import('a')} $script';
      expect(engine.eval('$start let f = m::same(own); f.call()'), 42);
      expect(
        engine.eval('$start let f = m::same(|x| one += x); f.call(2); one'),
        3,
      );
    });

    test('may be a Dart function', () {
      engine.registerFunction('seven', () => 7);
      expect(engine.eval('${modules.import('a')} m::call_cb(Fn("seven"))'), 7);
      engine.setVar('eight', () => 8);
      expect(engine.eval('${modules.import('a')} m::call_cb(eight)'), 8);
    });

    test('may wait', () async {
      engine.registerFunction('later', (int x) async => x);
      expect(
        await engine.eval(
          '${modules.import('a')} $script m::call_cb(|| later(global::VAR))',
        ),
        42,
      );
    });

    test('fails in the script', () {
      final error = runtimeError(
        '${modules.import('a')}\nm::call_cb(|| nope());',
      );
      expect(error.message, 'Function not found: nope ()');
      expect(error.callStack.first.source, '');
      expect(error.position?.line, 2);
      expect(
        engine.eval(
          '${modules.import('a')} try { m::call_cb(|| throw 5) } catch (e) { return e; }',
        ),
        5,
      );
    });

    test('does not change other arguments', () {
      modules.write(
        'b',
        'fn push(list, x) { list.push(x); list } fn id(x) { x }',
      );
      expect(
        engine.eval(
          '${modules.import('b')} let a = [1]; m::push(a, 2) + a + m::id(a)',
        ),
        [1, 2, 1, 1],
      );
    });
  });

  group('An error in a module names it:', () {
    void expectIn(String name, RhaiScriptError error, int line, int column) {
      expect(error.message, contains(modules.path(name)));
      expect(error.callStack.first.source, modules.path(name));
      expect((error.position?.line, error.position?.column), (line, column));
    }

    test('one that does not parse', () {
      modules.write('a', 'let x = 1;\nlet y = ;');
      expect(
        () => engine.eval(modules.import('a')),
        throwsA(
          isA<RhaiSyntaxError>()
              .having((e) => e.message, 'message', contains(modules.path('a')))
              .having((e) => e.position?.line, 'line', 2)
              .having((e) => e.position?.column, 'column', 9),
        ),
      );
    });

    test('one while it is imported', () {
      modules.write('a', '\n  nope;');
      expectIn('a', runtimeError(modules.import('a')), 2, 3);
    });

    test('one in its function', () {
      modules.write('a', 'fn f(x) {\n  x.nope()\n}');
      expectIn('a', runtimeError('${modules.import('a')} m::f(1)'), 2, 5);
    });

    test('one in a module that it imports', () {
      modules.write('a', 'import "b" as b; fn f() { b::f() }');
      modules.write('b', 'fn f() { throw "no" }');
      final error = runtimeError('${modules.import('a')} m::f()');
      expectIn('b', error, 1, 10);
      expect(error.cause, 'no');
    });

    test('one of a Dart function that it calls', () {
      final error = StateError('failed');
      modules.write('a', 'fn f() { fail() }');
      engine.registerFunction('fail', () => throw error);
      final thrown = runtimeError('${modules.import('a')} m::f()');
      expectIn('a', thrown, 1, 10);
      expect(thrown.cause, same(error));
    });

    test('but not one in the script', () {
      modules.write('a', 'fn f(x) { x }');
      final error = runtimeError('${modules.import('a')} m::f(nope)');
      expect(error.message, startsWith('Variable not found: nope ('));
    });
  });
}
