/// `parallel`: calls of a script that wait at the same time.
library;

import 'dart:async';

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

void main() {
  late RhaiEngine engine;
  late List<String> log;

  setUp(() {
    log = [];
    engine = RhaiEngine.withDefaults()
      ..registerFunction('later', (Object? x) async {
        log.add('begin $x');
        await Future<void>.delayed(const Duration(milliseconds: 5));
        log.add('end $x');
        return x;
      })
      ..registerFunction('id', (Object? x) => x)
      ..registerFunction('fail', (String text) async {
        throw FormatException(text);
      });
  });

  tearDown(() => engine.dispose());

  test('calls functions at the same time, with the results in order', () async {
    expect(await engine.eval('parallel([|| later(1), || later(2)])'), [1, 2]);
    expect(log, ['begin 1', 'begin 2', 'end 1', 'end 2']);
    expect(await engine.evalAsync('parallel([1, 2, 3], |x| later(x) * 2)'), [
      2,
      4,
      6,
    ]);
  });

  test('a script that does not wait in them does not wait', () {
    expect(engine.eval('parallel([1, 2], |x| id(x) + 1)'), [2, 3]);
    expect(engine.eval('parallel([])'), <Object?>[]);
    expect(engine.eval('parallel([], |x| x)'), <Object?>[]);
    expect(engine.eval('parallel([7, 8, 9], |x, i| [x, i])'), [
      [7, 0],
      [8, 1],
      [9, 2],
    ]);
  });
}
