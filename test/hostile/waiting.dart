/// Scripts that wait for long, or for ever.
library;

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import 'attack.dart';

Attack _waits(String name, String function, String script) =>
    Attack(name, script, waitedTooLong(function), config: tight);

/// An attack of many short waits, which ends at the limit of the time in all.
Attack _long(String name, String script) =>
    Attack(name, script, isA<RhaiTimeoutError>(), config: tight);

/// The attacks.
final waiting = [
  _waits('for a Future that never completes', 'never', 'never()'),
  _waits('for it in map', 'never', '[1, 2].map(|x| never())'),
  _waits('for it in a comparator', 'never', '[2, 1].sort(|a, b| never())'),
  _waits('for it in a text', 'never', r'`${never()}`'),
  _waits('for it in a condition', 'never', 'if never() { 1 } else { 2 }'),
  _waits('for it in a for', 'never', 'for i in never() { }'),
  _waits(
    'for it in nested calls',
    'never',
    'fn f(n) { if n == 0 { never() } else { f(n - 1) } } f(90)',
  ),
  _waits('for it in a catch', 'never', 'try { throw 1; } catch { never() }'),
  _waits('for it through a pointer', 'never', 'Fn("never").call()'),
  _waits('for it as a property of a loop', 'never', 'while never() { }'),
  _waits('asleep', 'sleep', 'sleep(1000000000)'),
  _waits(
    'asleep for the longest number',
    'sleep',
    'sleep(9223372036854775807)',
  ),
  _waits(
    'asleep for the largest float',
    'sleep',
    'sleep(1.7976931348623157e308)',
  ),
  _waits(
    'asleep in a comparator',
    'sleep',
    'let a = [3, 2, 1]; a.sort(|a, b| { sleep(1e9); 1 })',
  ),
  _waits('asleep in filter', 'sleep', '[1].filter(|x| sleep(60.0))'),
  _waits(
    'asleep after an error of Dart',
    'sleep',
    'try { fail() } catch { sleep(100) }',
  ),
  _long('asleep again and again', 'loop { sleep(0.05); }'),
  _long('asleep for no time', 'loop { sleep(0); }'),
  _long('asleep for less than no time', 'loop { sleep(-1000); }'),
  _long('asleep in map', 'let a = []; a.pad(1000, 0.02); a.map(|x| sleep(x))'),
  _long('for many Futures', 'loop { later(1); }'),
  _long(
    'in a long sort',
    'let a = []; a.pad(1000, 1); a.sort(|x, y| { sleep(0.01); 1 })',
  ),
  _long('and catching it', 'loop { try { never() } catch { } }'),
  _long(
    'and catching it in a function',
    'fn f() { try { never() } catch { f() } } f()',
  ),
  _long(
    'and catching it in map',
    '[1, 2, 3, 4, 5].map(|x| { try { sleep(1e9) } catch { x } })',
  ),
  _long(
    'and catching it in the catch',
    'try { never() } catch { try { never() } catch { never() } }',
  ),
  Attack(
    'not asleep for a text',
    'sleep("long")',
    fails(RhaiRuntimeErrorKind.functionNotFound),
    config: tight,
  ),
  Attack(
    'not asleep for no number',
    'sleep(0.0 / 0.0)',
    fails(RhaiRuntimeErrorKind.dartFunction),
    config: tight,
  ),
  Attack(
    'not asleep for ever',
    'sleep(1.0 / 0.0)',
    fails(RhaiRuntimeErrorKind.dartFunction),
    config: tight,
  ),
  Attack(
    'between steps of work',
    'loop { later(1); for i in 0..1000 { let x = i; } }',
    anyLimit,
    config: tight,
  ),
  Attack(
    'with more and more memory',
    'let a = []; loop { later(1); a.push(blob(1000000)); }',
    limit(RhaiLimit.memory),
    config: lifted,
  ),
  Attack(
    'with more and more output',
    'loop { later(1); print("0123456789"); }',
    limit(RhaiLimit.outputLength),
    config: small,
  ),
  Attack(
    'then endless',
    'later(1); loop { }',
    limit(RhaiLimit.operations),
    config: tight,
  ),
  Attack(
    'then endless without counting',
    'sleep(0.01); loop { }',
    ranTooLong,
    config: byTime,
  ),
  Attack(
    'then calling for ever',
    'fn f() { later(1); f() } f()',
    limit(RhaiLimit.stackDepth),
    config: tight,
  ),
  Attack(
    'then too large',
    'let s = later("x"); loop { s += s; }',
    limit(RhaiLimit.stringLength),
    config: small,
  ),
];
