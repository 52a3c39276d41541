/// Scripts of every kind that never stop by themselves.
library;

import 'dart:async';

import 'package:rhai_dart/rhai_dart.dart';

/// A script that never stops.
final class Endless {
  /// Makes one.
  const Endless(
    this.name,
    this.script, {
    this.waits = false,
    this.holds = false,
    this.copies = 1,
  });

  /// A description of the script.
  final String name;

  /// The script.
  final String script;

  /// Whether it waits most of the time, so that its running time is short.
  final bool waits;

  /// Whether a single Dart call in it holds the event loop for long.
  final bool holds;

  /// Number of copies that run at once.
  final int copies;
}

/// Computes for some milliseconds.
void busy(num milliseconds) {
  final watch = Stopwatch()..start();
  while (watch.elapsedMicroseconds < milliseconds * 1000) {}
}

/// A script that takes a while to parse and to analyze.
final String largeScript = [
  for (var i = 0; i < 2000; i++) 'fn f$i(x) { let y = x + $i; y * 2 }',
  'f1(1)',
].join('\n');

/// Registers the functions that the scripts call. [other] is a second engine with the
/// same functions.
void registerFunctions(RhaiEngine engine, RhaiEngine other) {
  var large = 0;
  engine
    ..registerFunction('one', () => 1)
    ..registerFunction('any', (Object? value) => value as dynamic)
    ..registerFunction('busy', busy)
    ..registerFunction('object', () => const Duration(seconds: 1))
    ..registerFunction('ready', () => Future<int>.value(1))
    // Like a cache: there after a microtask, but then it is decoded.
    ..registerFunction('micro', (num milliseconds) async {
      await null;
      busy(milliseconds);
      return milliseconds;
    })
    ..registerFunction('at_once', (num milliseconds) async {
      busy(milliseconds);
      return milliseconds;
    })
    ..registerFunction('fail', () async {
      await null;
      busy(1);
      throw StateError('no');
    })
    ..registerFunction('soon', () => Future<int>(() => 1))
    ..registerFunction(
      'later',
      () => Future<void>.delayed(const Duration(milliseconds: 1)),
    )
    ..registerFunction('run', engine.evalAsync<Object?>)
    ..registerFunction('run_later', (String script) async {
      await null;
      return engine.evalAsync(script);
    })
    ..registerFunction('run_other', other.evalAsync<Object?>)
    ..registerFunction(
      'run_large',
      () => engine.evalAsync('$largeScript // ${large++}'),
    )
    ..registerFunction(
      'run_held',
      (String script) => engine.eval(script) as Object?,
    )
    ..registerFunction('run_held_later', (String script) async {
      await null;
      return engine.eval(script);
    })
    ..registerFunction('callback', (RhaiFunction f) => f.callAsync())
    ..registerFunction(
      'callback_with',
      (RhaiFunction f, Object? x) => f.callAsync(x),
    )
    ..registerFunction('callback_later', (RhaiFunction f) async {
      await null;
      return f.callAsync();
    })
    ..registerFunction(
      'together',
      (RhaiFunction f) =>
          Future.wait([for (var i = 0; i < 5; i++) f.callAsync()]),
    )
    ..registerFunction('hold', (RhaiFunction f) => f() as Object?)
    ..registerFunction('hold_later', (RhaiFunction f) async {
      await null;
      return f();
    })
    ..registerFunction('analyze', (String script) async {
      final result = await engine.analyzeAsync(script);
      return result.isValid;
    })
    ..registerFunction('analyze_large', () async {
      final result = await engine.analyzeAsync(largeScript);
      return result.isValid;
    })
    ..registerFunction('analyze_held', () async {
      await null;
      return engine.analyze(largeScript).isValid;
    });
}

const _thousand = 'let a = []; a.pad(1000, 1);';
const _twoLarge = 'let a = []; a.pad(20000, 1); let b = a;';

