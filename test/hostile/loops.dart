/// Endless loops, in all constructs that repeat something.
library;

import 'package:rhai_dart/rhai_dart.dart';

import 'attack.dart';

final _operations = limit(RhaiLimit.operations);

/// An attack that ends at the limit of operations.
Attack _counted(String name, String script) =>
    Attack(name, script, _operations, config: tight);

/// An attack that ends at the limit of running time.
Attack _timed(String name, String script) =>
    Attack(name, script, ranTooLong, config: byTime);

/// The attacks.
final loops = [
  _counted('loop', 'loop { }'),
  _counted('while', 'while true { let x = 1; }'),
  _counted('do while', 'do { } while 1 < 2'),
  _counted('do until', 'do { } until false'),
  _counted(
    'for over a huge range',
    'for i in 0..9223372036854775807 { let x = i; }',
  ),
  _counted(
    'for over an inclusive range to the last number',
    'let n = 0; for i in 9223372036854775800..=9223372036854775807 { n += 1; '
        'if n > 8 { throw "too far"; } } loop { n += 1; }',
  ),
  _counted('for over range()', 'for i in range(0, 9223372036854775807) { }'),
  _counted(
    'for over a range that counts down',
    'for i in range(9223372036854775807, -9223372036854775807, -1) { }',
  ),
  _counted(
    'nested for',
    'for a in 0..99999 { for b in 0..99999 { let c = b; } }',
  ),
  _counted(
    'for over an array that its body makes longer',
    'let a = [1]; loop { for x in a { a.push(x); if a.len() > 50 { a = [1]; } } }',
  ),
  _counted(
    'for over a string in a loop',
    'let s = "abc"; loop { for c in s { } }',
  ),
  _counted(
    'for over the bits of a number',
    'loop { for b in 255.bits(0, 64) { } }',
  ),
  _counted(
    'while with a condition that works',
    'let i = 0; while i < i + 1 { i += 1; }',
  ),
  _counted('continue', 'loop { continue; }'),
  _counted('break of an inner loop', 'loop { loop { break; } }'),
  _counted('a loop in a condition', 'if loop { } { 1 } else { 2 }'),
  _counted('a loop in a switch', 'switch loop { } { _ => 1 }'),
  _counted('a loop in a text', r'`${loop { }}`'),
  _counted('a loop in an index', 'let a = [1]; a[loop { }]'),
  _counted('a loop in an argument', 'add(1, loop { })'),
  _counted('a loop in a map literal', '#{a: loop { }}'),
  _counted('a loop in a throw', 'throw loop { };'),
  _counted('a loop in a return', 'fn f() { return loop { }; } f()'),
  _timed('loop without counting', 'loop { 1; }'),
  _timed(
    'while without counting',
    'let x = 0; while x >= 0 { x += 1; x -= 1; }',
  ),
  _timed(
    'for without counting',
    'for i in 0..9223372036854775807 { let y = i; }',
  ),
  _timed('map', '[1].map(|x| loop { })'),
  _timed('filter', '[1].filter(|x| loop { })'),
  _timed('reduce', '[1, 2].reduce(|a, b| loop { })'),
  _timed('reduce_rev', '[1, 2].reduce_rev(|a, b| { while true { } })'),
  _timed('sort', 'let a = [3, 1, 2]; a.sort(|a, b| loop { })'),
  _timed('order', '[3, 1, 2].order(|a, b| { do { } while true })'),
  _timed('for_each', '[1].for_each(|| loop { })'),
  _timed('any', '[1].some(|x| loop { })'),
  _timed(
    'all',
    '[1].all(|x| { for i in 0..9223372036854775807 { let y = i; } })',
  ),
  _timed('find', '[1].find(|x| loop { })'),
  _timed('find_map', '[1].find_map(|x| loop { })'),
  _timed('retain', 'let a = [1]; a.retain(|x| loop { })'),
  _timed('drain', 'let a = [1]; a.drain(|x| loop { })'),
  _timed('dedup', 'let a = [1, 1]; a.dedup(|a, b| loop { })'),
  _timed('index_of', '[1].index_of(|x| loop { })'),
  _timed('zip', '[1].zip([2], |a, b| loop { })'),
  _timed('filter of a map', '#{a: 1}.filter(|k, v| loop { })'),
  _timed('retain of a map', 'let m = #{a: 1}; m.retain(|k, v| loop { })'),
  _timed(
    'sorting with a comparator that answers anything',
    'let a = []; a.pad(2000, 1); let n = 0; '
        'loop { a.sort(|x, y| { n += 1; n % 3 - 1 }); }',
  ),
  _timed(
    'long native calls in a row',
    'let a = []; a.pad(100000, 1); loop { a.reverse(); }',
  ),
  _timed(
    'searching a long text',
    'let s = "a"; s.pad(1000000, "a"); loop { s.index_of("aaaaaaaab"); }',
  ),
  _timed(
    'comparing large arrays',
    'let a = []; a.pad(100000, 1); let b = a; loop { a == b; }',
  ),
  _timed(
    'copying large arrays',
    'let a = []; a.pad(100000, 1); loop { let b = a; b.push(1); }',
  ),
  _timed(
    'looking for each element of an array',
    'let a = []; for i in 0..20000 { a.push(i); } for x in a { -1 in a; }',
  ),
  _timed(
    'removing from the front',
    'let a = []; loop { a.pad(200000, 1); while a.len() > 199000 { a.remove(0); } }',
  ),
  _timed(
    'splitting a text again and again',
    'let s = ""; s.pad(100000, ","); loop { s.split(","); }',
  ),
  _timed(
    'a product that is long to compute',
    'let x = 3; loop { x = x * 7 % 1000003; }',
  ),
  Attack(
    'a text that is padded with nothing',
    'let s = "x"; s.pad(100, ""); throw s;',
    fails(RhaiRuntimeErrorKind.thrown),
    config: tight,
  ),
];
