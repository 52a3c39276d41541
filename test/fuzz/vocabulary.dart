/// The pieces of random scripts.
library;

/// Tokens of Rhai, and some that are none.
final tokens = [
  ..._words.split(' '),
  ..._symbols.split(' '),
  ...values,
  ...['"', '`', "'", '\n', '//', '/*', '*/', '@', r'$', r'\', r'`a ${x} b`'],
  ...['.len()', '.push(1)', '.map(|x| x)', '.call()', 'Fn("f")', 'f(x)', '()'],
];

const _words =
    'let const fn if else while loop for in do until switch _ return throw try '
    'catch break continue this true false private import export as global eval '
    'print debug type_of is_shared curry call Fn is_def_var is_def_fn x y v f e i '
    'id add fail later parallel Row lib a this default case match async await new use goto exit shared is';

const _symbols =
    '{ } ( ) [ ] #{ , ; : :: . ?. ?[ ?? | || && & ^ ! ~ = == != < > <= >= => -> + '
    '- * / % ** << >> += -= *= /= %= **= <<= >>= &= |= ^= ..= .. ... # ++ -- === :=';

/// Expressions without parts.
const values = [
  ...['x', 'y', 'v', 'm', 's', 'b', 'z'],
  ...['0', '1', '2', '-1', '7', '63', '64', '1000', '100000'],
  ...['9223372036854775807', '(-9223372036854775807 - 1)', '0xff', '0b101'],
  ...['0.0', '1.5', '-2.5e300', '1e-300', '(0.0 / 0.0)', '(1.0 / 0.0)'],
  ...[
    '""',
    '"s"',
    '"a,b,c"',
    '"é👍"',
    '"eval"',
    '"add"',
    '"f"',
    '"{\\"a\\":[1]}"',
  ],
  ...["'c'", "'👍'", 'true', 'false', '()', '[]', '#{}', '[1, 2, 3]'],
  ...['#{a: 1, b: "x"}', '0..3', '0..=5', '5..0', '0..9223372036854775807'],
  ...['Row(1)', 'Row(x)', 'lib::ONE', 'lib::LIST', 'a::X', 'Fn("lib::two")'],
  ...['blob(3)', 'blob(10, 65)', 'timestamp()', 'Fn("f")', 'Fn("id")'],
  ...[
    '(|q| q)',
    '(|q| q + x)',
    '(|a, b| a == b)',
    '(|a, b| b - a)',
    '(|| x)',
    '(|| this)',
  ],
];

/// Operators between two expressions of any type.
final operators = '+ - * / % ** == != < > ?? & | ^ << >> in !in'.split(' ');

/// Operators whose result is a boolean.
final comparisons = '== != < > <= >= in !in'.split(' ');

/// Operators of assignments.
final assignments = '= += -= *= /= %= **= <<= >>= &= |= ^='.split(' ');

/// Names of functions that values of any type are called with.
final functions = [
  ..._ofArrays.split(' '),
  ..._ofTexts.split(' '),
  ..._ofBytes.split(' '),
  ..._ofNumbers.split(' '),
  ..._ofDart.split(' '),
];

const _ofArrays =
    'len clear push append insert pad pop shift remove reverse truncate chop drain '
    'extract splice split map filter reduce reduce_rev some all any find find_map '
    'index_of contains sort sort_desc order order_desc order_by dedup for_each zip '
    'retain get set keys values mixin fill_with is_empty to_json iter range is_shared';

const _ofTexts =
    'to_string to_debug to_chars to_blob bytes chars sub_string crop trim replace '
    'split_rev to_upper to_lower make_upper starts_with ends_with parse_json '
    'parse_int parse_float type_of call curry name is_anonymous';

const _ofBytes =
    'parse_le_int parse_be_int parse_le_float write_le write_be write_utf8 '
    'write_ascii as_string blob bits get_bit set_bit get_bits set_bits';

const _ofNumbers =
    'abs sign is_zero is_odd min max sqrt floor round to_int to_float to_decimal '
    'to_hex to_binary to_octal start end is_inclusive is_exclusive elapsed '
    'PI exp ln log sin atan hypot is_nan';

const _ofDart =
    'id add fail fail_with later later_fail sleep run run_later keep f g parallel '
    'Row call_with slow';

/// Scripts that random changes are made to, beside the hostile ones.
const samples = [
  'fn f(n) { if n < 2 { n } else { f(n - 1) + f(n - 2) } } f(10)',
  'let a = [3, 1, 2]; a.sort(|x, y| x - y); a.map(|x| x * 2).filter(|x| x > 2)',
  r'let m = #{a: 1, b: [2]}; for k in m.keys() { m[k] = `${k}!`; } m',
  'let r = ""; for (c, i) in "héllo" { r += c; if i > 2 { break; } } r',
  'switch x { 1 | 2 => "few", 3..10 => "more", _ if y > 2 => "y", _ => "many" }',
  'try { throw #{code: 1, message: "m"}; } catch (e) { e.code + later(1) }',
  'let n = 0; let inc = |d| { n += d; n }; inc.call(1); inc.call(2); n',
  'let b = blob(8); b.write_le(0, 4, 77); b.parse_le_int(0, 4)',
  'let f = Fn("add"); f.curry(1).call(2) + call(f, 3, 4)',
  'const C = 5; let t = if C > 3 { "a" } else { "b" }; t.pad(9, t); t.split(",")',
  'let o = #{n: 1, inc: |d| this.n += d}; o.inc(4); o?.x?.y ?? o.n',
  'do { v.push(later(v.len())); } while v.len() < 6; v',
  'fn int.dbl() { this * 2 } 4.dbl()',
  'let i = 0; let r = loop { i += 1; if i == 7 { break i * 6; } }; r',
  'let [p, q] = [1, 2]; p + q',
  'run(|z| [z, z].map(|w| later(w)))',
  'let k = keep(|z| loop { z += 1; }); k.call(1)',
  '[1, 2, 3, 4].reduce(|s, e| s + e, 0) ** 2 % 7 << 1',
  'parse_json("{\\"a\\": [1, null, 2.5]}").to_json()',
  'parallel([1, 2, 3], |z| { v.push(z); [z, later(z)] }, 2)',
  'parallel([|| parallel([|| later(1), || x]), || fail(), || later_fail()])',
  'import "b" as a; let n = a::X; n += a::f(1); import "f" as f; f::f(n).id',
  'let r = Row(1); r.name = [r.slow]; for q in r { v.push(q); } r["a"] + r.name[0]',
  'lib::two(lib::LIST).map(|z| lib::slow(z)) == lib::two(lib::ONE)',
  'let a = [[1, [2]], #{b: [3]}]; a[0][1][0] += 4; a[1].b[0] -= 1; a',
];
