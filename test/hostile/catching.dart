/// Scripts that try to go on after a limit was broken.
library;

import 'package:rhai_dart/rhai_dart.dart';

import 'attack.dart';

Attack _limited(
  String name,
  RhaiLimit what,
  String script, [
  RhaiConfig? config,
]) => Attack(name, script, limit(what), config: config ?? small);

/// The attacks.
final catching = [
  _limited(
    'operations',
    RhaiLimit.operations,
    'try { loop { } } catch { } "caught"',
  ),
  _limited(
    'operations in a loop',
    RhaiLimit.operations,
    'loop { try { loop { } } catch { } }',
  ),
  _limited(
    'operations in a function',
    RhaiLimit.operations,
    'fn f() { try { loop { } } catch { 1 } } f(); f(); "caught"',
  ),
  _limited(
    'operations in a closure',
    RhaiLimit.operations,
    '[1, 2, 3].map(|x| { try { loop { } } catch { x } })',
  ),
  _limited(
    'operations in a comparator',
    RhaiLimit.operations,
    'let a = [2, 1]; a.sort(|x, y| { try { loop { } } catch { 1 } }); a',
  ),
  _limited(
    'operations around a native function',
    RhaiLimit.operations,
    'try { [1].map(|x| loop { }) } catch { } "caught"',
  ),
  _limited(
    'operations, thrown again',
    RhaiLimit.operations,
    'try { try { loop { } } catch (e) { throw e; } } catch (e) { throw "mine"; }',
  ),
  _limited(
    'operations in a catch',
    RhaiLimit.operations,
    'try { throw 1; } catch { loop { } } "caught"',
  ),
  _limited(
    'operations in catch of catch',
    RhaiLimit.operations,
    'try { try { throw 1; } catch { loop { } } } catch { "caught" }',
  ),
  Attack(
    'time',
    'try { loop { } } catch { } "time"',
    ranTooLong,
    config: byTime,
  ),
  Attack(
    'time in a loop',
    'loop { try { loop { 1; } } catch { } }',
    ranTooLong,
    config: byTime,
  ),
  Attack(
    'time in a closure',
    '[2, 1].sort(|a, b| { try { loop { } } catch { 0 } })',
    ranTooLong,
    config: byTime,
  ),
  Attack(
    'time with throws',
    'loop { try { throw 1; } catch { } }',
    ranTooLong,
    config: byTime,
  ),
  Attack(
    'time in nested functions',
    'fn f(n) { try { if n > 0 { f(n - 1) } else { loop { } } } catch { f(n) } } f(50)',
    ranTooLong,
    config: byTime,
  ),
  _limited(
    'nested calls',
    RhaiLimit.stackDepth,
    'fn f() { f() } try { f() } catch { } "caught"',
  ),
  _limited(
    'nested calls in every call',
    RhaiLimit.stackDepth,
    'fn f() { try { f() } catch { } } f(); "caught"',
  ),
  _limited(
    'nested calls with calls in the catch',
    RhaiLimit.stackDepth,
    'fn f() { try { f() } catch { f(); f() } } f(); "caught"',
  ),
  _limited(
    'nested calls in a closure',
    RhaiLimit.stackDepth,
    'let f = |f| { try { f.call(f) } catch { 1 } }; f.call(f); "caught"',
  ),
  _limited(
    'the size of texts',
    RhaiLimit.stringLength,
    'let s = "xx"; try { loop { s += s; } } catch { } "caught"',
  ),
  _limited(
    'the size of texts in a function',
    RhaiLimit.stringLength,
    'fn f() { let s = "xx"; try { s.pad(1000000, "x"); } catch { } } f(); "caught"',
  ),
  _limited(
    'the size of texts in a loop',
    RhaiLimit.stringLength,
    'let s = "xx"; loop { try { s += s; } catch { } }',
  ),
  _limited(
    'the size of arrays',
    RhaiLimit.arraySize,
    'let a = [1]; try { loop { a += a; } } catch { } "caught"',
  ),
  _limited(
    'the size of arrays in a closure',
    RhaiLimit.arraySize,
    '[1].map(|x| { let a = []; try { a.pad(2000, 1); } catch { } a.len() })',
  ),
  _limited(
    'the size of arrays through push',
    RhaiLimit.arraySize,
    'let a = []; loop { try { a.push(1); } catch { a.clear(); } }',
  ),
  _limited(
    'the size of blobs',
    RhaiLimit.arraySize,
    'try { blob(5000) } catch { "caught" }',
  ),
  _limited(
    'the size of maps',
    RhaiLimit.mapSize,
    r'let m = #{}; let i = 0; loop { try { m[`k${i}`] = m.len(); i += 1; } catch { m.clear(); } }',
  ),
  _limited(
    'the size of maps in a function',
    RhaiLimit.mapSize,
    r'fn f() { let m = #{}; for i in 0..1000 { try { m[`k${i}`] = m.len(); } catch { } } } f(); "caught"',
  ),
  _limited(
    'the size of arrays around map',
    RhaiLimit.arraySize,
    'try { [1].map(|x| { let a = [1]; loop { a += a; } }) } catch { } "caught"',
  ),
  _limited(
    'the size of arrays around map by name, in a loop',
    RhaiLimit.arraySize,
    'fn f(x) { let a = [1]; loop { a += a; } } loop { try { [1].map(f) } catch { } }',
  ),
  _limited(
    'the size of texts around filter',
    RhaiLimit.stringLength,
    'try { [1].filter(|x| { let s = "xx"; loop { s += s; } }) } catch { } "caught"',
  ),
  _limited(
    'the size of texts around reduce',
    RhaiLimit.stringLength,
    'try { [1].reduce(|s, x| { loop { s += s; } }, "xx") } catch { } "caught"',
  ),
  _limited(
    'the size of maps around for_each',
    RhaiLimit.mapSize,
    r'try { [#{}].for_each(|| { let i = 0; loop { this[`k${i}`] = i; this.len(); i += 1; } }) } catch { } "caught"',
  ),
  _limited(
    'nested calls around find',
    RhaiLimit.stackDepth,
    'fn f() { f() } try { [1].find(|x| f()) } catch { } "caught"',
  ),
  _limited(
    'nested calls around retain of a map',
    RhaiLimit.stackDepth,
    'fn f() { f() } try { let m = #{a: 1}; m.retain(|k, v| f()) } catch { } "caught"',
  ),
  _limited(
    'nested calls in every callback',
    RhaiLimit.stackDepth,
    'fn f() { try { [1].some(|x| f()) } catch { [2].all(|x| f()) } } f(); "caught"',
  ),
  _limited(
    'the memory',
    RhaiLimit.memory,
    'try { let a = []; loop { a.push(1); } } catch { } "caught"',
    lifted,
  ),
  _limited(
    'the memory in a loop',
    RhaiLimit.memory,
    'loop { try { blob(100000000); } catch { } }',
    lifted,
  ),
  _limited(
    'the memory in a function',
    RhaiLimit.memory,
    'fn f() { try { let s = "x"; loop { s += s; } } catch { f() } } f(); "caught"',
    lifted,
  ),
  _limited(
    'the memory in a closure',
    RhaiLimit.memory,
    '[1, 2].map(|x| { try { let a = []; a.pad(100000000, x); } catch { } })',
    lifted,
  ),
  _limited(
    'the memory in a comparator',
    RhaiLimit.memory,
    '[1, 2].order(|x, y| { try { blob(100000000); 1 } catch { 1 } })',
    lifted,
  ),
  _limited(
    'the memory in a catch',
    RhaiLimit.memory,
    'try { throw 1; } catch { try { blob(100000000) } catch { } } "caught"',
    lifted,
  ),
  _limited(
    'the output',
    RhaiLimit.outputLength,
    'try { loop { print("0123456789"); } } catch { } "caught"',
  ),
  _limited(
    'the output in a loop',
    RhaiLimit.outputLength,
    'loop { try { debug("0123456789"); } catch { } }',
  ),
  _limited(
    'the output in a closure',
    RhaiLimit.outputLength,
    'let a = []; a.pad(900, "0123456789"); a.for_each(|| { try { print(this); } catch { } }); "caught"',
  ),
  _limited(
    'operations after a wait',
    RhaiLimit.operations,
    'later(1); try { loop { } } catch { } "caught"',
  ),
  _limited(
    'operations after an error of Dart',
    RhaiLimit.operations,
    'try { fail() } catch { } try { loop { } } catch { "caught" }',
  ),
  _limited(
    'the memory after a wait',
    RhaiLimit.memory,
    'later(1); try { blob(100000000) } catch { later(2) } "caught"',
    lifted,
  ),
  _limited(
    'the end of a loop of catches with waits',
    RhaiLimit.operations,
    'loop { try { later(1); loop { } } catch { later(2); } }',
  ),
];
