/// Scripts made of random pieces of the language.
library;

import 'dart:math';

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

const _scripts = 2000;

void main() {
  /// Runs random scripts: each must end with a value or a clean error.
  void run(String Function(_Generator) generate) {
    final seed = Random().nextInt(1 << 32);
    print('random scripts from seed $seed');
    final generator = _Generator(Random(seed));
    final engine = RhaiEngine.withConfig(
      RhaiConfig.custom(
        maxOperations: 2000,
        maxStackDepth: 20,
        maxStringLength: 1000,
        timeoutMs: 1000,
      ),
    );
    engine
      ..registerFunction('id', (Object? x) => x)
      ..registerFunction('add', (int a, int b) => a + b)
      ..registerFunction('fail', () => throw StateError('failed'))
      ..setVar('v', [1, 'text', null]);
    var values = 0;
    for (var i = 0; i < _scripts; i++) {
      final script = generate(generator);
      try {
        engine
          ..analyze(script)
          ..eval(script);
        values++;
      } on RhaiException {
        // As good as a value.
      } catch (error) {
        fail('$error\nseed $seed, script $i: $script');
      }
      if (i % 100 == 99) {
        expect(engine.eval('id(v).map(|x| x)'), [1, 'text', null]);
      }
    }
    printOnFailure('$values of $_scripts scripts had a value');
    engine.dispose();
  }

  test('random tokens end with a value or a clean error', () {
    run((generator) => generator.tokens());
  });

  test('random programs end with a value or a clean error', () {
    run((generator) => generator.program());
  });
}

class _Generator {
  _Generator(this._random);

  final Random _random;

  static const _tokens = [
    ...[
      'let',
      'const',
      'x',
      'y',
      'v',
      'fn',
      'f',
      'if',
      'else',
      'while',
      'loop',
    ],
    ...[
      'for',
      'in',
      'do',
      'until',
      'switch',
      '_',
      '=>',
      'return',
      'throw',
      'try',
    ],
    ...[
      'catch',
      'break',
      'continue',
      'this',
      'true',
      'false',
      '()',
      '0',
      '1',
      '-7',
    ],
    ...[
      '1.5',
      '1e3',
      '0xff',
      '"text"',
      '"é👍"',
      "'c'",
      r'`a ${x} b`',
      '`',
      '"',
      '#{',
    ],
    ...[
      '{',
      '}',
      '(',
      ')',
      '[',
      ']',
      ',',
      ';',
      ':',
      '::',
      '.',
      '?.',
      '?[',
      '??',
      '|',
    ],
    ...[
      '||',
      '&&',
      '&',
      '^',
      '!',
      '=',
      '==',
      '!=',
      '<',
      '>=',
      '+',
      '+=',
      '-',
      '*',
    ],
    ...[
      '/',
      '%',
      '**',
      '<<',
      '..',
      '..=',
      '//',
      '/*',
      '*/',
      '\n',
      'id(x)',
      'add(1, 2)',
    ],
    ...[
      'fail()',
      '.len()',
      '.push(1)',
      '.map(|x| x)',
      '.call()',
      'Fn("f")',
      'is',
    ],
    ...[
      'print',
      'type_of',
      'curry',
      'exit()',
      'blob(4)',
      'timestamp()',
      '@',
      '#',
    ],
  ];

  T _pick<T>(List<T> list) => list[_random.nextInt(list.length)];

  String tokens() =>
      List.generate(1 + _random.nextInt(30), (_) => _pick(_tokens)).join(' ');

  /// A program that mostly parses.
  String program() =>
      'fn f(x) { ${_block(3)} } let x = 1; let y = [1, 2, 3]; '
      '${_block(4)} ${_expression(4)}';

  String _block(int depth) =>
      List.generate(_random.nextInt(4), (_) => _statement(depth)).join(' ');

  String _statement(int depth) {
    String block() => '{ ${depth > 0 ? _block(depth - 1) : ''} }';
    final e = _expression(depth);
    return switch (_random.nextInt(12)) {
      0 => 'let ${_pick(['x', 'y', 'z'])} = $e;',
      1 => 'x = $e;',
      2 => 'x += $e;',
      3 => 'if $e ${block()} else ${block()}',
      4 => 'while $e ${block()}',
      5 => 'for i in $e ${block()}',
      6 => 'loop { ${depth > 0 ? _block(depth - 1) : ''} break; }',
      7 => 'try ${block()} catch (e) ${block()}',
      8 => 'throw $e;',
      9 => 'y.push($e);',
      10 => 'switch $e { 1 => ${block()}, _ => ${block()} }',
      _ => '$e;',
    };
  }

  String _expression(int depth) {
    if (depth == 0) {
      return _pick(const [
        ...[
          'x',
          'y',
          'v',
          'y[0]',
          '1',
          '-3',
          '2.5',
          '"s"',
          "'c'",
          'true',
          '()',
        ],
        ...[
          '[]',
          '#{}',
          '0..3',
          'blob(3)',
          '9223372036854775807',
          '0.0',
          '"é"',
        ],
      ]);
    }
    String e() => _expression(depth - 1);
    const operators = [
      ...['+', '-', '*', '/', '%', '**', '==', '!=', '<', '>', '&&', '||'],
      ...['??', '&', '|', '<<', 'in'],
    ];
    return switch (_random.nextInt(14)) {
      0 || 1 => _expression(0),
      2 => '(${e()} ${_pick(operators)} ${e()})',
      3 => '[${e()}, ${e()}]',
      4 => '#{a: ${e()}, b: ${e()}}',
      5 => '`${'\${${e()}}'}`',
      6 => 'id(${e()})',
      7 => 'add(${e()}, ${e()})',
      8 => 'f(${e()})',
      9 => '${e()}.map(|z| ${e()})',
      10 => '${e()}[${e()}]',
      11 => '(if ${e()} { ${e()} } else { ${e()} })',
      12 => '${e()}.${_pick(['len()', 'to_string()', 'type_of()', 'a'])}',
      _ => _pick(const ['fail()', 'y.sort(|a, b| b - a)', '|z| z + x', '-x']),
    };
  }
}
