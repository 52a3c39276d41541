/// Scripts that try to make a scope grow without end, evaluated in it again and again.
library;

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import 'attack.dart';
import 'process_memory.dart';
import 'run_attack.dart';

const _rounds = 200;

final _config = lifted.copyWith(
  maxMemory: 8 * 1024 * 1024,
  timeout: const Duration(seconds: 20),
  totalTimeout: Duration.zero,
);

/// Bytes by which the process may grow.
final _most = 2 * _config.maxMemory + slack;

/// Scripts, with the number of the round as `round`, and whether they break a limit in the end.
const _scripts = <String, (String, {bool isBounded})>{
  'new variables': (
    r'let a${round} = []; a${round}.pad(20000, 1);',
    isBounded: true,
  ),
  'variables that shadow others': (
    'let a = []; a.pad(20000, 1);',
    isBounded: false,
  ),
  'constants that shadow others': (
    'const A = blob(200000); const A = blob(200000);',
    isBounded: false,
  ),
  'a list that grows': (
    'for i in 0..5000 { a.push("text " + i); }',
    isBounded: true,
  ),
  'a text that doubles': ('s += s;', isBounded: true),
  'closures that capture what is shadowed': (
    'let b = blob(200000); let f = || b; let fs = [f, f];',
    isBounded: true,
  ),
  'closures that capture each other': (
    'let g = (); let b = blob(100000); let f = |x| { g; b }; g = || { f; b };',
    isBounded: true,
  ),
  'a closure that is wrapped in another': (
    'let inner = f; let b = blob(100000); let f = || { b; inner.call() };',
    isBounded: true,
  ),
  'lists within each other': ('a = [a, blob(50000)];', isBounded: true),
  'what an error leaves behind': (
    r'let e${round} = blob(200000); throw 1;',
    isBounded: true,
  ),
  'what a wait leaves behind': (
    r'let w${round} = blob(200000); later(1);',
    isBounded: true,
  ),
  'what calls at the same time leave behind': (
    'parallel([1, 2], |x| { later(x); a.push(blob(100000)); });',
    isBounded: true,
  ),
};

void main() {
  _scripts.forEach((name, scriptAndBound) {
    final (script, :isBounded) = scriptAndBound;
    test(name, () async {
      final engine = RhaiEngine.withConfig(_config);
      addTearDown(engine.dispose);
      registerFunctions(engine);
      final scope = engine.newScope();
      void prepare() => scope
        ..clear()
        ..set('a', <Object?>[])
        ..set('s', 'x')
        ..set('f', null);

      // Twice: what was cleared must be free for what comes then.
      Future<int> run() async {
        final memory = ProcessMemory();
        for (var time = 0; time < 2; time++) {
          prepare();
          final error = await _runMany(engine, scope, script);
          if (isBounded) {
            expect(error?.limit, RhaiLimit.memory);
          } else {
            expect(error, isNull);
          }
        }
        return memory.growth;
      }

      expect(
        await leastGrowth(_most, run),
        lessThanOrEqualTo(_most),
        reason: 'the bytes by which the process grew',
      );
      expect(engine.leakedBytes, 0);
      scope.clear();
      expect(engine.eval('let x = 1; x', scope: scope), 1);
      expect(scope.keys, ['x']);
      await checkHealth(engine);
    });
  });

  test('copies that share nothing are each bounded', () async {
    final engine = RhaiEngine.withConfig(_config);
    addTearDown(engine.dispose);
    var scope = engine.newScope();
    engine.eval('let b = blob(2000000); let f = || b;', scope: scope);
    final growth = await leastGrowth(_most, () async {
      final memory = ProcessMemory();
      for (var i = 0; i < 100; i++) {
        final copy = scope.clone();
        scope.dispose();
        scope = copy;
        expect(engine.eval('f.call().len()', scope: scope), 2000000);
      }
      return memory.growth;
    });
    expect(growth, lessThanOrEqualTo(_most));
  });
}

/// Runs [script] in [scope] again and again. Returns the limit that it broke, if any.
Future<RhaiLimitError?> _runMany(
  RhaiEngine engine,
  RhaiScope scope,
  String script,
) async {
  for (var round = 0; round < _rounds; round++) {
    try {
      final code = script.replaceAll(r'${round}', '$round');
      await engine.eval(code, scope: scope);
    } on RhaiLimitError catch (error) {
      return error;
    } on RhaiRuntimeError catch (error) {
      expect(error.kind, RhaiRuntimeErrorKind.thrown, reason: '$error');
    }
  }
  return null;
}
