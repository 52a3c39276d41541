/// Floods of output.
library;

import 'package:rhai_dart/rhai_dart.dart';

import 'attack.dart';

Attack _flood(String name, String script) =>
    Attack(name, script, limit(RhaiLimit.outputLength), config: small);

/// The attacks.
final output = [
  _flood('print', 'loop { print("0123456789"); }'),
  _flood('debug', 'loop { debug("0123456789"); }'),
  _flood(
    'print and debug in turns',
    'loop { print(12345678); debug(87654321); }',
  ),
  _flood('one giant print', 'let s = ""; s.pad(9999, "x"); print(s);'),
  _flood('one giant debug', 'let s = ""; s.pad(9000, "x"); debug(s);'),
  _flood('print of an array', 'let a = []; a.pad(999, 1234567); print(a);'),
  _flood(
    'print of a map',
    r'let m = #{}; for i in 0..400 { m[`k${i}`] = i; } print(m);',
  ),
  _flood('debug of a blob', 'debug(blob(999, 7));'),
  _flood(
    'print in map',
    'let a = []; a.pad(900, "some text"); a.map(|x| print(x))',
  ),
  _flood(
    'print in a comparator',
    'let a = []; a.pad(900, 1); a.sort(|x, y| { print("a comparison"); 1 })',
  ),
  _flood(
    'print in a function that recurses',
    'fn f() { print("a text of some bytes, again and again and again"); f() } f()',
  ),
  _flood(
    'print through a pointer',
    'let p = |x| print(x); loop { p.call("0123456789"); }',
  ),
  _flood('print of closures', 'loop { print(|| 1); }'),
  _flood('print of long characters', 'loop { print("👍👍"); }'),
  _flood(
    'print after waits',
    'loop { later(1); print("0123456789 0123456789 0123456789 0123456789"); }',
  ),
  Attack(
    'print of nothing',
    'loop { print(""); }',
    limit(RhaiLimit.operations),
    config: small,
  ),
  Attack(
    'print without counting',
    'loop { print("9876543210"); }',
    ranTooLong,
    config: lifted.copyWith(timeout: const Duration(milliseconds: 300)),
  ),
  Attack(
    'print of what is too large to print',
    'let a = []; a.pad(1000, "0123456789"); let b = [a, a]; print(b); loop { print(b); }',
    limit(RhaiLimit.outputLength),
    config: tight.copyWith(maxOutputLength: 100000),
  ),
  Attack(
    'print of what takes much memory as text',
    'let a = []; a.pad(400000, 1234567890123456789); print(a);',
    anyOfLimits([RhaiLimit.memory, RhaiLimit.outputLength]),
    config: lifted.copyWith(maxOutputLength: 1000),
  ),
];
