/// Data that is nested as deeply as a script can.
library;

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import 'attack.dart';

/// An attack that ends at the limit of operations, of time or of memory. Which one such
/// data meets first depends on how fast the machine is.
Attack _any(String name, String script) =>
    Attack(name, script, anyLimit, config: lifted);

/// Makes `a` an array in `levels` arrays, in time that grows with `levels` only.
String _arrays(int levels) =>
    'let a = [[]]; for i in 0..$levels { a = [a.pop()]; a.push([a.pop()]); }';

/// The same with maps.
String _maps(int levels) =>
    'let a = #{}; for i in 0..$levels { let b = #{}; b.a = a.remove("a"); a.a = b; }';

/// The attacks.
final deepData = [
  _any('arrays in arrays', 'let a = []; loop { a = [a]; }'),
  _any('maps in maps', 'let m = #{}; loop { m = #{m: m}; }'),
  _any('arrays in maps in arrays', 'let a = []; loop { a = [#{a: a}]; }'),
  _any('pushed arrays', 'let a = []; loop { let b = []; b.push(a); a = b; }'),
  _any(
    'arrays in arrays that are moved',
    'let a = [[]]; loop { a.push([a.pop()]); }',
  ),
  _any(
    'maps in maps that are moved',
    'let a = #{a: 1}; loop { let b = #{}; b.a = a.remove("a"); a.a = b; }',
  ),
  _any(
    'closures that capture closures',
    'let f = || 1; loop { let g = f; f = || g; }',
  ),
  _any(
    'curried pointers in curried pointers',
    'let f = |a| a; let g = f; loop { g = f.curry(g); }',
  ),
  _any(
    'a pointer curried again and again',
    'let f = |a| a; loop { f = f.curry(1); }',
  ),
  _any(
    'an array in an array from the front',
    'let a = [1]; loop { a.insert(0, a); a.pop(); }',
  ),
  _any(
    'errors in errors',
    'let e = 1; loop { try { throw #{message: e}; } catch (x) { e = x; } }',
  ),
  _any('a widening tree', 'let a = [1]; loop { a = [a, a]; }'),
  _any(
    'a widening tree of maps',
    'let a = #{x: 1}; loop { a = #{a: a, b: a}; }',
  ),
  _any(
    'captured variables that hold each other',
    'let a = []; let b = []; let f = || a; let g = || b; loop { a.push(g); b.push(f); }',
  ),
  _any(
    'comparing what is nested',
    '${_arrays(20000)} let b = a; loop { a == b; }',
  ),
  _any('printing what is nested', '${_arrays(5000)} loop { a.to_string(); }'),
  _any(
    'copying what is nested',
    '${_arrays(20000)} loop { let b = a; b.push(1); }',
  ),
  _any(
    'searching what is nested',
    '${_arrays(20000)} loop { a.contains(a); a.index_of(a); }',
  ),
  _any('to_json of what is nested', '${_maps(5000)} loop { a.to_json(); }'),
  _any(
    'switching on what is nested',
    '${_arrays(20000)} loop { switch a { 1 => 2, _ => 3 } }',
  ),
  _any(
    'sorting what is nested',
    '${_arrays(5000)} let b = [a, a, a]; loop { b.sort(|x, y| 1); }',
  ),
  Attack(
    'returning what is nested',
    '${_arrays(60000)} a',
    isA<RhaiException>(),
    config: lifted,
  ),
  Attack(
    'throwing what is nested',
    '${_arrays(20000)} throw a;',
    isA<RhaiException>(),
    config: lifted,
  ),
  Attack(
    'giving Dart what is nested',
    '${_maps(60000)} take(a)',
    isA<RhaiException>(),
    config: lifted,
  ),
  Attack(
    'iterating what is nested',
    'let a = [1]; loop { for x in a { a = [a]; } }',
    anyLimit,
    config: tight,
  ),
];
