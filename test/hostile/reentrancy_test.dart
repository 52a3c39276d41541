/// Dart functions and members that do anything with the engine, the scope and the script that
/// called them: every action at every place.
library;

import 'dart:async';

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import '../support/futures.dart';

/// An engine, a scope and a script that code of Dart acts upon while they are in use.
final class _World {
  _World(this.action) {
    engine
      ..registerFunction('later', later)
      ..registerFunction('act', act)
      ..registerFunction('act_later', () async {
        await later(null);
        act();
      })
      ..registerFunction('run', (RhaiFunction f) => f.call())
      ..registerType<_Thing>(
        'Thing',
        constructors: {
          'Thing': () {
            act();
            return _Thing(this);
          },
        },
        getters: {'x': (thing) => act()},
        setters: {'x': (_Thing thing, int x) => act()},
        methods: {
          'f': (_Thing thing) => act(),
          'f_later': (_Thing thing) async {
            await later(null);
            act();
          },
        },
        index: (_Thing thing, int i) => act(),
        indexSet: (_Thing thing, int i, Object? value) => act(),
        operators: {
          '+': (_Thing a, _Thing b) => act(),
          '==': (_Thing a, _Thing b) => act() == 7,
        },
        iterator: (thing) => _items(this),
      )
      ..setVar('t', _Thing(this));
    scope = engine.newScope()..set('kept', 1);
  }

  final RhaiEngine engine = RhaiEngine.withDefaults();
  late final RhaiScope scope;
  late final RhaiScript script;

  /// The thing that code of Dart does.
  final Object? Function(_World world) action;

  /// The errors that the action ended with, and null for each time that it did not fail.
  final List<Object?> ends = [];

  int act() {
    if (ends.length < 3) {
      final place = ends.length;
      ends.add(null);
      try {
        final result = action(this);
        if (result is Future<Object?>) result.ignore();
      } catch (error) {
        ends[place] = error;
      }
    }
    return 7;
  }
}

final class _Thing {
  _Thing(this.world);

  final _World world;

  @override
  String toString() => 'thing ${world.act()}';
}

Iterable<int> _items(_World world) sync* {
  world.act();
  yield 1;
  world.act();
  yield 2;
}

/// Scripts that come to an action, and their values.
const _places = <String, Object?>{
  'act()': 7,
  'act_later(); 7': 7,
  'Thing(); 7': 7,
  't.x': 7,
  't.x = 1; 7': 7,
  't.x += 1; 7': 7,
  't.f()': 7,
  't.f_later(); 7': 7,
  't[0]': 7,
  't[0] = 1; 7': 7,
  't + t': 7,
  't == t': true,
  r'`${t}`': 'thing 7',
  'let n = 0; for x in t { n += x; } n': 3,
  'for x in t { } 7': 7,
  '[1, 2].map(|x| act())': [7, 7],
  'let f = || act(); run(f)': 7,
  'let r = 0; try { act(); throw 7 } catch (e) { r = e; } r': 7,
  'parallel([|| act(), || later(1), || act_later()])': [7, 1, null],
  'parallel([1, 2], |x| { later(x); act() })': [7, 7],
  'later(1); act()': 7,
};

typedef _Matchers = ({Matcher ends, bool isGone});

_Matchers _fails(String text) => (
  ends: everyElement(
    isA<StateError>().having((e) => e.message, 'message', contains(text)),
  ),
  isGone: false,
);

final _Matchers _works = (ends: everyElement(isNull), isGone: false);

/// It takes effect, so that it may fail when it is done again.
final _Matchers _worksOnce = (
  ends: everyElement(anyOf(isNull, isA<ArgumentError>())),
  isGone: false,
);

final _inUse = _fails('is used by a script that has not ended');

