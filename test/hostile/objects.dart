/// Scripts that use Dart objects with members: endless ones, slow ones, ones that fail.
library;

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import '../support/futures.dart';
import 'attack.dart';

/// A class whose objects are of no good.
final class Thing {
  /// Creates a thing.
  Thing();

  /// A long list.
  static final List<int> list = List.filled(100000, 1);

  /// Values without end.
  static Iterable<Object?> endless() sync* {
    for (var i = 0; ; i++) {
      yield i;
    }
  }
}

/// Registers [Thing] as a type.
void registerThings(RhaiEngine engine) => engine.registerType<Thing>(
  'Thing',
  constructors: {'Thing': Thing.new},
  getters: {
    'me': (thing) => thing,
    'fails': (thing) => throw StateError('failed'),
    'never': (thing) => never(),
    'text': (thing) => 'x' * 100000,
    'list': (thing) => Thing.list,
    'items': (thing) => [1, 2, 3],
  },
  setters: {
    'me': (Thing thing, Object? value) {},
    'items': (Thing thing, List<Object?> items) {},
  },
  methods: {
    'apply': (Thing thing, RhaiFunction f) => f.call(thing),
    'compare': (Thing thing, Object? other) => 0,
  },
  operators: {
    '+': (Thing a, Object? b) => a,
    '<': (Thing a, Thing b) => true,
    '==': (Thing a, Thing b) => throw StateError('failed'),
  },
  index: (Thing thing, Object? i) => i == -1 ? never() : thing,
  indexSet: (Thing thing, Object? i, Object? value) {},
  iterator: (thing) => Thing.endless(),
);

/// The attacks.
final objects = [
  Attack(
    'a loop through an object without end',
    'for x in Thing() { }',
    anyLimit,
    config: tight,
  ),
  Attack(
    'one that counts by time',
    'try { for x in Thing() { let y = x; } } catch { } loop { }',
    ranTooLong,
    config: byTime,
  ),
  Attack(
    'one that keeps what it finds',
    'let all = []; for x in Thing() { all.push(`a text of its own \${x}`); }',
    anyLimit,
    config: lifted,
  ),
  Attack(
    'loops in loops',
    'let t = Thing(); for a in t { for b in t { for c in t { break; } } }',
    anyLimit,
    config: tight,
  ),
  Attack(
    'one that is left again and again',
    'let t = Thing(); loop { for x in t { break; } }',
    anyLimit,
    config: tight,
  ),
  Attack(
    'an iterator in each call',
    'fn f(t) { for x in t { f(t); } } try { f(Thing()) } catch { } 1',
    limit(RhaiLimit.stackDepth),
    config: tight,
  ),
  Attack(
    'elements that never come',
    'Thing()[-1]',
    isA<RhaiTimeoutError>(),
    config: tight,
  ),
  Attack(
    'properties that never come, in calls',
    'let t = Thing(); [1, 2].map(|x| t.never)',
    isA<RhaiTimeoutError>(),
    config: tight,
  ),
  Attack(
    'properties that never come, caught',
    'let t = Thing(); loop { try { t.never } catch { } }',
    isA<RhaiTimeoutError>(),
    config: tight,
  ),
  Attack(
    'errors of properties, caught again and again',
    'let t = Thing(); loop { try { t.fails } catch { } }',
    anyLimit,
    config: tight,
  ),
  Attack(
    'errors of operators in a search',
    'let t = Thing(); let a = []; a.pad(1000, t); a.contains(Thing())',
    dartFails(isStateError),
    config: tight,
  ),
  Attack(
    'chains of properties',
    'let t = Thing(); loop { t.me.me.me.me.me.me.me.me.me.me = t; }',
    anyLimit,
    config: tight,
  ),
  Attack(
    'chains of elements',
    'let t = Thing(); loop { t[0][1][2][3][4][5][6][7].me[8] = 1; }',
    anyLimit,
    config: tight,
  ),
  Attack(
    'large properties',
    'let t = Thing(); let all = []; loop { all.push(t.text); }',
    anyLimit,
    config: lifted,
  ),
  Attack(
    'large lists that are thrown away',
    'let t = Thing(); loop { t.list; }',
    anyLimit,
    config: tight,
  ),
  Attack(
    'a property that is put back again and again',
    'let t = Thing(); loop { t.items.push(t); t.items[0] += 1; }',
    anyLimit,
    config: tight,
  ),
  Attack(
    'a method that calls the script, which calls it',
    'fn f(t) { t.apply(|x| f(x)) } try { f(Thing()) } catch { } loop { }',
    anyLimit,
    config: tight,
  ),
  Attack(
    'sorting by an operator that is no order',
    'let t = Thing(); let a = []; a.pad(2000, t); '
        'loop { a.sort(|x, y| x < y); }',
    anyLimit,
    config: tight,
  ),
  Attack(
    'sums of objects',
    'let t = Thing(); loop { t += t + t + 1; }',
    anyLimit,
    config: tight,
  ),
  Attack(
    'a great many objects',
    'let all = []; loop { all.push(Thing()); }',
    anyLimit,
    config: lifted,
  ),
  Attack(
    'objects within objects',
    'let a = Thing(); loop { a = [a, Thing()]; }',
    anyLimit,
    config: tight,
  ),
  Attack(
    'objects in calls at the same time',
    'let t = Thing(); '
        'try { parallel([1, 2, 3], |x| { for y in t { later(y); } }) } '
        'catch { } loop { }',
    anyLimit,
    config: tight,
  ),
  Attack(
    'members that there are not',
    'let t = Thing(); t.no_such(1)',
    failsFor(RhaiRuntimeErrorKind.functionNotFound, 'no_such'),
    config: tight,
  ),
];
