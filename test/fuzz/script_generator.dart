/// Random scripts.
library;

import 'dart:math';

import 'surroundings.dart' show modulePaths;
import 'vocabulary.dart' as vocabulary;

/// Makes scripts out of random pieces of the language.
final class ScriptGenerator {
  /// Makes one that takes its decisions from [_random], and scripts to change from
  /// [corpus].
  ScriptGenerator(this._random, {this.corpus = vocabulary.samples});

  final Random _random;

  /// Scripts that [mutation] changes.
  final List<String> corpus;

  T _pick<T>(List<T> list) => list[_random.nextInt(list.length)];

  bool _oneIn(int n) => _random.nextInt(n) == 0;

  /// A script of any kind.
  String any() => switch (_random.nextInt(10)) {
    0 => tokens(),
    1 || 2 || 3 => mutation(),
    _ => program(),
  };

  /// Tokens in any order.
  String tokens() => List.generate(
    1 + _random.nextInt(30),
    (_) => _pick(vocabulary.tokens),
  ).join(' ');

  /// A program that mostly parses.
  String program() {
    final functions = [
      'fn f(x) { ${_block(3)} }',
      if (_oneIn(2)) 'fn g(x, y) { ${_block(2)} }',
      if (_oneIn(4)) 'fn f() { ${_block(2)} }',
    ];
    return '${functions.join(' ')} let x = 1; let y = [1, 2, 3]; '
        'let m = #{a: 1}; let s = "abc"; let b = blob(4); ${_steps()}';
  }

  /// Statements of which most do not end the script when they fail.
  String _steps() => List.generate(1 + _random.nextInt(8), (_) {
    final statement = _statement(3);
    return _oneIn(5) ? statement : 'try { $statement } catch { }';
  }).join(' ');

  /// A script of the [corpus] or a random one with some tokens changed.
  String mutation() {
    final script = _oneIn(4) ? program() : _pick(corpus);
    final parts = _token.allMatches(script).map((m) => m[0]!).toList();
    for (var i = 1 + _random.nextInt(3); i > 0 && parts.isNotEmpty; i--) {
      _mutate(parts);
    }
    return parts.join();
  }

  /// A token with the space behind it.
  static final _token = RegExp(
    r'(?:"(?:[^"\\]|\\.)*"|[A-Za-z_]\w*|\d+(?:\.\d+)?|#\{|'
    r'[=<>!&|*+\-.?:%^/]+|\S)\s*',
    unicode: true,
  );

  void _mutate(List<String> parts) {
    final i = _random.nextInt(parts.length);
    final j = _random.nextInt(parts.length);
    switch (_random.nextInt(9)) {
      case 0:
        parts.removeAt(i);
      case 1:
        parts.insert(i, '${parts[j]} ');
      case 2:
        final part = parts[i];
        parts[i] = '${parts[j]} ';
        parts[j] = '$part ';
      case 3:
        parts.insert(i, '${_pick(vocabulary.tokens)} ');
      case 4:
        parts[i] = '${_pick(vocabulary.tokens)} ';
      case 5:
        // A piece again, or many times.
        final piece = parts.sublist(min(i, j), max(i, j) + 1).take(20).toList();
        final times = _oneIn(5) ? 50 : 1;
        parts.insertAll(i, [for (var n = 0; n < times; n++) ...piece]);
      case _:
        parts[i] = '${_like(parts[i])} ';
    }
  }

  /// Something of the kind of a token.
  String _like(String token) => switch (token.codeUnitAt(0)) {
    >= 0x30 && <= 0x39 || 0x22 || 0x27 => _expression(_random.nextInt(2)),
    >= 0x61 && <= 0x7a => _pick([
      token,
      _name(),
      _expression(1),
      _pick(vocabulary.functions),
    ]),
    0x28 || 0x29 || 0x5b || 0x5d || 0x7b || 0x7d || 0x3b => token,
    _ => _pick(vocabulary.operators),
  };

  /// Number of loops around the statement.
  var _loops = 0;

  String _block(int depth) =>
      List.generate(_random.nextInt(5), (_) => _statement(depth)).join(' ');

  String _inner(int depth) => depth > 0 ? _block(depth - 1) : '';

