/// Endless calls, through all constructs that call.
library;

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import 'attack.dart';

/// An attack that ends at the limit of nested calls.
Attack _deep(String name, String script) =>
    Attack(name, script, limit(RhaiLimit.stackDepth), config: tight);

/// Bytes of the stack where calls are not limited: 4,096 times 64 KiB.
const _stack = 4096 * 64 * 1024;

/// An attack that ends at the end of the native stack.
Attack _unlimited(String name, String script) => Attack(
  name,
  script,
  anyOf(limit(RhaiLimit.nativeStack), limit(RhaiLimit.memory)),
  config: lifted.copyWith(
    maxStackDepth: 0,
    timeout: const Duration(milliseconds: 1000),
  ),
  unmetered: _stack,
);

/// The attacks.
final recursion = [
  _deep('direct', 'fn f() { f() } f()'),
  _deep('with an argument', 'fn f(n) { 1 + f(n + 1) } f(0)'),
  _deep('mutual', 'fn f() { g() } fn g() { f() } f()'),
  _deep('of three', 'fn f(n) { g(n) } fn g(n) { h(n) } fn h(n) { f(n) } f(1)'),
  _deep('as a method', 'fn f() { this.f() } 1.f()'),
  _deep(
    'as a method of a map',
    'let m = #{f: || 1}; fn walk() { this.walk() } m.walk()',
  ),
  _deep(
    'through an entry of a map',
    'let m = #{f: |m| m.f.call(m)}; m.f.call(m)',
  ),
  _deep(
    'of a closure that is given itself',
    'let f = |f| f.call(f); f.call(f)',
  ),
  _deep(
    'of a captured closure',
    'let f = (); let g = || f.call(); f = g; f.call()',
  ),
  _deep(
    'of a captured closure that is given to map',
    'let f = (); let g = |x| [1].map(f); f = g; [1].map(f)',
  ),
  _deep('through a function pointer', 'fn f() { Fn("f").call() } f()'),
  _deep('through call', 'fn f() { call(Fn("f")) } f()'),
  _deep(
    'through curried pointers',
    'fn f(g, n) { g.curry(g).call(n) } let g = Fn("f"); f(g, 1)',
  ),
  _deep(
    'of a curried closure',
    'let f = |f, n| f.curry(f).call(n + 1); f.call(f, 0)',
  ),
  _deep('in a text', r'fn f() { `a ${f()}` } f()'),
  _deep('in a switch', 'fn f(x) { switch f(x) { 1 => 2, _ => 3 } } f(1)'),
  _deep(
    'in a case of a switch',
    'fn f(x) { switch x { 1 => f(1), _ => 3 } } f(1)',
  ),
  _deep(
    'in a condition of a case',
    'fn f() { switch 1 { 1 if f() => 1, _ => 2 } } f()',
  ),
  _deep('in ??', 'fn f() { () ?? f() } f()'),
  _deep('in &&', 'fn f() { true && f() } f()'),
  _deep('in ?.', 'fn f() { #{a: f()}?.a } f()'),
  _deep('in a while', 'fn f() { while f() { } } f()'),
  _deep('in a for', 'fn f() { for i in f() { } } f()'),
  _deep('in a catch', 'fn f() { try { throw 1; } catch { f() } } f()'),
  _deep('in an index', 'fn f(a) { a[f(a)] } f([1])'),
  _deep('in an assignment', 'fn f() { let a = [1]; a[0] += f(); } f()'),
  _deep('in an array', 'fn f() { [1, f()] } f()'),
  _deep('in a return', 'fn f() { return f(); } f()'),
  _deep('in a throw', 'fn f() { throw f(); } f()'),
  _deep('in map', 'fn f() { [1].map(|x| f()) } f()'),
  _deep('in filter', 'fn f() { [1].filter(|x| f()) } f()'),
  _deep('in reduce', 'fn f() { [1, 2].reduce(|a, b| f()) } f()'),
  _deep('in a comparator', 'fn f() { [2, 1].sort(|a, b| f()) } f()'),
  _deep(
    'in a comparator by name',
    'fn f(a, b) { let c = [a, b]; c.sort(f); 0 } f(1, 2)',
  ),
  _deep(
    'in an own operator of a comparator',
    'fn f(a, b) { [b, a].sort(|x, y| f(x, y) - f(y, x)) } f(2, 1)',
  ),
  _deep('in for_each', 'fn f() { [1].for_each(|| f()) } f()'),
  _deep('in find', 'fn f() { [1].find(|x| f()) } f()'),
  _deep('in filter of a map', 'fn f() { #{a: 1}.filter(|k, v| f()) } f()'),
  _deep(
    'as Ackermann',
    'fn a(m, n) { if m == 0 { n + 1 } else if n == 0 { a(m - 1, 1) } '
        'else { a(m - 1, a(m, n - 1)) } } a(4, 3)',
  ),
  Attack(
    'as two calls that each make two',
    'fn f(n) { if n > 0 { f(n - 1) + f(n - 1) } else { 1 } } f(90)',
    limit(RhaiLimit.operations),
    config: tight,
  ),
  Attack(
    'as two calls without counting',
    'fn f(n) { if n > 0 { f(n - 1) + f(n - 1) } else { 1 } } f(95)',
    ranTooLong,
    config: byTime,
  ),
  Attack(
    'in eval',
    'fn f() { eval("f()") } f()',
    limit(RhaiLimit.stackDepth),
    config: tight.copyWith(allowEval: true),
  ),
  Attack(
    'of eval in eval',
    'let s = "eval(s)"; eval(s)',
    anyOf(limit(RhaiLimit.stackDepth), limit(RhaiLimit.nativeStack)),
    config: tight.copyWith(allowEval: true),
  ),
  _unlimited(
    'of a captured closure, without a limit',
    'let f = (); f = |n| 1 + f.call(n + 1); f.call(0)',
  ),
  _unlimited('direct, as deep as it goes', 'fn f() { f(); } f()'),
  _unlimited('in map, as deep as it goes', 'fn f() { [1].map(|x| [f()]) } f()'),
  _unlimited(
    'in a text, as deep as it goes',
    r'fn f(n) { `${n}${f(n + 1)}` } f(0)',
  ),
  _unlimited(
    'with much in each call, as deep as it goes',
    'fn f(a) { ((((((((f(a + 1) + 1) + 1) + 1) + 1) + 1) + 1) + 1)) } f(0)',
  ),
  _unlimited(
    'caught, as deep as it goes',
    'fn f() { try { f() } catch { f() } } f(); "caught"',
  ),
];
