/// The output of scripts, and how much of Dart scripts see.
library;

import 'dart:async';

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import '../support/engines.dart';
import '../support/futures.dart';
import '../support/matchers.dart';

void main() {
  group('output', () {
    test('goes to onPrint and onDebug', () {
      final output = <Object>[];
      final engine = engineWith(
        RhaiConfig(
          onPrint: output.add,
          onDebug: (text, position) => output.addAll([text, position]),
        ),
      );
      engine.eval('print("a");\n  debug("b"); [1].for_each(|| print(this))');
      expect(output, ['a', '"b"', const RhaiPosition(2, 3), '1']);
    });

    test('goes to the print of the zone by default', () async {
      final lines = <String>[];
      final engine = engineWith(RhaiConfig.secureDefaults())
        ..registerFunction('wait', () => later(null));
      await runZoned(
        () => engine.evalAsync('print("a"); wait(); print("b")'),
        zoneSpecification: ZoneSpecification(
          print: (_, _, _, line) => lines.add(line),
        ),
      );
      expect(lines, ['a', 'b']);
    });

    test('may be waited for', () async {
      final output = <String>[];
      final engine = engineWith(
        RhaiConfig(
          onPrint: (text) async {
            await later(null);
            output.add(text);
          },
        ),
      );
      await engine.evalAsync('print("a"); print("b");');
      expect(output, ['a', 'b']);
    });

    test('that fails ends the script with its error', () {
      final error = StateError('full');
      final engine = engineWith(
        RhaiConfig(onPrint: (text) => throw text.isEmpty ? text : error),
      );
      expect(
        () => engine.eval('try { print("a"); } catch { } loop { }'),
        throwsWithCause(same(error)),
      );
    });

    test('is limited in all', () async {
      final output = <String>[];
      final engine = engineWith(
        RhaiConfig(
          maxOutputLength: 10,
          onPrint: output.add,
          onDebug: (text, _) => output.add(text),
        ),
      )..registerFunction('wait', () => later(null));
      final isTooMuch = throwsLimitError(RhaiLimit.outputLength, 10);
      expect(engine.eval('print("12345"); print("éé"); "end"'), 'end');
      for (final script in [
        'print("12345678901")',
        'print("12345"); print("ééé");',
        'loop { print(""); print("1"); }',
        'loop { try { debug("1"); } catch { } }',
        'for i in 0..4 { print("xxx"); } "end"',
        '[1, 2, 3, 4].map(|x| print("xxx"))',
      ]) {
        expect(() => engine.eval(script), isTooMuch, reason: script);
      }
      await expectLater(
        engine.evalAsync('print("12345678"); wait(); print("123"); wait();'),
        isTooMuch,
      );
      expect(output.join().length, lessThan(100));
    });
  });

  group('exposeStackTraces', () {
    const script =
        'let t = (); try { fail() } catch (e) { t = e.stack_trace } t';
    Never fail() => throw StateError('failed');

    test('is off by default', () async {
      final engine = engineWith(RhaiConfig.secureDefaults())
        ..registerFunction('fail', fail);
      expect(engine.eval(script), '');
      expect(
        () => engine.eval('fail()'),
        throwsA(
          isA<RhaiRuntimeError>()
              .having((e) => e.kind, 'kind', RhaiRuntimeErrorKind.dartFunction)
              .having((e) => e.name, 'name', 'fail')
              .having(
                (e) => '${e.dartStackTrace}',
                'trace',
                contains('output_test'),
              ),
        ),
      );
    });

    test('shows them to scripts', () {
      final engine = engineWith(RhaiConfig(exposeStackTraces: true))
        ..registerFunction('fail', fail);
      expect(engine.eval(script), contains('output_test'));
      expect(RhaiConfig.unlimited().exposeStackTraces, isTrue);
    });
  });
}
