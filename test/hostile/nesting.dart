/// Source with nesting and chains that strain the parser.
library;

import 'package:rhai_dart/rhai_dart.dart';

import 'attack.dart';

/// An attack that ends at the limit of nested expressions.
Attack _deep(String name, String script) =>
    Attack(name, script, limit(RhaiLimit.expressionDepth), config: tight);

String _nested(String open, String inner, String close, [int levels = 5000]) =>
    '${open * levels}$inner${close * levels}';

/// The attacks.
final nesting = [
  _deep('parentheses', _nested('(', '1', ')')),
  _deep('parentheses that never close', '(' * 100000),
  _deep('arrays', _nested('[', '', ']')),
  _deep('maps', _nested('#{a:', '1', '}')),
  _deep('blocks', _nested('{', '1', '}')),
  _deep('blocks that never close', '{' * 100000),
  _deep('negations', '${'- ' * 5000}1'),
  _deep('nots', '${'!' * 5000}true'),
  _deep('pluses', '${'+ ' * 5000}1'),
  _deep('closures', '${'|x| ' * 5000}1'),
  _deep('closures without parameters', '${'|| ' * 5000}1'),
  _deep('texts in texts', _nested(r'`${', '1', '}`')),
  _deep('if', _nested('if true { ', '1', ' }')),
  _deep(
    'if in a condition',
    _nested('if ', 'true', ' { true } else { false }'),
  ),
  _deep('else if', '${'if false { 1 } else ' * 5000}{ 2 }'),
  _deep('while', _nested('while true { ', 'break;', ' }')),
  _deep('for', _nested('for i in 0..1 { ', '', ' }')),
  _deep('loop', _nested('loop { ', 'break;', ' }')),
  _deep('do', _nested('do { ', '', ' } while false')),
  _deep('try', _nested('try { ', '', ' } catch { }')),
  _deep('switch', _nested('switch 1 { 1 => ', '1', ', _ => 2 }')),
  _deep('calls', _nested('add(1, ', '1', ')')),
  _deep('indexing in indexing', 'let a = [0]; ${_nested('a[', '0', ']')}'),
  _deep('a chain of +', List.filled(5000, '1').join(' + ')),
  _deep(
    'a chain of variables and *',
    'let x = 1; ${List.filled(5000, 'x').join(' * ')}',
  ),
  _deep('a chain of **', List.filled(5000, '1').join(' ** ')),
  _deep('a chain of &&', List.filled(5000, 'true').join(' && ')),
  _deep('a chain of ||', List.filled(5000, 'false').join(' || ')),
  _deep('a chain of ??', List.filled(5000, '()').join(' ?? ')),
  _deep('a chain of comparisons', List.filled(5000, '1').join(' == ')),
  _deep('a chain of in', '1${' in [1]' * 5000}'),
  _deep('a chain of properties', 'let a = #{}; a${'.b' * 5000}'),
  _deep('a chain of methods', '1${'.to_string()' * 5000}'),
  _deep('a chain of ?.', 'let a = #{}; a${'?.b' * 5000}'),
  _deep('a chain of indexing', 'let a = [0]; a${'[0]' * 5000}'),
  _deep('mixed brackets', _nested('([#{a: ', '1', '}])')),
  _deep('throw in throw', '${'throw { ' * 5000}1'),
  Attack(
    'functions in functions',
    _nested('fn f() { ', '1', ' }'),
    doesNotParse,
    config: tight,
  ),
  Attack(
    'comments in comments, and an error',
    '${_nested('/*', ' ', '*/', 50000)} )',
    doesNotParse,
    config: tight,
  ),
  Attack(
    'namespaces',
    '${'a::' * 5000}b',
    fails(RhaiRuntimeErrorKind.moduleNotFound),
    config: tight,
  ),
  Attack('closing brackets', ')' * 100000, doesNotParse, config: tight),
  Attack(
    'the deepest expression in a closure of a closure',
    _nested('[1].map(|x| ', 'x', ')', 200),
    limit(RhaiLimit.expressionDepth),
    config: tight.copyWith(maxExpressionDepth: 0),
  ),
  Attack(
    'eval of nested source',
    'let s = "("; s.pad(100000, "("); eval(s)',
    limit(RhaiLimit.expressionDepth),
    config: tight.copyWith(allowEval: true),
  ),
  Attack(
    'parse_json of nested text',
    'let s = ""; s.pad(100000, "["); parse_json("{\\"a\\":" + s)',
    fails(RhaiRuntimeErrorKind.thrown),
    config: tight,
  ),
];
