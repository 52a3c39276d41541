/// Scripts that make many calls at the same time.
library;

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import 'attack.dart';

/// The attacks.
final parallel = [
  Attack(
    'that never end',
    'parallel([1, 2, 3], |x| never())',
    waitedTooLong('never'),
    config: tight,
  ),
  Attack(
    'again and again',
    'loop { try { parallel([|| later(1), || fail()]) } catch { } }',
    anyLimit,
    config: tight,
  ),
  Attack(
    'of which there are a great many',
    'let a = []; a.pad(300_000, 0); '
        'try { parallel(a, |x| never()) } catch { } loop { }',
    limit(RhaiLimit.memory),
    config: lifted,
  ),
  Attack(
    'that wait deep in calls',
    'fn f(n) { if n == 0 { never() } else { f(n - 1) } } '
        'let a = []; a.pad(10_000, 0); '
        'try { parallel(a, |x| f(50)) } catch { } loop { }',
    anyLimit,
    config: lifted,
  ),
  Attack(
    'that make calls without end',
    'fn f() { parallel([|| f(), || f()]) } try { f() } catch { } 1',
    anyOfLimits([RhaiLimit.stackDepth, RhaiLimit.nativeStack]),
    config: tight,
  ),
  Attack(
    'that wait, and make calls without end',
    'fn f() { later(1); parallel([|| f(), || f()]) } '
        'try { f() } catch { } loop { }',
    anyOf(anyLimit, anyOfLimits([RhaiLimit.stackDepth, RhaiLimit.nativeStack])),
    config: tight,
  ),
  Attack(
    'that run without end',
    'try { parallel([1, 2], |x| { later(x); loop { } }) } catch { } loop { }',
    ranTooLong,
    config: byTime,
  ),
  Attack(
    'that grow together',
    'let all = []; parallel([1, 2, 3], |x| '
        'loop { later(x); all.push(blob(100_000)); })',
    anyLimit,
    config: lifted,
  ),
  Attack(
    'of functions of Dart only',
    'let a = []; a.pad(100_000, 0); loop { parallel(a, take, 2); }',
    anyLimit,
    config: tight,
  ),
];