/// The actions, and how they end while a script uses the scope.
final _actions = <String, (Object? Function(_World), _Matchers)>{
  'eval in the scope': ((w) => w.engine.eval('kept', scope: w.scope), _inUse),
  'evalAsync in the scope': (
    (w) => w.engine.evalAsync<Object?>('kept', scope: w.scope),
    _inUse,
  ),
  'the script in the scope': ((w) => w.script.eval(scope: w.scope), _inUse),
  'a call with the scope': (
    (w) => w.script.call('own', [], scope: w.scope),
    _inUse,
  ),
  'set': ((w) => w.scope.set('kept', 2), _inUse),
  'setConstant': ((w) => w.scope.setConstant('kept', 2), _inUse),
  'get': ((w) => w.scope.get<int>('kept'), _inUse),
  'keys': ((w) => w.scope.keys, _inUse),
  'contains': ((w) => w.scope.contains('kept'), _inUse),
  'remove': ((w) => w.scope.remove('kept'), _inUse),
  'clear': ((w) => w.scope.clear(), _inUse),
  'clone': ((w) => w.scope.clone(), _inUse),
  'dispose of the scope': ((w) => w.scope.dispose(), _works),
  'dispose of the script': ((w) => w.script.dispose(), _works),
  'a call': ((w) => w.script.call('own', []), _works),
  'callAsync': ((w) => w.script.callAsync<Object?>('own_later', []), _works),
  'eval': ((w) => w.engine.eval('[1, 2].map(|x| x + 1)'), _works),
  'eval in another scope': (
    (w) => w.engine.eval('let kept = 5', scope: w.engine.newScope()),
    _works,
  ),
  'evalAsync that waits': (
    (w) => w.engine.evalAsync<Object?>('later(1)', scope: w.engine.newScope()),
    _works,
  ),
  'compile': ((w) => w.engine.compile('fn h() { 1 } h()').eval(), _works),
  'register functions': (
    (w) => w.engine
      ..registerFunction('act', () => 7)
      ..unregister('later')
      ..registerFunction('later', later),
    _works,
  ),
  'register a type': (
    (w) => w.engine.registerType<Uri>('Uri', getters: {'x': (_) => 1}),
    _worksOnce,
  ),
  'variables': (
    (w) => w.engine
      ..setVar('t', 5)
      ..clearScope()
      ..setVar('t', _Thing(w)),
    _works,
  ),
  'analyze': ((w) => w.engine.analyze('act('), _works),
  'dispose of the engine': (
    (w) => w.engine.dispose(),
    (ends: everyElement(isNull), isGone: true),
  ),
  'dispose of everything': (
    (w) {
      w.scope.dispose();
      w.script.dispose();
      w.engine.dispose();
      return null;
    },
    (ends: everyElement(isNull), isGone: true),
  ),
};

/// Ways to run the script of a world.
final _ways = <String, Object? Function(_World world, String code)>{
  'eval': (w, code) => w.engine.eval(code, scope: w.scope),
  'evalAsync': (w, code) => w.engine.evalAsync<Object?>(code, scope: w.scope),
  'a script': (w, code) => w.script.eval(scope: w.scope),
  'a script, async': (w, code) => w.script.evalAsync<Object?>(scope: w.scope),
};

void main() {
  _actions.forEach((name, actionAndEnds) {
    final (action, (:ends, :isGone)) = actionAndEnds;
    test(name, () async {
      for (final MapEntry(key: code, value: result) in _places.entries) {
        for (final MapEntry(key: way, value: run) in _ways.entries) {
          final place = '$name: $way of $code';
          final world = _World(action);
          final _World(:engine, :scope) = world;
          world.script = engine.compile(
            'fn own() { 1 } fn own_later() { later(1) } $code',
          );
          final outcome = await _outcomeOf(() => run(world, code));
          expect(world.ends, isNotEmpty, reason: place);
          expect(world.ends, ends, reason: place);
          if (isGone) {
            expect(outcome, isA<RhaiCancelledError>(), reason: place);
            expect(engine.isDisposed, isTrue);
            continue;
          }
          expect(outcome, result, reason: place);
          if (!scope.isDisposed) {
            expect(scope.get<int>('kept'), 1, reason: place);
            expect(engine.eval('kept + 1', scope: scope), 2, reason: place);
          }
          await later(null);
          await later(null);
          expect(engine.pendingCount, 0, reason: place);
          expect(await engine.eval('later(1)'), 1, reason: place);
          engine.dispose();
        }
      }
    });
  });
}

Future<Object?> _outcomeOf(Object? Function() run) async {
  try {
    return await Future.sync(run);
  } catch (error) {
    return error;
  }
}
