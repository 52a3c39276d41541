/// `parse_json` and `to_json`, next to Dart's own JSON.
library;

import 'dart:convert';
import 'dart:math';

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import '../support/matchers.dart';
import '../support/value_matcher.dart';

void main() {
  group('parse_json', () {
    /// The value of a JSON text, or the error that it is refused with.
    (Object?, String?) parse(RhaiEngine engine, String text) {
      engine.setConstant('JSON', text);
      try {
        return (engine.eval('parse_json(JSON)'), null);
      } on RhaiRuntimeError catch (error) {
        expect(error.kind, RhaiRuntimeErrorKind.thrown);
        return (null, error.message);
      }
    }

    test('reads random texts as Dart does, and refuses what Dart refuses', () {
      final seed = Random().nextInt(1 << 32);
      print('random JSON from seed $seed');
      final texts = _RandomJson(Random(seed));
      final engine = RhaiEngine.withDefaults();
      var read = 0;
      var refused = 0;
      for (var i = 0; i < 20000; i++) {
        final text = i.isEven ? texts.next() : texts.faulty();
        final (value, error) = parse(engine, text);
        final reason = 'seed $seed, text $i: $text';
        final Object? expected;
        try {
          expected = jsonDecode(text);
        } on FormatException {
          expect(error, matches(_place), reason: reason);
          refused++;
          continue;
        }
        if (_isForScripts(expected)) {
          expect(error, isNull, reason: reason);
          expect(value, sameValue(expected), reason: reason);
          read++;
        } else {
          expect(error, matches(_place), reason: reason);
        }
      }
      expect(read, greaterThan(10000));
      expect(refused, greaterThan(1000));
      engine.dispose();
    });

    for (final allowEval in [false, true]) {
      test('runs nothing of the text, allowEval: $allowEval', () async {
        final engine = RhaiEngine.withConfig(RhaiConfig(allowEval: allowEval));
        final calls = <Object?>[];
        engine
          ..registerFunction('pay', (int amount) {
            calls.add(amount);
            return amount;
          })
          ..registerFunction('pay_later', (int amount) async {
            calls.add(amount);
            return amount;
          });
        for (final text in [
          '{"a": pay(100)}',
          '{"a": pay_later(100)}',
          '{"a": [1, pay(100)]}',
          'pay(100)',
          '[pay(100)]',
          '{"a": `\${pay(100)}`}',
          '{"a": 1 + pay(100)}',
          '{"a": || pay(100)}',
        ]) {
          expect(parse(engine, text).$2, matches(_place), reason: text);
          await expectLater(
            engine.evalAsync('parse_json(JSON)'),
            throwsA(isA<RhaiRuntimeError>()),
          );
        }
        expect(calls, isEmpty);
        expect(engine.eval('pay(1)'), 1);
        engine.dispose();
      });
    }

    test('says what is wrong with a text, and where', () {
      final engine = RhaiEngine.withDefaults();
      for (final (text, problem) in [
        ('{"a": 0x10}', "expected ',' or '}' at line 1 column 8"),
        ("{\"a\": 'x'}", 'expected a value at line 1 column 7'),
        ('{"a": 1..5}', 'invalid number at line 1 column 9'),
        ('[\n  1,\n]', 'expected a value at line 3 column 1'),
        ('{"a": 1} // b', 'expected the end of the text at line 1 column 10'),
      ]) {
        expect(parse(engine, text).$2, 'parse_json: $problem');
      }
      expect(
        engine.eval(r'try { parse_json("[1,") } catch (e) { print(e); } 42'),
        42,
      );
      engine.dispose();
    });

    test('reads what to_json writes as it was', () {
      final random = Random(42);
      final texts = _RandomJson(random);
      final engine = RhaiEngine.withDefaults();
      for (var i = 0; i < 2000; i++) {
        engine.setConstant('JSON', '{"a": ${texts.next()}}');
        final [before, after, text] =
            engine.eval('''
              let value = parse_json(JSON);
              let text = value.to_json();
              [value, parse_json(text), text]
            ''')
                as List;
        expect(after, sameValue(before));
        expect(jsonDecode(text as String), sameValue(before));
      }
      engine.dispose();
    });

    test('is bounded by the memory of the script', () {
      final engine = RhaiEngine.withConfig(RhaiConfig(maxMemory: 4 << 20));
      engine.setConstant('JSON', '[${List.filled(1 << 18, '[]').join(',')}]');
      expect(
        () => engine.eval('try { parse_json(JSON) } catch { }'),
        throwsLimitError(RhaiLimit.memory),
      );
      expect(engine.leakedBytes, 0);
      engine.dispose();
    });
  });
}

