/// Source with too much of something.
library;

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import 'attack.dart';

Attack _limited(
  String name,
  RhaiLimit what,
  String script, [
  RhaiConfig? config,
]) => Attack(name, script, limit(what), config: config ?? small);

String _list(
  int count,
  String Function(int i) item, [
  String separator = ', ',
]) => List.generate(count, item).join(separator);

/// The attacks.
final literals = [
  _limited('a long text', RhaiLimit.stringLength, '"${'x' * 20000}"'),
  _limited(
    'a long text of escapes',
    RhaiLimit.stringLength,
    '"${r'\u00e9' * 20000}"',
  ),
  _limited(
    'a long text with back-ticks',
    RhaiLimit.stringLength,
    '`${'x' * 20000}`',
  ),
  _limited('a long raw text', RhaiLimit.stringLength, '#"${'x' * 20000}"#'),
  _limited(
    'a long text of parts',
    RhaiLimit.stringLength,
    'let s = "0123456789"; `${r'${s}' * 2000}`',
  ),
  _limited(
    'a long array',
    RhaiLimit.arraySize,
    '[${_list(2000, (i) => '$i')}]',
  ),
  _limited(
    'a long array of variables',
    RhaiLimit.arraySize,
    'let x = 1; [${_list(2000, (i) => 'x')}]',
  ),
  _limited(
    'a large map',
    RhaiLimit.mapSize,
    '#{${_list(1000, (i) => 'k$i: $i')}}',
  ),
  _limited(
    'many functions',
    RhaiLimit.functions,
    _list(30, (i) => 'fn f$i() { $i }', '\n'),
  ),
  _limited(
    'many overloads',
    RhaiLimit.functions,
    _list(30, (i) => 'fn f(${_list(i, (j) => 'p$j')}) { $i }', '\n'),
  ),
  _limited(
    'many closures',
    RhaiLimit.functions,
    '[${_list(30, (i) => '|| $i')}]',
  ),
  _limited(
    'many variables',
    RhaiLimit.variables,
    _list(60, (i) => 'let v$i = $i;', ' '),
  ),
  _limited(
    'many constants',
    RhaiLimit.variables,
    _list(60, (i) => 'const C$i = $i;', ' '),
  ),
  _limited(
    'the same variable many times',
    RhaiLimit.variables,
    'let x = 1; ' * 60,
  ),
  _limited(
    'many variables in a function',
    RhaiLimit.variables,
    'fn f() { ${_list(60, (i) => 'let v$i = $i;', ' ')} } f()',
  ),
  _limited(
    'variables of eval',
    RhaiLimit.variables,
    'eval("let x = 1;"); ' * 60,
    small.copyWith(allowEval: true),
  ),
  _limited(
    'a text of megabytes in little memory',
    RhaiLimit.memory,
    '"${'x' * 5000000}" + "y"',
    tight.copyWith(maxMemory: 4 * 1024 * 1024),
  ),
  Attack(
    'source that takes much memory',
    _list(60000, (i) => 'x$i = add($i, $i);', ' '),
    anyLimit,
    config: tight,
  ),
  Attack(
    'an array whose literal takes much memory',
    '[${_list(600000, (i) => '$i')}, x]',
    anyLimit,
    config: lifted,
  ),
  Attack(
    'a map whose literal takes much memory',
    'let m = #{${_list(100000, (i) => 'k$i: $i')}}; x',
    anyLimit,
    config: lifted,
  ),
  Attack(
    'functions that take much memory',
    _list(30000, (i) => 'fn f$i() { let a = $i; a }', ' '),
    anyLimit,
    config: lifted,
  ),
  Attack('a long number', '${'9' * 100000} )', doesNotParse, config: tight),
  Attack(
    'a long hexadecimal number',
    '0x${'f' * 100000}',
    doesNotParse,
    config: tight,
  ),
  Attack(
    'a number of many separators',
    '1${'_' * 100000}x',
    doesNotParse,
    config: tight,
  ),
  Attack(
    'a number with a long exponent',
    '1e${'9' * 1000}; )',
    doesNotParse,
    config: tight,
  ),
  Attack(
    'a long name',
    'let ${'x' * 1000000} = 1; y',
    failsFor(RhaiRuntimeErrorKind.variableNotFound, 'y'),
    config: tight,
  ),
  Attack(
    'a long name that does not exist',
    'x' * 1000000,
    fails(RhaiRuntimeErrorKind.variableNotFound),
    config: tight,
  ),
  Attack(
    'a long name of a function',
    '${'f' * 1000000}()',
    fails(RhaiRuntimeErrorKind.functionNotFound),
    config: tight,
  ),
  Attack(
    'many parameters',
    'fn f(${_list(2000, (i) => 'p$i')}) { 1 } f(1)',
    fails(RhaiRuntimeErrorKind.functionNotFound),
    config: tight,
  ),
  Attack(
    'many arguments',
    'add(${_list(5000, (i) => '$i')})',
    fails(RhaiRuntimeErrorKind.functionNotFound),
    config: tight,
  ),
  Attack(
    'many arguments of a method',
    '1.add(${_list(300, (i) => '$i')})',
    fails(RhaiRuntimeErrorKind.functionNotFound),
    config: tight,
  ),
  Attack(
    'many cases',
    'switch 1 { ${_list(20000, (i) => '$i => $i')}, 1 => 2 } )',
    doesNotParse,
    config: tight,
  ),
  Attack(
    'many empty statements',
    '${';' * 500000} )',
    doesNotParse,
    config: tight,
  ),
  Attack('many lines', '${'\n' * 2000000} )', doesNotParse, config: tight),
  Attack(
    'a text that never ends',
    '"${'x' * 1000000}',
    doesNotParse,
    config: tight,
  ),
  Attack(
    'a character of many',
    "'${'x' * 1000000}'",
    doesNotParse,
    config: tight,
  ),
  Attack(
    'a raw text of many hashes',
    '${'#' * 100000}"x"',
    doesNotParse,
    config: tight,
  ),
  Attack('zero bytes', '\u0000' * 100000, doesNotParse, config: tight),
  Attack(
    'invisible characters',
    '\u200b\u202e\ufeff' * 10000,
    doesNotParse,
    config: tight,
  ),
  Attack(
    'unpaired surrogates',
    'let s = "\ud800\udc00\ud800"; s x',
    isA<RhaiConversionError>(),
    config: tight,
  ),
];
