/// Values on their way from Dart to scripts and back.
library;

import 'dart:collection';
import 'dart:math';
import 'dart:typed_data';

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

void main() {
  late RhaiEngine engine;

  setUp(() {
    engine = RhaiEngine.withConfig(RhaiConfig.custom(maxOperations: 0));
    engine.registerFunction('id', (Object? x) => x);
  });
  tearDown(() => engine.dispose());

  /// Sends a value through every way there is.
  void expectRoundTrip(Object? value) {
    engine.setVar('v', value);
    expect(engine.eval('v'), _Same(value));
    expect(engine.eval('id(v)'), _Same(value));
    expect(engine.eval('[#{k: id([v])}]'), [
      {
        'k': [_Same(value)],
      },
    ]);
    engine.registerFunction('get', () => value);
    expect(engine.eval('get()'), _Same(value));
    expect(engine.eval('const C = get(); C.id()'), _Same(value));
  }

  group('a round trip keeps', () {
    test('null and bool', () {
      [null, true, false].forEach(expectRoundTrip);
    });

    test('int', () {
      const max = 0x7fffffffffffffff;
      const small = [0, 1, -1, 255, 256, -128];
      const large = [1 << 31, 1 << 32, 1 << 53, (1 << 53) + 1, max, -max - 1];
      [...small, ...large].forEach(expectRoundTrip);
      engine.setVar('v', max);
      expect(engine.eval('v == 9223372036854775807'), isTrue);
    });

    test('double', () {
      const ordinary = [0.0, -0.0, 1.0, -1.0, 0.1, 1e300];
      const extreme = [5e-324, double.maxFinite, 2.2250738585072014e-308];
      const special = [double.nan, double.infinity, double.negativeInfinity];
      [...ordinary, ...extreme, ...special].forEach(expectRoundTrip);
    });

    test('String', () {
      [
        ...['', 'a', 'line\nline', 'tab\t"quoted" \\', 'x' * 1000],
        ...['\u0000', 'a\u0000b', '\u0000\u0000', '\u007f\u0080\u07ff\u0800'],
        ...['grüße', 'é', 'e\u0301', '日本語', 'שלום', '\uffff'],
        ...[
          '👍',
          '👩‍👩‍👧‍👦',
          '𝔘𝔫𝔦',
          '\u{10000}\u{10ffff}',
          '${'x' * 63}é',
          '${'x' * 64}é',
        ],
      ].forEach(expectRoundTrip);
    });

    test('a String that starts with a byte order mark', () {
      ['\ufeff', '\ufeffa', '\ufeff\ufeff'].forEach(expectRoundTrip);
      expectRoundTrip({'\ufeffkey': '\ufeff${'x' * 100}'});
    });

    test('a String of a megabyte', () {
      expectRoundTrip('x' * (1 << 20));
      expectRoundTrip('é👍x' * (1 << 17));
    });

    test('List', () {
      [
        <Object?>[],
        [null],
        [1, 1.0, 'a', true, null, Uint8List(2)],
        [
          <Object?>[],
          [<Object?>[]],
          <String, Object?>{},
        ],
        List.generate(10000, (i) => i),
      ].forEach(expectRoundTrip);
    });

    test('Map', () {
      [
        <String, Object?>{},
        {'a': null},
        {
          'a': 1,
          'b': {
            'c': {'d': <Object?>[]},
          },
        },
        {'': 'empty', 'a\u0000b': 'NUL', '👍': 'emoji', 'a.b c': 1, 'é': 2},
        {for (var i = 0; i < 1000; i++) 'key$i': i},
      ].forEach(expectRoundTrip);
    });

    test('Uint8List', () {
      final random = Random(1);
      [
        Uint8List(0),
        Uint8List.fromList([0, 1, 127, 128, 255]),
        Uint8List.fromList(List.generate(1 << 20, (_) => random.nextInt(256))),
        [Uint8List(0), Uint8List(1)],
      ].forEach(expectRoundTrip);
    });

    test('100,000 levels of Lists and Maps', () {
      for (final levels in [10, 64, 65, 10000, 100000]) {
        Object? value = 'core';
        for (var i = 0; i < levels; i++) {
          value = i.isEven ? [value] : {'k': value};
        }
        engine.setVar('deep', value);
        Object? result = engine.eval('id(deep)');
        for (var i = 0; i < levels; i++) {
          result = (levels - i).isOdd
              ? (result! as List<dynamic>).single
              : (result! as Map<String, dynamic>)['k'];
        }
        expect(result, 'core');
      }
    });

    test('5,000 random values', () {
      final seed = Random().nextInt(1 << 32);
      print('random values from seed $seed');
      final values = _RandomValues(Random(seed));
      Object? value;
      engine.registerFunction('get', () => value);
      for (var i = 0; i < 5000; i++) {
        value = values.next(0);
        final result = engine.eval('let v = get(); id(v)');
        expect(result, _Same(value), reason: 'seed $seed, value $i');
      }
    });
  });

  group('a result is', () {
    test('a List that can be changed', () {
      final list = engine.eval('[1, 2]') as List<dynamic>;
      expect(list..add('three'), [1, 2, 'three']);
    });

    test('a Map that can be changed', () {
      final map = engine.eval('#{a: 1}') as Map<String, dynamic>;
      map['b'] = 'two';
      expect(map, {'a': 1, 'b': 'two'});
    });

    test('not touched by later scripts', () {
      final bytes = engine.eval('blob(3, 1)') as Uint8List;
      final text = engine.eval('"text"') as String;
      engine.eval('blob(3, 2)');
      engine.eval('"TEXT"');
      expect(bytes, [1, 1, 1]);
      expect(text, 'text');
    });

    test('a String for a character', () {
      expect(engine.eval("'a'"), 'a');
      expect(engine.eval("['é', '👍']"), ['é', '👍']);
      expect(engine.eval("id('é')"), 'é');
    });

    test('what a variable holds that a closure captured', () {
      const script = '''
        let list = [1];
        let count = 0;
        let add = |x| { list.push(x); count += 1; };
        add.call(2);
        [list, #{count: count}, id(list), id(#{c: count})]
      ''';
      expect(engine.eval(script), [
        [1, 2],
        {'count': 1},
        [1, 2],
        {'c': 1},
      ]);
      expect(engine.eval('let x = [1]; let f = || x.push(2); f.call(); x'), [
        1,
        2,
      ]);
    });

    test('as many copies as a value has places', () {
      final shared = [1];
      engine.setVar('v', [shared, shared]);
      final [first, second] = engine.eval('v') as List<dynamic>;
      expect((first, second), isNot((same(shared), same(shared))));
      (first as List<dynamic>).add(2);
      expect(second, [1]);
    });
  });

  group('a script gets', () {
    test('the type that belongs to a value', () {
      final types = <Object?, String>{
        null: '()',
        true: 'bool',
        1: 'i64',
        1.5: 'f64',
        'a': 'string',
        <Object?>[]: 'array',
        <String, Object?>{}: 'map',
        Uint8List(1): 'blob',
      };
      types.forEach((value, type) {
        engine.setVar('v', value);
        expect(engine.eval('type_of(v)'), type);
        expect(engine.eval('type_of(id(v))'), type);
      });
    });

    test('a double as a float even if it is whole', () {
      engine.setVar('v', 2.0);
      expect(engine.eval('v / 4'), 0.5);
    });

    test('an array for a typed list of anything but bytes', () {
      final lists = <List<Object?>>[
        Int8List.fromList([-1, 1]),
        Int64List.fromList([-1, 1 << 62]),
        Uint8ClampedList.fromList([1, 255]),
        Float32List.fromList([0.5, -1]),
        Float64List.fromList([0.1, double.infinity]),
      ];
      for (final list in lists) {
        engine.setVar('v', list);
        expect(engine.eval('type_of(v)'), 'array');
        expect(engine.eval('v'), _Same([...list]));
      }
    });

    test('the part of the bytes that a view shows', () {
      final bytes = Uint8List.fromList([1, 2, 3, 4]);
      engine.setVar('v', Uint8List.sublistView(bytes, 1, 3));
      expect(engine.eval('v'), _Same(Uint8List.fromList([2, 3])));
      engine.setVar('v', bytes.asUnmodifiableView());
      expect(engine.eval('v'), _Same(bytes));
    });

    test('the content of any List', () {
      for (final list in <List<Object?>>[
        const [1, 2],
        List.unmodifiable([1, 2]),
        UnmodifiableListView([1, 2]),
        [1, 2].cast<num>(),
        _Computed(2, (i) => i + 1),
      ]) {
        expectRoundTrip([list]);
        expectRoundTrip(list);
      }
    });

    test('the content of any Map with String keys', () {
      for (final map in <Map<Object?, Object?>>[
        const {'a': 1, 'b': 2},
        Map.unmodifiable({'a': 1, 'b': 2}),
        UnmodifiableMapView({'a': 1, 'b': 2}),
        SplayTreeMap.of({'b': 2, 'a': 1}),
        HashMap.of({'a': 1, 'b': 2}),
        {'a': 1, 'b': 2}.cast<Object, num>(),
        <Object, Object>{'a': 1, 'b': 2},
      ]) {
        engine.setVar('v', map);
        expect(engine.eval('[v.keys(), v.values()]'), [
          ['a', 'b'],
          [1, 2],
        ]);
        expect(engine.eval('id([v])'), [
          {'a': 1, 'b': 2},
        ]);
      }
    });
  });

  test('a List that runs scripts while it is read', () {
    engine.registerFunction('big', (int n) => List.filled(n, 'x' * 100));
    List<Object?> lazy(int depth) => _Computed(3, (i) {
      final length = engine.eval('big(${100 * (i + 1)}).len()');
      engine.setVar('inner', 'x' * 10000);
      return depth == 0 ? length : lazy(depth - 1);
    });
    const counts = [100, 200, 300];
    engine
      ..setVar('v', lazy(0))
      ..setVar('w', {'list': lazy(1)});
    expect(engine.eval('[v, w]'), [
      counts,
      {
        'list': [counts, counts, counts],
      },
    ]);
    engine.registerFunction('get', () => lazy(1));
    expect(engine.eval('[get(), 1]'), [
      [counts, counts, counts],
      1,
    ]);
  });
}

