/// Numbers at their edges.
library;

import 'package:rhai_dart/rhai_dart.dart';

import 'attack.dart';

Attack _arithmetic(String name, String script) =>
    Attack(name, script, fails(RhaiRuntimeErrorKind.arithmetic), config: tight);

Attack _bounds(String name, String script) => Attack(
  name,
  script,
  fails(RhaiRuntimeErrorKind.indexOutOfBounds),
  config: tight,
);

const _max = '9223372036854775807';
const _min = '(-$_max - 1)';

/// The attacks.
final numbers = [
  _arithmetic('more than the largest', 'let x = $_max; x + 1'),
  _arithmetic('less than the smallest', 'let x = $_min; x - 1'),
  _arithmetic('the largest times two', 'let x = $_max; x * 2'),
  _arithmetic('+= above the largest', 'let x = $_max; x += 1;'),
  _arithmetic('the smallest negated', 'let x = $_min; -x'),
  _arithmetic('the smallest by -1', 'let x = $_min; x / -1'),
  _arithmetic('the rest of the smallest by -1', 'let x = $_min; x % -1'),
  _arithmetic('abs of the smallest', 'let x = $_min; x.abs()'),
  _arithmetic('by zero', 'let x = 0; 1 / x'),
  _arithmetic('the rest by zero', 'let x = 0; 1 % x'),
  _arithmetic('/= by zero', 'let x = 1; x /= 0;'),
  _arithmetic('a huge power', '10 ** 100'),
  _arithmetic('a power of the largest', 'let x = $_max; x ** $_max'),
  _arithmetic('a negative power', '2 ** -1'),
  _arithmetic('a step of zero', 'for i in range(0, 10, 0) { }'),
  _arithmetic('a float too large for an int', '1e300.to_int()'),
  _arithmetic(
    'a sum that is too large',
    'let s = 0; for i in 0..100 { s += $_max / 10; } s',
  ),
  _arithmetic(
    'factorials',
    'fn f(n) { if n < 2 { 1 } else { n * f(n - 1) } } f(50)',
  ),
  _bounds('an index beyond', '[1, 2, 3][3]'),
  _bounds('an index far beyond', 'let a = [1]; a[$_max]'),
  _bounds('an index far before', 'let a = [1]; a[$_min]'),
  _bounds('an index of nothing', '[][0]'),
  _bounds('an index of a text', '"abc"[3]'),
  _bounds('an index far before a text', 'let s = "abc"; s[$_min]'),
  _bounds('a bit beyond', '1[64]'),
  _bounds('a bit far before', 'let x = 1; x[$_min]'),
  _bounds('bits beyond', 'let x = 1; x.get_bit(100)'),
  _bounds('a byte beyond', 'blob(3)[3]'),
  Attack(
    'a shift too far',
    'let x = 1; x << 64; 1 / 0',
    fails(RhaiRuntimeErrorKind.arithmetic),
    config: tight,
  ),
  Attack(
    'a shift by the smallest',
    'let x = 1; [x << $_min, x >> $_min, x << $_max, x >> $_max]; 1 % 0',
    fails(RhaiRuntimeErrorKind.arithmetic),
    config: tight,
  ),
  Attack(
    'pads by less than nothing',
    'let a = [1]; a.pad(-5, 1); let s = "x"; s.pad($_min, "y"); let b = blob(1); b.pad(-1, 1); throw [a, s, b];',
    fails(RhaiRuntimeErrorKind.thrown),
    config: tight,
  ),
  Attack(
    'parts at the edges',
    'let s = "héllo"; let a = [1, 2, 3]; for i in [$_min, -1, 0, 3, $_max] { for j in [$_min, -1, 0, 3, $_max] { s.sub_string(i, j); a.extract(i, j); let b = a; b.splice(i, j, [9]); b.chop(i); b.truncate(j); let t = s; t.crop(i, j); t.truncate(i); } } throw "end";',
    fails(RhaiRuntimeErrorKind.thrown),
    config: tight,
  ),
  Attack(
    'bytes at the edges',
    'let b = blob(9); for i in [$_min, -1, 0, 3, $_max] { for j in [$_min, -1, 0, 3, $_max] { b.parse_le_int(i, j); b.parse_be_float(i, j); b.write_le(i, j, 7); b.write_utf8(i, j, "é"); b.extract(i, j); } } throw "end";',
    fails(RhaiRuntimeErrorKind.thrown),
    config: tight,
  ),
  Attack(
    'ranges at the edges',
    'for r in [$_min..$_max, $_max..$_min, 0..0, $_max..=$_max] { r.start; r.end; r.is_empty(); r.contains(1); 5 in r; } throw "end";',
    fails(RhaiRuntimeErrorKind.thrown),
    config: tight,
  ),
  Attack(
    'a range to the last number',
    'for i in $_min..=$_max { let x = i; }',
    limit(RhaiLimit.operations),
    config: tight,
  ),
  Attack(
    'a range of floats with no step',
    'for i in range(0.0, 1.0, 0.0) { }',
    fails(RhaiRuntimeErrorKind.arithmetic),
    config: tight,
  ),
  Attack(
    'a range of floats with a tiny step',
    'for i in range(0.0, 1.0, 1e-300) { }',
    limit(RhaiLimit.operations),
    config: tight,
  ),
  Attack(
    'a range of floats without end',
    'for i in range(0.0, 1.0 / 0.0, 1.0) { }',
    limit(RhaiLimit.operations),
    config: tight,
  ),
  Attack(
    'a large step',
    'for i in range(0, $_max, $_max - 1) { } for i in range($_max, $_min, $_min) { } throw "end";',
    fails(RhaiRuntimeErrorKind.thrown),
    config: tight,
  ),
  Attack(
    'numbers of texts',
    'for s in ["", "-", "99999999999999999999", "0x", "1e999"] { try { parse_int(s); } catch { } try { parse_float(s); } catch { } } parse_int("9" + "99999999999999999999")',
    fails(RhaiRuntimeErrorKind.arithmetic),
    config: tight,
  ),
  Attack(
    'a number in too many letters',
    'parse_int("zz", 99)',
    fails(RhaiRuntimeErrorKind.arithmetic),
    config: tight,
  ),
  Attack(
    'a clock in the far future',
    'let t = timestamp(); t + 1e300',
    fails(RhaiRuntimeErrorKind.arithmetic),
    config: tight,
  ),
  Attack(
    'a clock in the far past',
    'let t = timestamp(); (t - $_max).elapsed; throw 1;',
    fails(RhaiRuntimeErrorKind.thrown),
    config: tight,
  ),
  Attack(
    'a character that is none',
    '1114112.to_char()',
    fails(RhaiRuntimeErrorKind.functionNotFound),
    config: tight,
  ),
];
