/// Values on their way from Dart to scripts and back.
library;

import 'dart:collection';
import 'dart:math';
import 'dart:typed_data';

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import '../support/levels.dart';
import '../support/value_matcher.dart';

void main() {
  late RhaiEngine engine;

  setUp(() {
    engine = RhaiEngine.withConfig(RhaiConfig(maxOperations: 0));
    engine.registerFunction('id', (Object? x) => x);
  });
  tearDown(() => engine.dispose());

  /// Sends a value through every way there is.
  void expectRoundTrip(Object? value) {
    engine.setVar('v', value);
    expect(engine.eval('v'), sameValue(value));
    expect(engine.eval('id(v)'), sameValue(value));
    expect(engine.eval('[#{k: id([v])}]'), [
      {
        'k': [sameValue(value)],
      },
    ]);
    engine.registerFunction('get', () => value);
    expect(engine.eval('get()'), sameValue(value));
    expect(engine.eval('const C = get(); C.id()'), sameValue(value));
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

    test('a range', () {
      [
        RhaiRange(0, 10),
        RhaiRange(1, 1),
        RhaiRange(-5, 5, inclusive: true),
        RhaiRange(5, -5),
        RhaiRange(-0x7fffffffffffffff - 1, 0x7fffffffffffffff, inclusive: true),
      ].forEach(expectRoundTrip);
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

    test('as many levels of Lists and Maps as there may be', () {
      for (final levels in [10, 64, 65, maxLevels ~/ 10, maxLevels]) {
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
        expect(engine.eval('v'), sameValue([...list]));
      }
    });

    test('the part of the bytes that a view shows', () {
      final bytes = Uint8List.fromList([1, 2, 3, 4]);
      engine.setVar('v', Uint8List.sublistView(bytes, 1, 3));
      expect(engine.eval('v'), sameValue(Uint8List.fromList([2, 3])));
      engine.setVar('v', bytes.asUnmodifiableView());
      expect(engine.eval('v'), sameValue(bytes));
    });

    test('a range to loop over and to slice with', () {
      engine
        ..setVar('r', RhaiRange(2, 5))
        ..setVar('i', RhaiRange(2, 5, inclusive: true));
      expect(engine.eval('let l = []; for x in r { l.push(x) } l'), [2, 3, 4]);
      expect(engine.eval('let l = []; for x in i { l.push(x) } l.len()'), 4);
      expect(engine.eval('[r.start, r.end, i.is_inclusive, 3 in r]'), [
        ...[2, 5, true, true],
      ]);
      expect(engine.eval('"abcdefgh".sub_string(r)'), 'cde');
    });

    test('an array for any Iterable', () {
      final iterables = <Iterable<Object?>>[
        {1, 2, 3},
        [1, 2, 3].map((x) => x),
        Iterable.generate(3, (i) => i + 1),
        Queue.of([1, 2, 3]),
        {1: 'a', 2: 'b', 3: 'c'}.keys,
        (() sync* {
          yield* [1, 2, 3];
        })(),
      ];
      for (final iterable in iterables) {
        engine.setVar('v', iterable);
        expect(engine.eval('v'), [1, 2, 3]);
        engine.setVar('v', {'a': iterable});
        expect(engine.eval('id(v.a)'), [1, 2, 3]);
      }
      engine.setVar('v', const Iterable<int>.empty());
      expect(engine.eval('v'), isEmpty);
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