  String _statement(int depth) {
    String block() => '{ ${_inner(depth)} }';
    String loop() {
      _loops++;
      final body = block();
      _loops--;
      return body;
    }

    final e = _expression(depth);
    return switch (_random.nextInt(20)) {
      0 => 'let ${_name()} = $e;',
      1 => 'const ${_name().toUpperCase()} = $e;',
      2 || 3 => '${_place(depth)} ${_pick(vocabulary.assignments)} $e;',
      4 => 'if ${_condition(depth)} ${block()} else ${block()}',
      5 => 'while ${_condition(depth)} ${loop()}',
      6 => 'for i in ${_items(depth)} ${loop()}',
      7 => 'for (i, n) in ${_items(depth)} ${loop()}',
      8 => 'loop { ${loop()} ${_oneIn(3) ? '' : 'break;'} }',
      9 => 'do ${loop()} ${_pick(['while', 'until'])} ${_condition(depth)};',
      10 || 11 => 'try ${block()} catch (e) ${block()}',
      12 => 'throw $e;',
      13 => 'return $e;',
      14 => _switch(depth),
      15 when _loops > 0 => _pick(['break;', 'continue;', 'break $e;']),
      15 => '${_pick(['print', 'debug'])}($e);',
      16 => '${_name()}.${_method(depth)};',
      17 => block(),
      18 =>
        'import "${_pick(modulePaths)}" as ${_pick(const ['a', 'f', 'x'])};',
      _ => '$e;',
    };
  }

  /// An expression that the parser takes for a boolean.
  String _condition(int depth) {
    if (depth <= 0) return _pick(const ['true', 'false', 'x', 'm', 'v']);
    String e() => _expression(depth - 1);
    String c() => _condition(depth - 1);
    return switch (_random.nextInt(6)) {
      0 => '(${c()} ${_pick(const ['&&', '||'])} ${c()})',
      1 => '!${c()}',
      2 => _method(depth),
      3 => _condition(0),
      _ => '(${e()} ${_pick(vocabulary.comparisons)} ${e()})',
    };
  }

  /// An expression that the parser lets a loop go over.
  String _items(int depth) => switch (_random.nextInt(7)) {
    0 => '0..${_pick(const ['3', '100', 'x', '9223372036854775807'])}',
    1 => 'range(${_expression(0)}, ${_expression(0)}, ${_expression(0)})',
    2 => '[${_arguments(depth - 1)}]',
    3 => '(${_name()}.${_method(depth)})',
    4 => _method(depth),
    _ => _name(),
  };

  String _name() => _pick(const ['x', 'y', 'z', 'm', 's', 'b', 'v']);

  /// An expression that can be assigned to.
  String _place(int depth) => switch (_random.nextInt(4)) {
    0 => '${_name()}[${_expression(min(depth, 1))}]',
    1 => '${_name()}.${_pick(const ['a', 'b', 'c', 'len', 'name'])}',
    _ => _name(),
  };

  String _switch(int depth) {
    String value() => _pick(const ['1', '"s"', '0..5', "'c' | 2", '()', '1.5']);
    final guard = _oneIn(3) ? ' if ${_condition(1)}' : '';
    return 'switch ${_expression(depth)} { ${value()}$guard => '
        '{ ${_inner(depth)} }, _ => ${_expression(0)} }';
  }

  String _arguments(int depth) =>
      List.generate(_random.nextInt(4), (_) => _expression(depth)).join(', ');

  String _method(int depth) =>
      '${_pick(vocabulary.functions)}(${_arguments(max(depth - 1, 0))})';

  String _expression(int depth) {
    if (depth <= 0) return _pick(vocabulary.values);
    String e() => _expression(depth - 1);
    return switch (_random.nextInt(23)) {
      0 || 1 => _expression(0),
      2 || 3 => '(${e()} ${_pick(vocabulary.operators)} ${e()})',
      4 => '[${_arguments(depth - 1)}]',
      5 => '#{a: ${e()}, "b c": ${e()}}',
      6 => '`${'\${${e()}}'}-${'\${${e()}}'}`',
      7 || 8 => _method(depth),
      9 || 10 || 11 => '(${e()}).${_method(depth)}',
      12 => '${_name()}?.${_method(depth)}',
      13 => '${_name()}[${e()}]',
      14 => '(if ${_condition(depth - 1)} { ${e()} } else { ${e()} })',
      15 => '(|z| ${e()})',
      16 => _closure(depth),
      17 => _oneIn(2) ? '(-(${e()}))' : _condition(depth),
      18 => '(${e()}).${_pick(_properties)}',
      19 => 'parallel([(|| ${e()}), ${_closure(depth)}])',
      20 =>
        'parallel(${e()}, ${_closure(depth)}, ${_pick(const ['1', '2', 'x'])})',
      21 => '${_pick(const ['lib::two', 'lib::slow', 'a::f'])}(${e()})',
      _ => _oneIn(4) ? 'eval(${e()})' : _place(depth),
    };
  }

  static const _properties = [
    ...['a', 'len', 'bytes', 'start', 'bits'],
    ...['id', 'name', 'slow', 'nothing'],
  ];

  String _closure(int depth) {
    // It is in no loop.
    final loops = _loops;
    _loops = 0;
    final closure =
        '(|a, z| { ${_inner(depth - 1)} ${_expression(depth - 1)} })';
    _loops = loops;
    return closure;
  }
}