/// A List whose elements are computed when they are read.
class _Computed extends ListBase<Object?> {
  _Computed(this.length, this._element);

  @override
  int length;

  final Object? Function(int index) _element;

  @override
  Object? operator [](int index) => _element(index);

  @override
  void operator []=(int index, Object? value) => throw UnsupportedError('[]=');
}

/// Equal with nothing lost: int is not double, 0.0 is not -0.0, NaN is NaN,
/// bytes are bytes.
class _Same extends Matcher {
  const _Same(this._expected);

  final Object? _expected;

  @override
  bool matches(Object? item, Map<Object?, Object?> matchState) =>
      _same(item, _expected);

  @override
  Description describe(Description description) =>
      description.addDescriptionOf(_expected);

  static bool _same(Object? a, Object? b) => switch ((a, b)) {
    (final double a, final double b) =>
      a.isNaN ? b.isNaN : a == b && a.isNegative == b.isNegative,
    (final int a, final int b) => a == b,
    (num(), _) || (_, num()) => false,
    (final Uint8List a, final Uint8List b) =>
      a.length == b.length &&
          Iterable<int>.generate(a.length).every((i) => a[i] == b[i]),
    (Uint8List(), _) || (_, Uint8List()) => false,
    (final List<Object?> a, final List<Object?> b) =>
      a.length == b.length &&
          Iterable<int>.generate(a.length).every((i) => _same(a[i], b[i])),
    (final Map<Object?, Object?> a, final Map<Object?, Object?> b) =>
      a.length == b.length &&
          a.keys.every((k) => b.containsKey(k) && _same(a[k], b[k])),
    _ => a == b,
  };
}

