/// Values that grow until something stops them.
library;

import 'package:rhai_dart/rhai_dart.dart';

import 'attack.dart';

/// An attack that ends at the limit of memory, the only one.
Attack _memory(String name, String script) => Attack(
  name,
  script,
  limit(RhaiLimit.memory),
  config: lifted.copyWith(timeout: const Duration(milliseconds: 10000)),
);

/// An attack that ends at the limit of memory, under another configuration.
Attack _largeMemory(String name, String script) => Attack(
  name,
  script,
  limit(RhaiLimit.memory),
  config: lifted.copyWith(
    maxMemory: 32 * 1024 * 1024,
    timeout: const Duration(milliseconds: 10000),
  ),
);

/// An attack that ends at the limit of a size.
Attack _size(String name, RhaiLimit size, String script) =>
    Attack(name, script, limit(size), config: small);

/// The attacks.
final bombs = [
  _memory('a text that doubles', 'let s = "x"; loop { s += s; }'),
  _memory(
    'a text that grows by one',
    'let s = ""; s.pad(4000000, "x"); loop { s += s + "y"; }',
  ),
  _memory('an array that doubles', 'let a = [1]; loop { a += a; }'),
  _memory('an array that grows by one', 'let a = []; loop { a.push(1); }'),
  _memory(
    'an array of texts',
    'let a = []; loop { a.push("a text of some length " + a.len()); }',
  ),
  _memory(
    'an array of arrays',
    'let a = []; a.pad(1000, 1); let b = []; loop { b.push(a + [1]); }',
  ),
  _memory('a blob that doubles', 'let b = blob(1000, 7); loop { b += b; }'),
  _memory('one giant blob', 'blob(9000000000)'),
  _memory('the largest blob', 'blob(9223372036854775807)'),
  _memory('blobs in an array', 'let a = []; loop { a.push(blob(100000)); }'),
  _memory(
    'a map with ever more entries',
    r'let m = #{}; let i = 0; loop { m[`k${i}`] = m.len(); i += 1; }',
  ),
  _memory(
    'a map of large maps',
    r'let m = #{}; for i in 0..100 { m[`k${i}`] = i; } let a = []; loop { a.push(m + #{x: 1}); }',
  ),
  _memory(
    'closures that each capture a text',
    r'let a = []; let s = ""; s.pad(10000, "x"); loop { let t = s + a.len(); a.push(|| t); }',
  ),
  _memory(
    'curried arguments',
    'let f = |a| a; let a = []; loop { a.push(f.curry(a.len()).curry("a text of its own")); }',
  ),
  _memory(
    'a curried array',
    'let a = []; a.pad(10000, 1); let f = |x| x; let c = []; loop { c.push(f.curry(a)); }',
  ),
  _memory('pad of a text', 'let s = ""; s.pad(1000000000, "x");'),
  _memory(
    'pad of a text by a text',
    'let s = ""; s.pad(100000000, "abcdefgh");',
  ),
  _memory('pad of an array', 'let a = []; a.pad(1000000000, 1);'),
  _memory('pad of an array by texts', 'let a = []; a.pad(100000000, "text");'),
  _memory(
    'pad of an array by arrays',
    'let a = [1, 2]; let b = []; b.pad(100000000, a);',
  ),
  _memory('pad of a blob', 'let b = blob(); b.pad(100000000000, 1);'),
  _memory(
    'pad by the largest number',
    'let a = []; a.pad(9223372036854775807, 1);',
  ),
  _memory(
    'replace that makes texts long',
    'let s = ""; s.pad(100000, "x"); loop { s.replace("x", "xxxxxxxxxx"); }',
  ),
  _memory(
    'replace of nothing by much',
    'let s = ""; s.pad(10000, "x"); let t = ""; t.pad(10000, "y"); s.replace("", t);',
  ),
  _memory('texts in a text', r'let s = "x"; loop { s = `${s}${s}`; }'),
  _memory(
    'splitting',
    'let s = ""; s.pad(1000000, ","); let a = []; loop { a.push(s.split(",")); }',
  ),
  _memory(
    'the characters of a text',
    'let s = ""; s.pad(2000000, "é"); let a = []; loop { a.push(s.to_chars()); }',
  ),
  _memory(
    'the bytes of a text',
    'let s = ""; s.pad(2000000, "x"); let a = []; loop { a.push(s.to_blob()); }',
  ),
  _memory(
    'to_string of an array',
    'let a = []; a.pad(100000, "abcdefghij"); let b = []; loop { b.push(a.to_string()); }',
  ),
  _memory(
    'to_json',
    'let a = []; a.pad(100000, "abcdefghij"); let m = #{a: a}; let b = []; loop { b.push(m.to_json()); }',
  ),
  _memory(
    'to_json of controls',
    r'let s = ""; s.pad(2000000, "\x01"); #{a: s}.to_json()',
  ),
  _memory(
    'parse_json',
    r'''let s = "0"; for i in 0..17 { s += "," + s; } let m = parse_json(`{"a":[${s}]}`); let a = []; loop { a.push(parse_json(`{"a":[${s}]}`)); }''',
  ),
  _memory(
    'keys',
    r'let m = #{}; for i in 0..10000 { m[`key number ${i}`] = i; } let a = []; loop { a.push(m.keys()); }',
  ),
  _memory(
    'values',
    r'let m = #{}; for i in 0..10000 { m[`${i}`] = "text" + i; } let a = []; loop { a.push(m.values()); }',
  ),
  _memory('append', 'let a = [1, 2, 3]; loop { a.append(a); }'),
  _memory(
    'insert',
    'let a = []; loop { a.insert(a.len(), [1, 2, 3, 4, 5, 6, 7, 8]); }',
  ),
  _memory('splice', 'let a = [1, 2]; loop { a.splice(0, 0, a); }'),
  _memory(
    'extract',
    'let a = []; a.pad(100000, 1); let b = []; loop { b.push(a.extract(0, 99999)); }',
  ),
  _memory(
    'chop',
    'let a = []; a.pad(100000, 1); let b = []; loop { let c = a; c.chop(99999); b.push(c); }',
  ),
  _memory(
    'map that makes larger elements',
    'let a = [[1]]; loop { a = a.map(|x| x + x + x); a += a; }',
  ),
  _memory(
    'zip',
    'let a = []; a.pad(100000, 1); loop { a = a.zip(a, |x, y| [x, y, x]); }',
  ),
  _memory('an array of ranges', 'let a = []; loop { a.push(0..a.len()); }'),
  _memory(
    'variables without end',
    'fn f(n) { let a = []; a.pad(100000, n); if n > 0 { f(n - 1); } a.len() } f(90)',
  ),
  _memory(
    'texts of numbers',
    'let a = []; let i = 0; loop { i += 1; a.push(i.to_string() + "/" + i.to_hex()); }',
  ),
  _memory('timestamps', 'let a = []; loop { a.push(timestamp()); }'),
  _memory(
    'errors that are kept',
    'let a = []; loop { try { [][1]; } catch (e) { a.push(e); } }',
  ),
  _memory(
    'errors of Dart that are kept',
    'let a = []; let s = ""; s.pad(10000, "x"); loop { try { fail_with(s); } catch (e) { a.push(e); } }',
  ),
  _memory(
    'a fork of every element',
    'let a = [1]; loop { let b = []; for x in a { b.push(x); b.push(x); } a = b; }',
  ),
  _memory(
    'powers of arrays',
    'let a = []; a.pad(300, 1); let b = []; for x in a { for y in a { b.push(a); } }',
  ),
  _largeMemory(
    'an array that grows where memory is moved',
    'let a = []; for i in 0..100000000 { a.push(i); }',
  ),
  _largeMemory(
    'a text that grows where memory is moved',
    'let s = "0123456789"; loop { s += s; }',
  ),
  _largeMemory(
    'two arrays in turns',
    'let a = []; let b = []; loop { a.push(1); b.push("x"); }',
  ),
  _size(
    'a text above its size',
    RhaiLimit.stringLength,
    'let s = "y"; loop { s += s; }',
  ),
  _size(
    'a text in a text above its size',
    RhaiLimit.stringLength,
    r'let s = "abc"; loop { s = `<${s}>`; }',
  ),
  _size(
    'pad above the size',
    RhaiLimit.stringLength,
    'let s = "x"; s.pad(1000000000000, "y"); s',
  ),
  _size(
    'replace above the size',
    RhaiLimit.stringLength,
    'let s = ""; s.pad(9999, "x"); s.replace("x", "yy"); s',
  ),
  _size(
    'texts in an array above its size',
    RhaiLimit.arraySize,
    'let s = ""; s.pad(900, "x"); let a = []; loop { a.push(s); }',
  ),
  _size(
    'texts in a map above its size',
    RhaiLimit.mapSize,
    r'let s = ""; s.pad(900, "x"); let m = #{}; for i in 0..1000 { m[`k${i}`] = s; }',
  ),
  _size(
    'to_json above the size',
    RhaiLimit.stringLength,
    'let a = []; a.pad(900, "0123456789"); #{a: a.map(|x| x + 1).len(), b: a, c: a}.to_json()',
  ),
  _size(
    'an array above its size',
    RhaiLimit.arraySize,
    'let a = []; loop { a.push(2); }',
  ),
  _size(
    'an array of arrays above its size',
    RhaiLimit.arraySize,
    'let a = []; a.pad(100, 1); let b = []; loop { b.push(a); }',
  ),
  _size(
    '+= above the size of arrays',
    RhaiLimit.arraySize,
    'let a = [2]; loop { a += a; }',
  ),
  _size(
    '+ above the size of arrays',
    RhaiLimit.arraySize,
    'let a = [1]; loop { a = a + a; }',
  ),
  _size(
    'insert above the size of arrays',
    RhaiLimit.arraySize,
    'let a = []; loop { a.insert(0, 1); }',
  ),
  _size(
    'an array literal above the size',
    RhaiLimit.arraySize,
    'let x = 1; [${'x, ' * 1001}]',
  ),
  _size(
    'pad above the size of arrays',
    RhaiLimit.arraySize,
    'let a = []; a.pad(1000000000000, 1);',
  ),
  _size(
    'split above the size of arrays',
    RhaiLimit.arraySize,
    'let s = ""; s.pad(5000, ","); s.split(",")',
  ),
  _size(
    'characters above the size of arrays',
    RhaiLimit.arraySize,
    'let s = ""; s.pad(5000, "x"); s.to_chars()',
  ),
  _size('a blob above its size', RhaiLimit.arraySize, 'blob(1001)'),
  _size(
    'a blob that grows above its size',
    RhaiLimit.arraySize,
    'let b = blob(10); loop { b += b; }',
  ),
  _size(
    'a map above its size',
    RhaiLimit.mapSize,
    r'let m = #{}; let i = 0; loop { m[`key${i}`] = m.len(); i += 1; }',
  ),
  _size(
    'maps of maps',
    RhaiLimit.memory,
    'let m = #{a: 1, b: 2, c: 3}; loop { m = #{a: m, b: m}; }',
  ),
  _size(
    'mixin above the size of maps',
    RhaiLimit.mapSize,
    r'let m = #{}; for i in 0..300 { m[`a${i}`] = i; } let n = #{}; for i in 0..300 { n[`b${i}`] = i; } m.mixin(n); m',
  ),
  _size(
    '+ above the size of maps',
    RhaiLimit.mapSize,
    r'let m = #{}; for i in 0..300 { m[`a${i}`] = i; } let n = #{}; for i in 0..300 { n[`b${i}`] = i; } m + n',
  ),
  Attack(
    'pad by so many arrays that their number overflows',
    'let a = []; a.pad(4611686018427387904, [1, 2, 3]);',
    anyOfLimits([RhaiLimit.memory, RhaiLimit.arraySize]),
    config: tight,
  ),
];
