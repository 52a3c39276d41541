/// Limits that break at every step of an import, and engines that end there.
library;

import 'dart:async';

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import '../support/engines.dart';

void main() {
  const texts = {
    'a': 'import "./lib/b" as b; export const X = b::f(3); print("a");',
    'lib/b':
        'import "../c" as c; fn f(n) { let l = []; for i in 0..n { l.push(c::S); } l }',
    'c': 'export const S = "some text " + "of some length";',
  };
  const script =
      'import "a" as a; import "c" as c; let n = a::X.len(); n + c::S.len()';
  const value = 3 + 24;

  String? load(String path, String? importer) => texts[path];

  Future<String?> loadLater(String path, String? importer) async {
    await Future<void>.delayed(Duration.zero);
    return texts[path];
  }

  final loaders = <String, FutureOr<String?> Function(String, String?)>{
    'at once': load,
    'later': loadLater,
  };

  /// Runs the script in a new engine, twice; returns whether it had enough.
  Future<bool> run(RhaiConfig config, RhaiLimit limit) async {
    final engine = RhaiEngine.withConfig(config.copyWith(onPrint: (_) {}));
    try {
      final outcomes = <bool>[];
      for (var i = 0; i < 2; i++) {
        try {
          expect(await engine.evalAsync(script), value);
          outcomes.add(true);
        } on RhaiLimitError catch (error) {
          expect(error.limit, limit);
          outcomes.add(false);
        }
      }
      // The second time, less is to be done.
      if (outcomes.first) expect(outcomes.last, isTrue);
      return outcomes.last;
    } finally {
      engine.dispose();
    }
  }

  for (final MapEntry(key: time, value: loader) in loaders.entries) {
    final config = RhaiConfig(moduleLoader: loader);

    group('A module that comes $time', () {
      test('runs into maxOperations anywhere', () async {
        var enough = 0;
        for (var n = 1; n < 120; n++) {
          final limited = config.copyWith(maxOperations: n);
          if (await run(limited, RhaiLimit.operations)) enough++;
        }
        expect(enough, inInclusiveRange(1, 118));
      });

      test('runs into maxMemory anywhere', () async {
        var enough = 0;
        for (var n = 256; n < 60000; n += n < 8192 ? 128 : 1024) {
          final limited = config.copyWith(maxMemory: n);
          if (await run(limited, RhaiLimit.memory)) enough++;
        }
        expect(enough, greaterThan(0));
      });

      test('runs into maxModules', () async {
        for (var n = 1; n < 4; n++) {
          final limited = config.copyWith(maxModules: n);
          expect(await run(limited, RhaiLimit.modules), isFalse);
        }
        expect(
          await run(config.copyWith(maxModules: 4), RhaiLimit.modules),
          isTrue,
        );
      });

      test('runs into maxStringLength', () async {
        for (final n in [1, 10, 24, 50]) {
          final limited = config.copyWith(maxStringLength: n);
          expect(await run(limited, RhaiLimit.stringLength), isFalse);
        }
      });
    });
  }

  test('An engine can be disposed at every load', () async {
    for (var last = 1; last <= 3; last++) {
      for (final now in [true, false]) {
        var loads = 0;
        late final RhaiEngine engine;
        engine = engineWith(
          RhaiConfig(
            onPrint: (_) {},
            moduleLoader: (path, importer) {
              if (++loads == last && now) engine.dispose();
              return Future(() {
                if (loads == last) engine.dispose();
                return texts[path];
              });
            },
          ),
        );
        await expectLater(
          engine.evalAsync(script),
          throwsA(isA<RhaiCancelledError>()),
        );
        expect(loads, last);
      }
    }
  });

  test('Many scripts share loads, and some of them end early', () async {
    var loads = 0;
    final engine = engineWith(
      RhaiConfig(
        onPrint: (_) {},
        moduleLoader: (path, importer) {
          loads++;
          return loadLater(path, importer);
        },
      ),
    );
    engine.registerFunction('stop', () => throw StateError('stop'));
    final results = [
      for (var i = 0; i < 100; i++)
        engine
            .evalAsync(i.isEven ? script : 'import "a" as a; stop()')
            .then<Object?>((value) => value, onError: (Object error) => error),
    ];
    for (final (index, result) in (await Future.wait(results)).indexed) {
      expect(result, index.isEven ? value : isA<RhaiRuntimeError>());
    }
    expect(loads, 3);
  });

  test('Paths that a script invents fill no memory', () async {
    final engine = engineWith(
      RhaiConfig(
        maxModules: 0,
        maxOperations: 0,
        scriptCacheSize: 1 << 16,
        moduleLoader: (path, importer) => path.length > 1000 ? '' : null,
      ),
    );
    expect(
      engine.eval(
        'let found = 0; for i in 0..300 { let p = `\${i}`; p.pad(1001, "x"); '
        'import p as m; found += 1; } found',
      ),
      300,
    );
    expect(
      engine.eval(
        'let missing = 0; for i in 0..300 { '
        'try { import `\${i}` as m; } catch { missing += 1; } } missing',
      ),
      300,
    );
  });
}