/// Makes random values of every type.
class _RandomValues {
  _RandomValues(this._random);

  final Random _random;

  Object? next(int depth) => switch (_random.nextInt(depth < 4 ? 12 : 8)) {
    0 => null,
    1 => _random.nextBool(),
    2 => _random.nextInt(200) - 100,
    3 => _bits().getInt64(0),
    4 => _bits().getFloat64(0),
    5 => _random.nextInt(10).toDouble(),
    6 => _text(),
    7 => Uint8List.fromList(_list((_) => _random.nextInt(256))),
    8 || 9 => _list((_) => next(depth + 1)),
    _ => {for (final key in _list((_) => _text())) key: next(depth + 1)},
  };

  List<T> _list<T>(T Function(int) element) =>
      List.generate(_random.nextInt(8), element);

  ByteData _bits() => ByteData(8)
    ..setUint32(0, _random.nextInt(1 << 32))
    ..setUint32(4, _random.nextInt(1 << 32));

  /// A text of characters of one to four bytes.
  String _text() => String.fromCharCodes(
    List.generate(_random.nextInt(20), (_) {
      final rune = _random.nextInt(1 << [7, 11, 16, 20][_random.nextInt(4)]);
      return rune >= 0xd800 && rune < 0xe000 ? 0x1f44d : rune;
    }),
  );
}