/// The scripts.
const endlessScripts = [
  // Computing.
  Endless('does nothing', 'loop { }'),
  Endless('adds', 'let x = 0; loop { x += 1; }'),
  Endless('counts', 'for i in 0..9223372036854775807 { let x = i; }'),
  Endless('loops with a condition', 'do { } while true'),
  Endless('makes arrays', 'while true { let x = [1, 2, 3]; x.push(4); }'),
  Endless(
    'makes strings',
    r'let i = 0; loop { let s = `${i} ${i * 2}`; i += 1; }',
  ),
  Endless(
    'lets a string grow',
    'let s = ""; loop { s += "x"; if s.len() > 9999 { s = ""; } }',
  ),
  Endless(
    'lets an array grow',
    'let a = []; loop { a.push(1); if a.len() > 9999 { a = []; } }',
  ),
  Endless(
    'fills a map',
    'let m = #{}; let i = 0; loop { m["k" + i % 1000] = i; i += 1; }',
  ),
  Endless(
    'fills a blob',
    'let b = blob(1000); let i = 0; loop { b[i % 1000] = i % 256; i += 1; }',
  ),
  Endless(
    'switches',
    'let i = 0; loop { switch i % 3 { 0 => i += 1, 1 => i += 2, _ => i += 4 } }',
  ),
  Endless(
    'recurses',
    'fn f(n) { if n > 0 { f(n - 1) + f(n - 1) } else { 1 } } f(90)',
  ),
  Endless('throws and catches', 'loop { try { throw 1; } catch { } }'),
  Endless('catches around a loop', 'loop { try { loop { } } catch { } }'),
  Endless('evaluates texts', 'loop { eval("let x = 1; x + 1") }'),
  Endless(
    'evaluates an endless text',
    'loop { try { eval("loop { }") } catch { } }',
  ),

  // Native functions, short and long ones.
  Endless('loops in map', '[1].map(|x| loop { })'),
  Endless('maps', '$_thousand loop { a.map(|x| x + 1); }'),
  Endless('filters', '$_thousand loop { a.filter(|x| x > 0); }'),
  Endless('reduces', '$_thousand loop { a.reduce(|s, x| s + x, 0); }'),
  Endless('sorts', '$_thousand loop { let b = a; b.sort(|x, y| y - x); }'),
  Endless('has slow operations', '$_twoLarge loop { a == b }'),
  Endless(
    'has fast and slow operations',
    '$_twoLarge loop { for i in 0..500 { } a == b; a == b; }',
  ),
  Endless(
    'has many fast and many slow operations',
    '$_twoLarge loop { for i in 0..99999 { } for i in 0..20 { a == b; } }',
  ),

  // Calls that complete at once.
  Endless('calls', 'loop { one() }'),
  Endless('calls what may return a Future', 'loop { any(1) }'),
  Endless('calls slow functions', 'loop { busy(1) }'),
  Endless('calls slower functions', 'loop { busy(3) }'),
  Endless('calls in map', 'loop { [1, 2, 3].map(|x| busy(0.5)); }'),
  Endless('prints', 'loop { print("x"); debug("y"); }'),
  Endless(
    'compares Dart objects',
    'let o = object(); loop { o == o; o.to_string(); }',
  ),

  // Futures that complete in microtasks.
  Endless('calls Futures that are complete', 'loop { ready() }', waits: true),
  Endless('waits for microtasks', 'loop { micro(0) }', waits: true),
  Endless('waits for slow microtasks', 'loop { micro(1) }', waits: true),
  Endless('waits for slower microtasks', 'loop { micro(3) }', waits: true),
  Endless('waits for what is done at once', 'loop { at_once(2) }', waits: true),
  Endless(
    'catches errors of microtasks',
    'loop { try { fail() } catch { } }',
    waits: true,
  ),
  Endless(
    'waits and computes',
    'loop { micro(1); busy(1); ready(); for i in 0..99 { } }',
    waits: true,
  ),
  Endless('waits in map', 'loop { [1, 2].map(|x| micro(x)); }', waits: true),
  Endless(
    'waits in filter',
    'loop { [1, 2].filter(|x| micro(x) > 1); }',
    waits: true,
  ),
  Endless(
    'waits in reduce',
    'loop { [1, 2].reduce(|s, x| s + micro(x), 0); }',
    waits: true,
  ),
  Endless(
    'waits in sort',
    'let a = [3, 1, 2]; loop { a.sort(|x, y| { ready(); x - y }); }',
    waits: true,
  ),
  Endless(
    'waits in catch',
    'fn f() { loop { try { fail() } catch { micro(1); } } } f()',
    waits: true,
  ),

  // Real waits.
  Endless('waits for timers', 'loop { later() }', waits: true),
  Endless('waits for turns', 'loop { soon() }', waits: true),
  Endless(
    'waits for turns and microtasks',
    'loop { soon(); micro(2); }',
    waits: true,
  ),
  Endless('sleeps for no time', 'loop { sleep(0); }', waits: true),
  Endless('waits and then loops', 'later(); loop { }'),

  // Other scripts.
  Endless('runs short scripts', 'loop { run("1 + 1") }', waits: true),
  Endless('runs an endless script', 'run("loop { }")'),
  Endless('runs an endless script after a microtask', 'run_later("loop { }")'),
  Endless(
    'runs endless scripts and catches',
    'loop { try { run("loop { }") } catch { } }',
  ),
  Endless('runs an endless script in another engine', 'run_other("loop { }")'),
  Endless(
    'runs a script that runs an endless one',
    'run("run(`run_other(\\"loop { }\\")`)")',
  ),
  Endless(
    'runs scripts that fail',
    'loop { try { run("for i in 0..9999 { } throw 1") } catch { } }',
    waits: true,
  ),
  Endless('runs scripts that wait', 'loop { run("micro(2)") }', waits: true),
  Endless('runs large scripts', 'loop { run_large() }'),

  // Functions that Dart calls.
  Endless('has Dart call an endless closure', 'callback(|| loop { })'),
  Endless(
    'has Dart call one after a microtask',
    'loop { try { callback_later(|| loop { }) } catch { } }',
  ),
  Endless(
    'has Dart call short closures',
    'let n = 0; loop { callback(|| { n += 1; }); }',
    waits: true,
  ),
  Endless(
    'has Dart call longer closures',
    'loop { callback_with(|x| { for i in 0..9999 { } x }, 1) }',
  ),
  Endless(
    'has Dart call closures that call others',
    'callback(|| callback(|| loop { micro(1) }))',
    waits: true,
  ),
  Endless('has Dart call several at once', 'together(|| loop { })'),
  Endless(
    'has Dart call a comparator',
    'loop { [2, 3, 1].sort(|x, y| callback_with(|d| d, x - y)); }',
    waits: true,
  ),

  // Analysis.
  Endless('has large scripts analyzed', 'loop { analyze_large() }'),
  Endless(
    'has small scripts analyzed',
    'loop { analyze("let x = 1;") }',
    waits: true,
  ),

  // Many scripts.
  Endless('computes beside others', 'loop { }', copies: 20),
  Endless('calls beside others', 'loop { busy(1) }', copies: 20),
  Endless(
    'waits for microtasks beside others',
    'loop { micro(1) }',
    waits: true,
    copies: 20,
  ),
  Endless(
    'waits for timers beside others',
    'loop { later(); for i in 0..999 { } }',
    waits: true,
    copies: 50,
  ),

  // What holds the event loop; limits bound it all the same.
  Endless(
    'has Dart call an endless closure at once',
    'loop { try { hold(|| loop { }) } catch { } }',
    holds: true,
  ),
  Endless(
    'has Dart call one in a microtask',
    'loop { try { hold_later(|| loop { }) } catch { } }',
    holds: true,
  ),
  Endless(
    'has Dart evaluate an endless script',
    'loop { try { run_held("loop { }") } catch { } }',
    holds: true,
  ),
  Endless(
    'has Dart evaluate one in a microtask',
    'loop { try { run_held_later("loop { }") } catch { } }',
    holds: true,
  ),
  Endless('has Dart analyze at once', 'loop { analyze_held() }', holds: true),
];
