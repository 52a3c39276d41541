/// The values of scripts have the types that callers ask for.
library;

import 'dart:async';
import 'dart:typed_data';

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

enum Color { red }

final class Player {
  const Player(this.name);
  final String name;
}

Matcher conversionError(String message) => throwsA(
  isA<RhaiConversionError>().having((e) => e.message, 'message', message),
);

void main() {
  late RhaiEngine engine;
  setUp(() {
    engine = RhaiEngine.withDefaults();
    engine
      ..registerFunction('later', (Object? value) async => value)
      ..registerFunction('player', () => const Player('Ann'))
      ..registerFunction('red', () => Color.red);
  });

  tearDown(() => engine.dispose());

  /// Evaluates both ways, and returns what is the same.
  Future<T> both<T>(String script) async {
    final now = engine.evalSync<T>(script);
    final later = await engine.evalAsync<T>(script);
    expect('$later', '$now');
    return now;
  }

  test('values have the type that is asked for', () async {
    expect(await both<int>('40 + 2'), 42);
    expect(await both<String>('"a" + "b"'), 'ab');
    expect(await both<bool>('true'), isTrue);
    expect(await both<num>('1.5'), 1.5);
    expect(await both<Object?>('()'), isNull);
    expect(await both<Object>('1'), 1);
    expect(await both<RhaiRange>('1..3'), isA<RhaiRange>());
    expect(await both<Uint8List>('blob(2, 7)'), [7, 7]);
    expect((await both<Player>('player()')).name, 'Ann');
    expect(await both<Color>('red()'), Color.red);
    engine.evalSync<void>('1');
    final dynamic any = engine.evalSync<dynamic>('[1]');
    expect(any, [1]);
  });

  test('null is a value of nullable types only', () async {
    expect(await both<int?>('()'), isNull);
    expect(await both<Player?>('()'), isNull);
    expect(await both<List<int?>?>('[1, ()]'), [1, null]);
    expect(
      () => engine.evalSync<int>('()'),
      conversionError('result: it must be an int; it is ()'),
    );
  });

  test('what loses nothing is converted', () async {
    expect(await both<double>('2'), 2.0);
    expect(await both<List<double>>('[1, 2.5]'), [1.0, 2.5]);
    expect(await both<List<List<int>>>('[[1], []]'), [
      [1],
      <int>[],
    ]);
    expect(await both<Map<String, List<String>>>('#{a: ["x"]}'), {
      'a': ['x'],
    });
    expect(await both<Map<String, double?>>('#{a: 1, b: ()}'), {
      'a': 1.0,
      'b': null,
    });
    expect(await both<List<Map<String, Object?>>>('[#{a: 1}]'), [
      {'a': 1},
    ]);
  });

  test('functions have the type that is asked for', () async {
    expect(engine.evalSync<int Function(int)>('|x| x + 1')(2), 3);
    expect(engine.evalSync<RhaiFunction>('|x| x + 1').call(2), 3);
    expect(Function.apply(engine.evalSync<Function>('|x| x + 1'), [2]), 3);
    final later = engine.evalSync<Future<int> Function(int)>('|x| later(x)');
    expect(await later(5), 5);
    final list = engine.evalSync<List<double Function()>>('[|| 1]');
    expect(list.single(), 1.0);
    expect(
      () => engine.evalSync<int Function()>('|| "x"')(),
      conversionError(
        'result of the function in result: it must be an int; it is a string',
      ),
    );
  });

  test('an error names the place, the expected and the found type', () async {
    const script = '[#{name: "a"}, #{name: "b"}, #{name: 7}]';
    final error = conversionError(
      'result[2].name: it must be a string; it is an int',
    );
    expect(() => engine.evalSync<List<Map<String, String>>>(script), error);
    await expectLater(
      engine.evalAsync<List<Map<String, String>>>(script),
      error,
    );
    expect(
      () => engine.evalSync<int>('1.5'),
      conversionError('result: it must be an int; it is a float'),
    );
    expect(
      () => engine.evalSync<double>('9007199254740993'),
      conversionError(
        'result: it must be a float; it is 9007199254740993, which no float '
        'can be',
      ),
    );
    expect(
      () => engine.evalSync<Player>('1'),
      conversionError(
        'result: it must be a value of type Player; it is an int',
      ),
    );
    expect(
      () => engine.evalSync<List<Player>>('[player()]'),
      throwsA(
        isA<RhaiConversionError>().having(
          (e) => e.hint,
          'hint',
          contains('cast'),
        ),
      ),
    );
  });

  test('evalSync ends a script that waits, and names the function', () async {
    var after = 0;
    engine.registerFunction('after', () => after++);
    expect(
      () => engine.evalSync<int>('later(1); after()'),
      throwsA(
        isA<RhaiCancelledError>().having(
          (e) => e.message,
          'message',
          'the script has to wait for later, which returns a Future (use '
              'evalAsync, or callAsync for a call)',
        ),
      ),
    );
    expect(engine.pendingCount, 0);
    await pumpEventQueue();
    expect(after, 0);
    expect(await engine.evalAsync<int>('later(1)'), 1);
  });

  test('an error of a Future that evalSync does not wait for is no unhandled '
      'one', () async {
    final completer = Completer<int>();
    engine.registerFunction('failing', () => completer.future);
    expect(
      () => engine.evalSync<int>('try { failing() } catch { 1 }'),
      throwsA(isA<RhaiCancelledError>()),
    );
    completer.completeError('too late');
    await pumpEventQueue();
  });

  test('evalSync can be called by a function of a script that waits', () async {
    engine.registerFunction('nested', () => engine.evalSync<int>('1 + 1'));
    expect(engine.evalSync<int>('nested() + 1'), 3);
    engine.registerFunction('waiting', () => engine.evalSync<int>('later(1)'));
    expect(
      () => engine.evalSync<int>('waiting()'),
      throwsA(
        isA<RhaiRuntimeError>().having(
          (e) => e.cause,
          'cause',
          isA<RhaiCancelledError>(),
        ),
      ),
    );
  });

  test('a function that evalSync waits for may dispose the engine', () {
    engine.registerFunction('gone', () async {
      engine.dispose();
      return 1;
    });
    expect(
      () => engine.evalSync<int>('gone()'),
      throwsA(isA<RhaiCancelledError>()),
    );
    expect(() => engine.evalSync<int>('1'), throwsStateError);
    expect(() => engine.evalAsync<int>('1'), throwsStateError);
  });
}
