/// Values that are equal to the bit, and random ones.
library;

import 'dart:math';
import 'dart:typed_data';

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

/// Matches a value in which nothing was lost. An int is not a double, 0.0 is not -0.0,
/// and the bits of a NaN count. Bytes are bytes; objects and functions are identical.
Matcher sameValue(Object? expected) => _Same(expected);

class _Same extends Matcher {
  const _Same(this._expected);

  final Object? _expected;

  @override
  bool matches(Object? item, Map<Object?, Object?> matchState) =>
      isSameValue(item, _expected);

  @override
  Description describe(Description description) =>
      description.addDescriptionOf(_expected);
}

final _bits = ByteData(16);

/// Whether [a] is [b] without any loss, as [sameValue] says.
bool isSameValue(Object? a, Object? b) {
  switch ((a, b)) {
    case (final double a, final double b):
      _bits
        ..setFloat64(0, a)
        ..setFloat64(8, b);
      return _bits.getInt64(0) == _bits.getInt64(8);
    case (final int a, final int b):
      return a == b;
    case (num(), _) || (_, num()):
      return false;
    case (final Uint8List a, final Uint8List b):
      if (a.length != b.length) return false;
      for (var i = 0; i < a.length; i++) {
        if (a[i] != b[i]) return false;
      }
      return true;
    case (Uint8List(), _) || (_, Uint8List()):
      return false;
    case (final List<Object?> a, final List<Object?> b):
      if (a.length != b.length) return false;
      for (var i = 0; i < a.length; i++) {
        if (!isSameValue(a[i], b[i])) return false;
      }
      return true;
    case (final Map<Object?, Object?> a, final Map<Object?, Object?> b):
      return a.length == b.length &&
          a.keys.every((k) => b.containsKey(k) && isSameValue(a[k], b[k]));
    case (String() || bool() || null || RhaiRange(), _):
      return a == b;
    default:
      return identical(a, b);
  }
}

/// Makes random values of every type, size and depth.
class RandomValues {
  /// Makes them from [_random].
  RandomValues(this._random);

  final Random _random;

  /// Parts of earlier values, to be used again.
  final List<Object?> _shared = [];

  static final List<Object> _objects = [
    Object(),
    DateTime(2000),
    RegExp('a'),
    #symbol,
  ];
  static final List<Function> _functions = [
    () => 1,
    (int x) => x,
    (int a, [int b = 1]) async => a + b,
  ];

  /// A value of which sometimes a part occurs more than once.
  Object? next() {
    _shared.clear();
    // One in a hundred is deep, one in a hundred is wide.
    return switch (_random.nextInt(100)) {
      0 => _deep(_random.nextInt(2000)),
      1 => List.generate(_random.nextInt(2000), (_) => _value(4)),
      _ => _value(0),
    };
  }

  Object? _deep(int depth) {
    Object? value = _value(3);
    for (var i = 0; i < depth; i++) {
      value = _random.nextBool() ? [value] : {_text(): value};
    }
    return value;
  }

  Object? _value(int depth) {
    if (_shared.isNotEmpty && _random.nextInt(20) == 0) {
      return _shared[_random.nextInt(_shared.length)];
    }
    final value = switch (_random.nextInt(depth < 4 ? 18 : 12)) {
      0 => null,
      1 => _random.nextBool(),
      2 => _random.nextInt(200) - 100,
      3 => _word().getInt64(0),
      4 => _word().getFloat64(0),
      5 => _random.nextInt(10).toDouble(),
      6 || 7 => _text(),
      8 => Uint8List.fromList(_list(() => _random.nextInt(256))),
      9 => _objects[_random.nextInt(_objects.length)],
      10 => _functions[_random.nextInt(_functions.length)],
      11 => RhaiRange(
        _word().getInt64(0),
        _random.nextInt(10),
        inclusive: _random.nextBool(),
      ),
      12 => _list(() => _word().getInt64(0)),
      13 => _list(() => _word().getFloat64(0)),
      14 || 15 => _list(() => _value(depth + 1)),
      16 => _sameKeys(depth),
      _ => {for (final key in _list(_text)) key: _value(depth + 1)},
    };
    _shared.add(value);
    return value;
  }

  /// A List of Maps with the same keys, as tables of data are.
  Object _sameKeys(int depth) {
    final keys = [for (var i = _random.nextInt(40); i > 0; i--) _text()];
    return _list(() => {for (final key in keys) key: _value(depth + 2)});
  }

  List<T> _list<T>(T Function() element) =>
      List.generate(_random.nextInt(8), (_) => element());

  ByteData _word() => ByteData(8)
    ..setUint32(0, _random.nextInt(1 << 32))
    ..setUint32(4, _random.nextInt(1 << 32));

  /// A text of characters of one to four bytes, now and then a long one.
  String _text() {
    const strange = [
      '',
      '\u0000',
      '\ufeff',
      '👩‍👩‍👧‍👦',
      'e\u0301',
      '\uffff',
      '"\\',
    ];
    switch (_random.nextInt(200)) {
      case 0:
        return '${'x' * (16380 + _random.nextInt(10))}👍é${'y' * 20000}';
      case < 20:
        return strange[_random.nextInt(strange.length)];
    }
    return String.fromCharCodes([
      for (var i = _random.nextInt(20); i > 0; i--) _rune(),
    ]);
  }

  int _rune() {
    final rune = _random.nextInt(1 << [7, 11, 16, 20][_random.nextInt(4)]);
    return rune >= 0xd800 && rune < 0xe000 ? 0x1f44d : rune;
  }
}
