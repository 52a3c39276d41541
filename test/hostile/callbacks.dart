/// Functions that scripts give to Dart, and values that they send there.
library;

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import 'attack.dart';

/// An attack whose value is called.
Attack _called(
  String name,
  RhaiLimit what,
  String script, [
  RhaiConfig? config,
]) => Attack(
  name,
  script,
  limit(what),
  config: config ?? tight,
  then: Then.callResult,
);

/// A function that Dart calls while the script runs. Each has its own limits; the
/// script may catch its error.
Attack _run(String name, RhaiLimit what, String script, [RhaiConfig? config]) =>
    Attack(name, script, dartFails(limit(what)), config: config ?? tight);

/// Bytes of values that Dart was given. They stay in its heap until they are collected.
const _given = 32 * 1024 * 1024;

/// The attacks.
final callbacks = [
  _called('a loop', RhaiLimit.operations, '|| loop { }'),
  _called(
    'a loop that catches',
    RhaiLimit.operations,
    '|| loop { try { loop { } } catch { } }',
  ),
  _called('recursion', RhaiLimit.stackDepth, 'fn f() { f() } Fn("f")'),
  _called(
    'recursion of a captured closure',
    RhaiLimit.stackDepth,
    'let f = |f| f.call(f); || f.call(f)',
  ),
  _called(
    'memory',
    RhaiLimit.memory,
    '|| { let a = []; loop { a.push(1); } }',
    lifted,
  ),
  _called(
    'memory that it captured',
    RhaiLimit.memory,
    'let a = []; || loop { a.push(1); }',
    lifted,
  ),
  _called(
    'a long text',
    RhaiLimit.stringLength,
    '|| { let s = "x"; loop { s += s; } }',
    small,
  ),
  _called(
    'a large array that it captured',
    RhaiLimit.arraySize,
    'let a = []; || loop { a.push(2); }',
    small,
  ),
  _called(
    'a large map',
    RhaiLimit.mapSize,
    r'|| { let m = #{}; let i = 0; loop { m[`k${i}`] = m.len(); i += 1; } }',
    small,
  ),
  _called(
    'output',
    RhaiLimit.outputLength,
    '|| loop { print("0123456789"); }',
    small,
  ),
  _called(
    'operations after a wait',
    RhaiLimit.operations,
    '|| { later(1); loop { } }',
  ),
  _run('a loop at once', RhaiLimit.operations, 'run(|| loop { })'),
  _run(
    'a loop after a wait',
    RhaiLimit.operations,
    'run_later(|| { later(1); loop { } })',
  ),
  _run(
    'memory at once',
    RhaiLimit.memory,
    'run(|| { let s = "x"; loop { s += s; } })',
    lifted,
  ),
  Attack(
    'run in run',
    'fn f() { run(Fn("f")) } f()',
    fails(RhaiRuntimeErrorKind.dartFunction),
    config: tight,
  ),
  Attack(
    'time',
    '|| while true { }',
    ranTooLong,
    config: byTime,
    then: Then.callResult,
  ),
  Attack('time at once', 'run(|| while true { })', ranTooLong, config: byTime),
  Attack(
    'a wait without end',
    '|| never()',
    waitedTooLong('never'),
    config: tight,
    then: Then.callResult,
  ),
  Attack(
    'waits without end',
    '|| loop { sleep(0.01); }',
    isA<RhaiTimeoutError>(),
    config: tight,
    then: Then.callResult,
  ),
  Attack(
    'a wait at once',
    'run(|| never())',
    dartFails(waitedTooLong('never')),
    config: tight,
  ),
  Attack(
    'an error',
    '|| throw "mine"',
    fails(RhaiRuntimeErrorKind.thrown),
    config: tight,
    then: Then.callResult,
  ),
  Attack(
    'a denied function',
    '|| blob(3)',
    failsFor(RhaiRuntimeErrorKind.functionNotFound, 'blob'),
    config: tight.copyWith(deniedFunctions: {'blob'}),
    then: Then.callResult,
  ),
  Attack(
    'a caught limit of another execution',
    'let n = 0; loop { try { run(|| loop { }) } catch { n += 1; } }',
    anyLimit,
    config: tight,
  ),
  Attack(
    'many functions',
    'let a = []; loop { a.push(take(|| a.len())); }',
    anyLimit,
    config: lifted,
  ),
  Attack(
    'a function in a function',
    'let f = || 1; loop { let g = take(f); f = || g; }',
    anyLimit,
    config: lifted,
  ),
  Attack(
    'a large text to Dart',
    'let s = "x"; loop { s += take(s); }',
    limit(RhaiLimit.memory),
    config: lifted,
    unmetered: _given,
  ),
  Attack(
    'a large array to Dart',
    'let a = [1]; loop { a += take(a); }',
    limit(RhaiLimit.memory),
    config: lifted,
    unmetered: _given,
  ),
  Attack(
    'a large map to Dart',
    r'let m = #{}; let i = 0; loop { m[`k${i}`] = "text"; i += 1; if i % 10000 == 0 { take(m); } }',
    anyLimit,
    config: lifted,
    unmetered: _given,
  ),
  Attack(
    'a large blob to Dart',
    'let b = blob(1000000); loop { b += take(b); }',
    limit(RhaiLimit.memory),
    config: lifted,
    unmetered: _given,
  ),
  Attack(
    'a widening tree to Dart',
    'let a = [1, 2]; loop { a = [a, take(a)]; }',
    anyLimit,
    config: lifted,
    unmetered: _given,
  ),
  Attack(
    'calls of Dart without end',
    'let x = 0; loop { x = add(x, 1); }',
    limit(RhaiLimit.operations),
    config: tight,
  ),
  Attack(
    'calls of Dart without counting',
    'loop { add(1, 2); }',
    ranTooLong,
    config: byTime,
  ),
  Attack(
    'errors of Dart without end',
    'loop { try { fail(); } catch { } }',
    anyLimit,
    config: tight,
  ),
  Attack(
    'what is no number to a function of numbers',
    'add("x", [1])',
    isA<RhaiException>(),
    config: tight,
  ),
  Attack(
    'a giant text thrown by Dart',
    'let s = "x"; loop { s += s; try { fail_with(s); } catch { } }',
    limit(RhaiLimit.memory),
    config: lifted,
    unmetered: _given,
  ),
  Attack(
    'a giant text thrown',
    'let s = ""; s.pad(1000000, "x"); throw s;',
    fails(RhaiRuntimeErrorKind.thrown),
    config: tight,
  ),
  Attack(
    'a giant map thrown',
    r'let m = #{}; for i in 0..50000 { m[`k${i}`] = i; } throw m;',
    fails(RhaiRuntimeErrorKind.thrown),
    config: tight,
  ),
  Attack(
    'a giant message thrown',
    'let s = ""; s.pad(1000000, "x"); throw #{message: s};',
    fails(RhaiRuntimeErrorKind.thrown),
    config: tight,
  ),
  Attack(
    'an error through many calls',
    'fn f(n) { if n == 0 { throw "deep" } else { f(n - 1) } } f(98)',
    fails(RhaiRuntimeErrorKind.thrown),
    config: tight,
  ),
  Attack(
    'an error through many catches',
    'fn f(n) { if n == 0 { fail() } else { try { f(n - 1) } catch (e) { throw e; } } } f(90)',
    fails(RhaiRuntimeErrorKind.dartFunction),
    config: tight,
  ),
  Attack(
    'an error through many names',
    'fn ${'f' * 10000}(n) { if n == 0 { throw 1 } else { ${'f' * 10000}(n - 1) } } ${'f' * 10000}(90)',
    fails(RhaiRuntimeErrorKind.thrown),
    config: tight,
  ),
];
