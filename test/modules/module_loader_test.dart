/// Modules that Dart loads: `RhaiConfig.moduleLoader`.
library;

import 'dart:async';

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import '../support/errors.dart';

void main() {
  /// The texts of modules by their paths, and what was asked for.
  late Map<String, String> texts;
  late List<(String, String?)> asked;

  String? load(String path, String? importer) {
    asked.add((path, importer));
    return texts[path];
  }

  Future<String?> loadLater(String path, String? importer) async {
    asked.add((path, importer));
    await Future<void>.delayed(Duration.zero);
    return texts[path];
  }

  RhaiEngine engineWith(
    FutureOr<String?> Function(String, String?)? loader, {
    RhaiConfig Function(RhaiConfig)? change,
  }) {
    final config = RhaiConfig(moduleLoader: loader);
    final engine = RhaiEngine.withConfig(change?.call(config) ?? config);
    addTearDown(engine.dispose);
    return engine;
  }

  setUp(() {
    texts = {};
    asked = [];
  });

  group('A loader', () {
    test('may be synchronous', () {
      texts['lib/x'] = 'export const X = 41; fn f(n) { n + 1 }';
      final engine = engineWith(load);
      expect(engine.eval('import "lib/x" as x; x::f(x::X)'), 42);
    });

    test('may be asynchronous', () async {
      texts['lib/x'] = 'import "y" as y; export const X = y::Y + 1;';
      texts['y'] = 'export const Y = 1;';
      final engine = engineWith(loadLater);
      final result = engine.eval('import "lib/x" as x; x::X');
      expect(result, isA<Future<Object?>>());
      expect(await result, 2);
      expect(asked, [('lib/x', null), ('y', 'lib/x')]);
    });

    test('allows modules, unless they are switched off', () {
      expect(engineWith(load).eval('1'), 1);
      final off = engineWith(
        load,
        change: (config) => config.copyWith(allowModules: false),
      );
      expect(
        () => off.eval('import "x" as x;'),
        throwsA(isA<RhaiSyntaxError>()),
      );
      expect(
        RhaiConfig(moduleLoader: load, allowModules: false),
        isA<RhaiConfig>().having((c) => c.allowModules, 'allowed', false),
      );
      expect(asked, isEmpty);
      final secure = RhaiConfig.secureDefaults();
      expect(secure.allowModules, isFalse);
      final changed = secure.copyWith(moduleLoader: load);
      expect(changed.allowModules, isTrue);
      expect(changed.moduleLoader, load);
      expect(changed, RhaiConfig(moduleLoader: load));
    });

    test('is the only way to files', () {
      final engine = engineWith(
        load,
        change: (config) => config.copyWith(allowFileIo: true),
      );
      expect(
        () => engine.eval('import "README" as x;'),
        throwsA(isA<RhaiRuntimeError>()),
      );
      expect(asked, [('README', null)]);
    });

    test('may evaluate other scripts of the engine', () {
      late final RhaiEngine engine;
      engine = engineWith((path, _) {
        if (path == 'inner') return 'export const X = 1;';
        return 'export const X = ${engine.eval('import "inner" as i; i::X')};';
      });
      expect(engine.eval('import "outer" as o; o::X'), 1);
    });

    test('that imports what it loads for ever breaks a limit', () {
      late final RhaiEngine engine;
      engine = engineWith((path, _) {
        engine.eval('import "x" as x;');
        return '';
      });
      expect(
        () => engine.eval('import "x" as x;'),
        throwsA(isA<RhaiException>()),
      );
    });
  });

  group('A path', () {
    void expectAsked(String script, List<(String, String?)> expected) {
      asked.clear();
      final engine = engineWith(load);
      engine.eval(script);
      expect(asked, expected);
    }

    test('comes as it is written', () {
      texts['a//b/../c'] = '';
      texts['https://example.org/x?y#z'] = '';
      texts[' é\n'] = '';
      expectAsked('import "a//b/../c";', [('a//b/../c', null)]);
      expectAsked('import "https://example.org/x?y#z";', [
        ('https://example.org/x?y#z', null),
      ]);
      expectAsked(r'import " é\n";', [(' é\n', null)]);
    });

    test('that begins with a dot is relative to the importer', () {
      texts['lib/a'] = 'import "./b"; import "../c"; import "d";';
      texts['lib/b'] = texts['c'] = texts['d'] = '';
      expectAsked('import "./lib/a";', [
        ('lib/a', null),
        ('lib/b', 'lib/a'),
        ('c', 'lib/a'),
        ('d', 'lib/a'),
      ]);
      texts['https://h/lib/a'] = 'import "../b";';
      texts['https://h/b'] = '';
      expectAsked('import "https://h/lib/a";', [
        ('https://h/lib/a', null),
        ('https://h/b', 'https://h/lib/a'),
      ]);
    });

    test('in a function of a module is relative to that module', () {
      texts['lib/a'] = 'fn f() { import "./b" as b; b::f() }';
      texts['lib/b'] = 'fn f() { 5 }';
      final engine = engineWith(load);
      expect(engine.eval('import "lib/a" as a; a::f()'), 5);
      expect(asked.last, ('lib/b', 'lib/a'));
    });

    test('that can be no module is none, and the loader is not asked', () {
      final engine = engineWith((path, importer) {
        asked.add((path, importer));
        return '';
      });
      for (final path in [
        '', '.', '..', './', '../', '../x', './a/../../x', //
        r'a\x00b', './a/..',
      ]) {
        final error = errorThrownBy<RhaiRuntimeError>(
          () => engine.eval('import "$path" as x;'),
        );
        expect(error.kind, RhaiRuntimeErrorKind.moduleNotFound, reason: path);
      }
      expect(asked, isEmpty);
    });

    test('is one module, whoever imports it', () {
      texts['lib/a'] = 'import "./c" as c; fn f() { c::f() }';
      texts['lib/b'] = 'import "lib/c" as c; fn f() { c::f() }';
      texts['lib/c'] = 'print("runs"); fn f() { 1 }';
      final printed = <String>[];
      final engine = engineWith(
        load,
        change: (config) => config.copyWith(onPrint: printed.add),
      );
      expect(
        engine.eval(
          'import "lib/a" as a; import "lib/b" as b; a::f() + b::f()',
        ),
        2,
      );
      expect(printed, ['runs']);
    });
  });

  group('A text', () {
    const script = 'import "x" as x; x::X';

    test('is kept until it is invalidated', () async {
      final loaders = <FutureOr<String?> Function(String, String?)>[
        load,
        loadLater,
      ];
      for (final loader in loaders) {
        asked.clear();
        texts['x'] = 'export const X = 1;';
        texts['y'] = 'export const X = 2;';
        final engine = engineWith(loader);
        for (var i = 0; i < 3; i++) {
          expect(await engine.eval(script), 1);
        }
        texts['x'] = 'export const X = 3;';
        engine.invalidateModules('y');
        expect(await engine.eval(script), 1);
        expect(asked, hasLength(1));
        engine.invalidateModules('x');
        expect(await engine.eval(script), 3);
        expect(await engine.eval(script), 3);
        texts['x'] = 'export const X = 4;';
        engine.invalidateModules();
        expect(await engine.eval(script), 4);
        expect(asked, hasLength(3));
      }
    });

    test('is kept when functions are registered', () {
      texts['x'] = 'export const X = 1;';
      final engine = engineWith(load);
      engine.eval(script);
      engine.registerFunction('new_one', () => 1);
      engine.eval(script);
      expect(asked, hasLength(1));
    });

    test('is kept, and not the state of the module', () {
      texts['x'] = 'let n = 0; export n as X; n += 1; fn f() { 1 }';
      final engine = engineWith(load);
      expect(engine.eval(script), engine.eval(script));
    });

    test('is not kept beyond the bound of scriptCacheSize', () {
      final engine = engineWith(
        load,
        change: (config) => config.copyWith(scriptCacheSize: 4096),
      );
      final padding = '// ${'x' * 1000}';
      for (var i = 0; i < 8; i++) {
        texts['m$i'] = padding;
        engine.eval('import "m$i";');
      }
      asked.clear();
      engine.eval('import "m7";');
      expect(asked, isEmpty);
      engine.eval('import "m0";');
      expect(asked, [('m0', null)]);
      final none = engineWith(
        load,
        change: (config) => config.copyWith(scriptCacheSize: 0),
      );
      asked.clear();
      none
        ..eval('import "m1"; import "m1";')
        ..eval('import "m1";');
      expect(asked, hasLength(2));
    });

    test('that is missing or failed is asked for again', () async {
      var fails = true;
      final engine = engineWith((path, _) async {
        asked.add((path, null));
        if (fails) throw StateError('down');
        return texts[path];
      });
      await expectLater(engine.eval(script), throwsA(isA<RhaiRuntimeError>()));
      fails = false;
      await expectLater(engine.eval(script), throwsA(isA<RhaiRuntimeError>()));
      texts['x'] = 'export const X = 1;';
      expect(await engine.eval(script), 1);
      expect(asked, hasLength(3));
    });

    test('may begin with the program that runs it', () {
      texts['x'] = '#!/usr/bin/env rhai\nexport const X = 1;';
      expect(engineWith(load).eval(script), 1);
    });
  });

  group('Scripts that import a module while it loads', () {
    test('share one load', () async {
      final completer = Completer<String?>();
      final engine = engineWith((path, importer) {
        asked.add((path, importer));
        return completer.future;
      });
      final results = [
        for (var i = 0; i < 20; i++) engine.evalAsync('import "x" as x; x::X'),
      ];
      expect(engine.pendingCount, 20);
      expect(asked, hasLength(1));
      completer.complete('export const X = 7;');
      expect(await Future.wait(results), List.filled(20, 7));
      expect(await engine.eval('import "x" as x; x::X'), 7);
      expect(asked, hasLength(1));
    });

    test('share its error, in any zones', () async {
      final down = Completer<void>();
      final engine = engineWith((_, _) async {
        await down.future;
        throw StateError('down');
      });
      final uncaught = <Object>[];
      final results = [
        for (var i = 0; i < 3; i++)
          runZonedGuarded(
            () => engine
                .evalAsync('import "x" as x;')
                .then<Object>((_) => 'none', onError: (Object error) => error),
            (error, _) => uncaught.add(error),
          )!,
      ];
      down.complete();
      for (final result in results) {
        // Futures that completed in other error zones.
        final error = Completer<Object>();
        runZonedGuarded(() {
          result.then(error.complete).ignore();
        }, (_, _) {});
        expect(
          await error.future,
          isA<RhaiRuntimeError>().having((e) => e.cause, 'cause', isStateError),
        );
      }
      expect(uncaught, isEmpty);
    });

    test('load it anew once it was invalidated', () async {
      final loads = <Completer<String?>>[];
      final engine = engineWith((_, _) {
        loads.add(Completer());
        return loads.last.future;
      });
      const script = 'import "x" as x; x::X';
      final first = engine.evalAsync(script);
      engine.invalidateModules('x');
      final second = engine.evalAsync(script);
      expect(loads, hasLength(2));
      loads[1].complete('export const X = 2;');
      expect(await second, 2);
      loads[0].complete('export const X = 1;');
      expect(await first, 1);
      expect(await engine.eval(script), 2);
    });

    test('do not join a load that was given up', () async {
      final loads = <Completer<String?>>[];
      final engine = engineWith((_, _) {
        loads.add(Completer());
        return loads.last.future;
      }, change: (config) => config.copyWith(asyncTimeout: _short));
      const script = 'import "x" as x; x::X';
      await expectLater(
        engine.eval(script),
        throwsA(
          isA<RhaiTimeoutError>()
              .having((e) => e.functionName, 'function', 'moduleLoader')
              .having(
                (e) => e.message,
                'message',
                'cannot load module x: moduleLoader did not complete within '
                    '20 ms (RhaiConfig.asyncTimeout)',
              ),
        ),
      );
      final again = engine.eval(script);
      expect(loads, hasLength(2));
      loads[1].complete('export const X = 2;');
      expect(await again, 2);
    });
  });

  group('An error', () {
    RhaiException thrownBy(RhaiEngine engine, String script) =>
        errorThrownBy<RhaiException>(() => engine.eval(script));

    test('of a missing module names who imports it', () {
      texts['a'] = 'import "lib/b" as b;';
      texts['lib/b'] = '\n import "nope" as n;';
      final error =
          thrownBy(engineWith(load), 'import "a" as a;') as RhaiRuntimeError;
      expect(error.kind, RhaiRuntimeErrorKind.moduleNotFound);
      expect(error.name, 'nope');
      expect(
        error.message,
        'in module lib/b (imported by a, imported by the script): '
        'Module not found: nope',
      );
      expect((error.position?.line, error.position?.column), (2, 9));
      expect(error.callStack.map((frame) => frame.source), ['lib/b', 'a', '']);
    });

    test('of the loader keeps its cause and can be caught', () {
      texts['a'] = '\nimport "bad" as b;';
      final cause = FormatException('broken');
      final engine = engineWith(
        (path, importer) => path == 'bad' ? throw cause : load(path, importer),
      );
      final error = thrownBy(engine, 'import "a" as a;') as RhaiRuntimeError;
      expect(error.kind, RhaiRuntimeErrorKind.dartFunction);
      expect(error.name, 'moduleLoader');
      expect(error.cause, same(cause));
      expect(
        error.message,
        'in module a: cannot load module bad: FormatException: broken',
      );
      expect(error.callStack.first.source, 'a');
      expect((error.position?.line, error.position?.column), (2, 8));
      expect(
        engine.eval(
          'try { import "bad" as b; } catch (e) { return [e.type, e.message]; }',
        ),
        ['FormatException', 'cannot load module bad: FormatException: broken'],
      );
    });

    test('in a module names the chain', () {
      texts['a'] = 'import "b" as b;';
      texts['b'] = 'let x = 1;\nlet y = ;';
      final syntax =
          thrownBy(engineWith(load), 'import "a" as a;') as RhaiSyntaxError;
      expect(
        syntax.message,
        startsWith('in module b (imported by a, imported by the script): '),
      );
      expect((syntax.position?.line, syntax.position?.column), (2, 9));
      texts['b'] = 'fn f() {\n  nope\n}';
      texts['a'] = 'import "b" as b; fn g() { b::f() }';
      final runtime =
          thrownBy(engineWith(load), 'import "a" as a; a::g()')
              as RhaiRuntimeError;
      expect(
        runtime.message,
        startsWith('in module b (imported by a, imported by the script): '),
      );
      expect((runtime.position?.line, runtime.position?.column), (2, 3));
      expect(runtime.callStack.map((f) => f.source), ['b', 'a', '']);
    });

    test('is a limit that no script can catch', () {
      texts['a'] = 'import "b" as b;';
      texts['b'] = 'loop {}';
      final engine = engineWith(
        load,
        change: (config) => config.copyWith(maxOperations: 1000),
      );
      final error =
          thrownBy(engine, 'try { import "a" as a; } catch { 1 }')
              as RhaiLimitError;
      expect(error.limit, RhaiLimit.operations);
      expect(
        error.message,
        startsWith('in module b (imported by a, imported by the script): '),
      );
    });

    test('is a text that is larger than a string may be', () {
      texts['a'] = '// ${'x' * 2000}';
      final engine = engineWith(
        load,
        change: (config) => config.copyWith(maxStringLength: 1000),
      );
      final error =
          thrownBy(engine, 'try { import "a" as a; } catch { 1 }')
              as RhaiLimitError;
      expect(error.limit, RhaiLimit.stringLength);
    });

    test('is a text that is no Unicode', () {
      texts['a'] = '// \ud800';
      expect(
        () => engineWith(load).eval('import "a" as a;'),
        throwsA(isA<RhaiException>()),
      );
    });

    test('is a cycle', () async {
      texts['a'] = 'import "./b" as b;';
      texts['b'] = '\nimport "a" as a;';
      final engine = engineWith(loadLater);
      await expectLater(
        engine.eval('import "a" as a;'),
        throwsA(
          isA<RhaiRuntimeError>()
              .having((e) => e.kind, 'kind', RhaiRuntimeErrorKind.importCycle)
              .having(
                (e) => e.message,
                'message',
                contains('import cycle: a -> b -> a'),
              ),
        ),
      );
    });

    test('is one import more than maxModules', () {
      final engine = engineWith(
        (path, _) => 'import "${path}x" as x;',
        change: (config) => config.copyWith(maxModules: 5),
      );
      final error = thrownBy(engine, 'import "x" as x;') as RhaiLimitError;
      expect((error.limit, error.value), (RhaiLimit.modules, 5));
    });
  });

  group('While a module loads', () {
    test('the engine can be disposed', () async {
      final completer = Completer<String?>();
      final engine = engineWith((_, _) => completer.future);
      final result = engine.evalAsync('import "x" as x;');
      final outcome = expectLater(result, throwsA(isA<RhaiCancelledError>()));
      engine.dispose();
      await outcome;
      completer.complete('');
      await Future<void>.delayed(Duration.zero);
      expect(() => engine.invalidateModules(), throwsStateError);
    });

    test('the engine can be disposed by the loader', () {
      late final RhaiEngine engine;
      engine = engineWith((_, _) {
        engine.dispose();
        return '';
      });
      expect(
        () => engine.eval('import "x" as x;'),
        throwsA(isA<RhaiCancelledError>()),
      );
    });

    test('the time in all may end', () async {
      final engine = engineWith(
        (_, _) => Completer<String?>().future,
        change: (config) => config.copyWith(totalTimeout: _short),
      );
      await expectLater(
        engine.evalAsync('import "x" as x;'),
        throwsA(isA<RhaiTimeoutError>()),
      );
    });

    test('functions can be registered, and texts invalidated', () async {
      late final RhaiEngine engine;
      engine = engineWith((path, _) async {
        engine
          ..registerFunction('f$path', () => 1)
          ..invalidateModules();
        await Future<void>.delayed(Duration.zero);
        engine.invalidateModules(path);
        return 'export const X = 1;';
      });
      expect(await engine.eval('import "x" as x; import "y" as y; y::X'), 1);
    });
  });
}

const _short = Duration(milliseconds: 20);