final _place = RegExp(r'^parse_json: .+ at line \d+ column \d+$', dotAll: true);

/// Whether scripts can have a value that Dart reads. Their strings are Unicode. A
/// number too large for a float is refused.
bool _isForScripts(Object? value) => switch (value) {
  double() => value.isFinite,
  String() => value.runes.every((rune) => rune & ~0x7ff != 0xd800),
  List() => value.every(_isForScripts),
  Map() => value.keys.every(_isForScripts) && value.values.every(_isForScripts),
  _ => true,
};

/// Makes JSON texts.
class _RandomJson {
  _RandomJson(this._random);

  final Random _random;

  static const _pieces = [
    '[', ']', '{', '}', ',', ':', '"', r'\', '/', '//', '/*', "'", '`', '-',
    '+', '.', 'e', 'E', '0', '1', '9', 'x', 'u', 'null', 'true', ' ', '\n',
    '\u0000', '\u001f', '\u00a0', '\ufeff', 'é', '😀', '1e400', r'\ud800', //
    r'"\udc00"', '..', '#', '()', 'pay(1)',
  ];

  static const _escapes = [
    r'\"', r'\\', r'\/', r'\b', r'\f', r'\n', r'\r', r'\t', r'\u0000',
    r'\u00e4', r'\u20AC', r'\ud83d\ude00', r'\uFFFF', r'\u0022', r'\u005c', //
  ];

  /// Whether keys may occur twice.
  var _hasDuplicates = true;
  var _keys = 0;

  /// A JSON text.
  String next() => '${_space()}${_value(0)}${_space()}';

  /// A text that is likely no JSON. A piece of one is gone, or another is there.
  String faulty() {
    // The fault must not be in a value that another one replaces.
    _hasDuplicates = false;
    final text = next();
    _hasDuplicates = true;
    final runes = text.runes.toList();
    final start = _random.nextInt(runes.length + 1);
    final end = min(runes.length, start + _random.nextInt(3));
    final piece = _random.nextBool() ? _pick(_pieces) : '';
    return String.fromCharCodes(runes.take(start)) +
        piece +
        String.fromCharCodes(runes.skip(end));
  }

  String _value(int depth) => switch (_random.nextInt(depth < 5 ? 12 : 7)) {
    0 => _pick(['null', 'true', 'false']),
    1 || 2 => _integer(),
    3 || 4 => _float(),
    5 || 6 => _string(),
    7 || 8 => '[${_space()}${_list(() => _value(depth + 1))}]',
    9 => '[]',
    10 => '{${_space()}${_list(() => _entry(depth + 1))}}',
    _ when !_hasDuplicates => '{}',
    _ => '{"a": ${_value(depth + 1)}, "b": 1, "a": ${_value(depth + 1)}}',
  };

  String _entry(int depth) =>
      '${_hasDuplicates ? _string() : '"${_keys++}"'}${_space()}:${_space()}${_value(depth)}${_space()}';

  String _integer() => switch (_random.nextInt(4)) {
    0 => _pick(['0', '-0', '9223372036854775807', '-9223372036854775808']),
    1 => _pick(['9223372036854775808', '-9223372036854775809', '9' * 40]),
    2 => '${_random.nextInt(1 << 32) * _random.nextInt(1 << 32)}',
    _ => '${_random.nextInt(200) - 100}',
  };

  String _float() {
    final digits = [for (var i = _random.nextInt(20); i >= 0; i--) _digit()];
    final fraction = _random.nextBool() ? '.${digits.join()}' : '';
    final sign = _pick(['', '+', '-']);
    final exponent = _random.nextBool() || fraction.isEmpty
        ? '${_pick(['e', 'E'])}$sign${_random.nextInt(280)}'
        : '';
    return '${_pick(['', '-'])}${_random.nextInt(1 << 20)}$fraction$exponent';
  }

  String _digit() => '${_random.nextInt(10)}';

  String _string() {
    final parts = [
      for (var i = _random.nextInt(10); i > 0; i--)
        switch (_random.nextInt(6)) {
          0 => _pick(_escapes),
          1 => _pick(['ä', '€', '😀', '\u007f', '\u2028', '/', "'", '[', '{']),
          _ => String.fromCharCode(0x61 + _random.nextInt(26)),
        },
    ];
    return '"${parts.join()}"';
  }

  String _list(String Function() make) => [
    for (var i = _random.nextInt(5); i >= 0; i--) '${_space()}${make()}',
  ].join(',');

  String _space() =>
      _random.nextInt(4) == 0 ? _pick([' ', '\n', '\t', '\r\n', '  \n ']) : '';

  String _pick(List<String> choices) =>
      choices[_random.nextInt(choices.length)];
}
