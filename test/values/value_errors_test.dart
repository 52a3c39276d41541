/// Values that cannot cross between Dart and scripts, and their errors.
library;

import 'dart:async';
import 'dart:collection';
import 'dart:typed_data';

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import '../support/levels.dart';
import '../support/matchers.dart';

void main() {
  late RhaiEngine engine;

  setUp(() {
    engine = RhaiEngine.withDefaults();
    engine.registerFunction('id', (Object? x) => x);
  });
  tearDown(() {
    // Whatever went wrong, the engine works.
    expect(engine.eval('id([1, #{a: "x"}])'), [
      1,
      {'a': 'x'},
    ]);
    engine.dispose();
  });

  /// Expects that the value cannot cross to scripts because of the part at [path].
  void expectRefused(
    Object? value,
    String path,
    String problem, {
    bool asArgument = true,
  }) {
    Matcher error(String start) => isA<RhaiConversionError>()
        .having((e) => e.path, 'path', '$start$path')
        .having((e) => e.problem, 'problem', contains(problem))
        .having((e) => e.hint, 'hint', isNotEmpty)
        .having((e) => e.message, 'message', startsWith('$start$path: '));
    expect(() => engine.setVar('v', value), throwsA(error('v')));
    expect(() => engine.setConstant('v', value), throwsA(error('v')));
    expect(() => engine.eval('v'), throwsA(isA<RhaiRuntimeError>()));
    if (asArgument) {
      final function = engine.eval('|x| x') as RhaiFunction;
      expect(() => function(value), throwsA(error('args[0]')));
    }

    engine.registerFunction('get', () => value);
    expect(
      () => engine.eval('let x = 1;\n  get()'),
      throwsA(
        isA<RhaiRuntimeError>()
            .having((e) => e.cause, 'cause', error('result of get'))
            .having((e) => e.message, 'message', contains('of get$path: '))
            .having((e) => (e.position?.line, e.position?.column), 'place', (
              2,
              3,
            )),
      ),
    );
    expect(
      engine.eval('try { get(); } catch (e) { return [e.type, e.path]; }'),
      ['RhaiConversionError', 'result of get$path'],
    );
  }

  group('to scripts, what cannot cross is', () {
    test('a function that scripts cannot call', () {
      expectRefused(({required int x}) => x, '', 'named parameters');
      expectRefused([<T>(T x) => x], '[0]', 'type parameters');
    });

    test('a Future inside another value', () {
      expectRefused([Future.value(1)], '[0]', 'a Future');
      expectRefused({'a': Future.value(1)}, '.a', 'a Future');
    });

    test('a Stream', () {
      expectRefused(Stream.value(1), '', 'a Stream');
      expectRefused([Stream.value(1)], '[0]', 'a Stream');
      expectRefused({'a': StreamController<int>().stream}, '.a', 'a Stream');
    });

    test('a function of a script that was disposed', () {
      final function = engine.eval('|x| x') as RhaiFunction..dispose();
      expectRefused([function], '[0]', 'disposed');
    });

    test('a Map with keys that are no Strings', () {
      expectRefused({1: 'one'}, '', 'a key of type int');
      expectRefused({null: 1}, '', 'a key of type Null');
      expectRefused(
        {
          'a': 1,
          'b': [
            {'c': 1, 2: 2},
          ],
        },
        '.b[0]',
        'a key of type int',
      );
    });

    test('a String that is no Unicode text', () {
      for (final text in ['\ud800', 'a\udc00', '\udc00\ud800', '👍\ud83d']) {
        expectRefused(text, '', 'lone surrogate');
        expectRefused([1, text], '[1]', 'lone surrogate');
        expectRefused({'a': text}, '.a', 'lone surrogate');
      }
      expect(
        () => engine.setVar('v', {'\ud800': 1}),
        throwsA(isA<RhaiConversionError>()),
      );
    });

    test('a long String that is no Unicode text', () {
      final ends = {'start': 0, 'middle': 20000, 'end': 40000};
      for (final at in ends.values) {
        final text = '${'x' * at}\ud800${'x' * (40000 - at)}';
        expectRefused(text, '', 'lone surrogate');
        engine.setVar('good', '👍' * 30000);
        expect(engine.eval('good.len()'), 30000);
      }
    });

    test('named by where it is', () {
      const bad = '\ud800';
      expectRefused([0, bad], '[1]', 'surrogate');
      expectRefused(
        {
          'a': [0, 1, bad],
        },
        '.a[2]',
        'surrogate',
      );
      expectRefused(
        [
          0,
          {
            'user': {'name': 'Ann', 'avatar': bad},
          },
        ],
        '[1].user.avatar',
        'surrogate',
      );
    });

    test('a value that contains itself', () {
      final list = <Object?>[1];
      list.add(list);
      expectRefused(list, '[1]', 'contains itself');

      final map = <String, Object?>{};
      map['list'] = [0, map];
      expectRefused(map, '.list[1]', 'contains itself');
      expectRefused([map], '[0].list[1]', 'contains itself');

      final inner = <String, Object?>{'a': 1};
      inner['self'] = inner;
      Object? deep = inner;
      for (var i = 0; i < 200; i++) {
        deep = [deep];
      }
      const sixteen = '[0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0]';
      expectRefused(
        deep,
        '$sixteen…${sixteen.substring(3)}.self',
        'itself',
        asArgument: false,
      );
    });

    test('what is nested more deeply than it may be', () {
      Object? deep = 1;
      for (var i = 0; i <= maxLevels; i++) {
        deep = [deep];
      }
      final sixteen = '[0]' * 16;
      expectRefused(
        deep,
        '$sixteen…$sixteen',
        'nested more than $maxLevels levels',
        asArgument: false,
      );
    });
  });

  test('a value with the same List in many places crosses', () {
    final shared = <Object?>[1];
    Object? value = shared;
    for (var i = 0; i < 100; i++) {
      value = [value, shared];
    }
    engine.setVar('v', value);
    expect(engine.eval('v[0][0][0][1]'), [1]);
  });

  group('a List', () {
    test('that gets longer while it is read is an error', () {
      final list = _Changing(3, () => 1);
      expect(
        () => engine.setVar('v', list),
        throwsA(isA<ConcurrentModificationError>()),
      );
    });

    test('that gets shorter while it is read is an error', () {
      engine.registerFunction('get', () => [_Changing(3, () => -1)]);
      expect(
        engine.eval('try { get(); } catch (e) { return e.type; }'),
        'ConcurrentModificationError',
      );
    });

    test('that fails to be read passes its error on', () {
      engine.registerFunction(
        'get',
        () => [_Changing(3, () => throw StateError('gone'))],
      );
      expect(() => engine.eval('get()'), throwsWithCause(isStateError));
    });
  });

  group('from scripts, what cannot cross', () {
    void expectResultRefused(String script, String start) => expect(
      () => engine.eval(script),
      throwsA(
        isA<RhaiConversionError>().having(
          (e) => e.message,
          'message',
          startsWith(start),
        ),
      ),
      reason: script,
    );

    test('is an iterator', () {
      for (final iterator in [
        'range(0, 10, 3)',
        'range(0.0, 1.0, 0.25)',
        '5.bits()',
        '"abc".chars()',
      ]) {
        expectResultRefused(iterator, 'result: ');
        expectResultRefused('[#{a: $iterator}]', 'result[0].a: ');
      }
    });

    test('is a timestamp', () {
      expectResultRefused('timestamp()', 'result: ');
    });

    test('is named by where it is in the result', () {
      expectResultRefused('#{user: [1, 2, timestamp()]}', 'result.user[2]: ');
      expectResultRefused('[[], [#{a: timestamp()}]]', 'result[1][0].a: ');
      expectResultRefused('#{a: 1, "x y": timestamp()}', 'result.x y: ');
      expectResultRefused('[|x| x, timestamp()]', 'result[1]: ');
    });

    test('is named by where it is in the arguments', () {
      var calls = 0;
      engine.registerFunction('f', (Object? a, Object? b) => calls++);
      final scripts = {
        'f(1, timestamp())': 'args[1]: ',
        'f(timestamp(), 1)': 'args[0]: ',
        'f(1, #{user: #{at: timestamp()}})': 'args[1].user.at: ',
        '1.f([1, [2, timestamp()]])': 'args[1][1][1]: ',
      };
      scripts.forEach((script, start) {
        expect(
          () => engine.eval('\n  $script'),
          throwsA(
            isA<RhaiRuntimeError>()
                .having((e) => e.message, 'message', startsWith(start))
                .having((e) => e.position?.line, 'line', 2),
          ),
          reason: script,
        );
        expect(
          engine.eval(
            'try { $script; } catch (e) { return [e.type, e.message]; }',
          ),
          ['RhaiConversionError', startsWith(start)],
        );
      });
      expect(calls, 0);
    });

    test('is thrown without the value', () {
      expect(() => engine.eval('throw timestamp()'), throwsWithCause(null));
    });
  });

  test('a Future that completes with what cannot cross', () async {
    engine.registerFunction('later', () async => {'at': '\ud800'});
    await expectLater(
      engine.evalAsync('later()'),
      throwsWithCause(
        isA<RhaiConversionError>().having(
          (e) => e.path,
          'path',
          'result of later.at',
        ),
      ),
    );
  });
}

/// A List whose length changes when an element is read.
class _Changing extends ListBase<Object?> {
  _Changing(this.length, this._change);

  @override
  int length;

  final int Function() _change;

  @override
  Object? operator [](int index) {
    length += _change();
    return Uint8List(index);
  }

  @override
  void operator []=(int index, Object? value) => throw UnsupportedError('[]=');
}
