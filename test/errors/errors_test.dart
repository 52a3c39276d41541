/// Messages, places and calls in errors.
library;

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

/// Fails to compile if a kind of error is missing.
String _kind(RhaiException error) => switch (error) {
  RhaiSyntaxError() => 'syntax',
  RhaiLimitError() => 'limit',
  RhaiTimeoutError() => 'timeout',
  RhaiCancelledError() => 'cancelled',
  RhaiChannelClosedError() => 'channel closed',
  RhaiRuntimeError() => 'runtime',
  RhaiConversionError() => 'conversion',
  RhaiFFIError() => 'ffi',
};

void main() {
  late RhaiEngine engine;

  setUp(() => engine = RhaiEngine.withDefaults());
  tearDown(() => engine.dispose());

  RhaiSyntaxError syntaxError(String script) {
    try {
      engine.eval(script);
    } on RhaiSyntaxError catch (error) {
      return error;
    }
    fail('no error: $script');
  }

  RhaiRuntimeError runtimeError(String script) {
    try {
      engine.eval(script);
    } on RhaiRuntimeError catch (error) {
      return error;
    }
    fail('no error: $script');
  }

  group('a syntax error has the place of', () {
    const scripts = {
      'a missing expression': ('let x = ;', 1, 9),
      'a missing semicolon': ('let x = 1\nlet y = 2;', 2, 1),
      'a wrong word in a later line': ('let x = 1;\n\n   let if = 2;', 3, 8),
      'a missing brace': ('fn f() {\n  1', 2, 4),
      'an assignment to a constant': ('const X = 1;\nX = 2;', 2, 1),
      'something after characters of many bytes': ('"é👍" + ;', 1, 8),
      'a break outside of a loop': ('let x = 1;\nbreak;', 2, 1),
    };
    scripts.forEach((name, place) {
      test(name, () {
        final (script, line, column) = place;
        final error = syntaxError(script);
        expect((error.position?.line, error.position?.column), (line, column));
        expect(error.message, isNotEmpty);
        expect(error.message, isNot(contains('line')));
      });
    });
  });

  group('a runtime error has the place of', () {
    const scripts = {
      'a throw': ('throw 1', 1, 1),
      'a throw in a later line': ('let x = 1;\n\n  throw x;', 3, 3),
      'an operator': ('let x = 0;\nlet y = 1 / x;', 2, 11),
      'an unknown variable': ('let x = 1;\nlet y = x + nope;', 2, 13),
      'an unknown function': ('let x = 1;\nlet y = 2 + nope(x);', 2, 13),
      'an index out of bounds': ('let a = [1];\nlet b = a[7];', 2, 11),
      'a throw in a function': ('fn f() {\n  throw 1;\n}\nf();', 2, 3),
      'a throw in a closure': ('[1].map(|x| {\n    throw x;\n})', 2, 5),
      'a throw in a nested block': (
        'if true {\n loop {\n  throw 1;\n }\n}',
        3,
        3,
      ),
      'a call of a failing Dart function': (
        'let x = 1;\nlet y = fail();',
        2,
        9,
      ),
      'such a call in a function': ('fn f() {\n  fail()\n}\nf();', 2, 3),
    };
    scripts.forEach((name, place) {
      test(name, () {
        engine.registerFunction('fail', () => throw StateError('failed'));
        final (script, line, column) = place;
        final error = runtimeError(script);
        expect((error.position?.line, error.position?.column), (line, column));
      });
    });
  });

  group('the stack trace', () {
    test("lists the script's calls, innermost first", () {
      final error = runtimeError('''
fn inner(x) {
  throw "deep";
}
fn outer(x) {
  inner(x) + 1
}
let y = outer(1);
''');
      expect(
        [for (final call in error.callStack) '$call'],
        [
          'at inner (line 2, position 3)',
          'at outer (line 5, position 3)',
          'at script (line 7, position 9)',
        ],
      );
    });

    test('names closures', () {
      final error = runtimeError('let f = |x| {\n  throw x;\n};\nf.call(1);');
      expect(
        [for (final call in error.callStack) '$call'],
        ['at closure (line 2, position 3)', 'at script (line 4, position 3)'],
      );
    });

    test('has the calls in Dart before those of the script', () {
      Never failingDartFunction() => throw StateError('failed');
      engine.registerFunction('fail', failingDartFunction);
      final error = runtimeError('fn f() { fail() }\nf();');
      expect(
        '$error',
        matches(
          RegExp(
            r'failingDartFunction.*errors_test\.dart.*'
            r'at f \(line 1, position 10\)\nat script \(line 2, position 1\)$',
            dotAll: true,
          ),
        ),
      );
    });

    test('has the Dart calls of a Future that failed', () async {
      Future<int> failingLater() async {
        await Future<void>.delayed(Duration.zero);
        throw StateError('failed');
      }

      engine.registerFunction('fail', failingLater);
      await expectLater(
        engine.evalAsync('fn f() { fail() }\nf();'),
        throwsA(
          isA<RhaiRuntimeError>().having(
            (e) => '$e',
            'text',
            allOf(
              contains('failingLater'),
              endsWith(
                'at f (line 1, position 10)\nat script (line 2, position 1)',
              ),
            ),
          ),
        ),
      );
    });
  });

  group('the cause is', () {
    test('the value that the script threw', () {
      const thrown = <String, (Object?, String)>{
        '42': (42, '42'),
        '1.5': (1.5, '1.5'),
        'true': (true, 'true'),
        '"text"': ('text', 'text'),
        '[1, "a"]': ([1, 'a'], '[1, "a"]'),
        '#{code: 7}': ({'code': 7}, '#{"code": 7}'),
        '#{message: "hi", code: 7}': ({'message': 'hi', 'code': 7}, 'hi'),
        '()': (null, 'the script threw ()'),
      };
      thrown.forEach((script, expected) {
        final error = runtimeError('throw $script');
        expect(error.cause, expected.$1);
        expect(error.message, expected.$2);
      });
    });

    test('the object that a Dart function threw', () {
      final thrown = Object();
      engine.registerFunction('fail', () => throw thrown);
      expect(runtimeError('fail()').cause, same(thrown));
      expect(runtimeError('[1].map(|x| fail())').cause, same(thrown));
    });

    test('the same object after the script caught and rethrew it', () {
      final thrown = [FormatException('first'), FormatException('second')];
      engine.registerFunction('fail', (int i) => throw thrown[i]);
      const script = '''
        let errors = [];
        for i in 0..2 {
          try { fail(i); } catch (e) { errors.push(e); }
        }
      ''';
      for (final i in [0, 1]) {
        final error = runtimeError('$script throw errors[$i];');
        expect(error.cause, same(thrown[i]));
        expect(error.message, contains(i == 0 ? 'first' : 'second'));
      }
      final error = runtimeError('try { fail(0); } catch { throw; }');
      expect(error.cause, isNot(isNull));
    });

    test('null for an error that nobody threw', () {
      expect(runtimeError('let x = 1 / 0;').cause, isNull);
      expect(runtimeError('let x = nope();').cause, isNull);
    });
  });

  group('a script that catches', () {
    test('the error of a Dart function gets an object map', () {
      engine.registerFunction(
        'fail',
        () => throw const FormatException('bad number'),
      );
      final caught =
          engine.eval('let r = (); try { fail(); } catch (e) { r = e; } r')
              as Map<String, dynamic>;
      expect(caught.keys, unorderedEquals(['type', 'message', 'stack_trace']));
      expect(caught['type'], 'FormatException');
      expect(caught['message'], contains('bad number'));
      expect(caught['stack_trace'], '', reason: 'the default hides it');
    });

    test('a value that it threw gets that value', () {
      for (final value in ['42', '"text"', '[1]', '#{a: 1}']) {
        expect(
          engine.eval(
            'try { throw $value; } catch (e) { return e == $value; }',
          ),
          isTrue,
        );
      }
    });

    test('goes on with its work', () {
      engine.registerFunction('odd', (int x) => x.isOdd ? x : throw 'even');
      const script = '''
        let sum = 0;
        for i in 0..100 {
          try { sum += odd(i); } catch (e) { sum += 1000; }
        }
        sum
      ''';
      expect(engine.eval(script), 2500 + 50 * 1000);
    });
  });

  group('an argument of a wrong type', () {
    setUp(() => engine.registerFunction('add', (int a, int b) => a + b));

    test('is an error before the function is called', () {
      for (final script in ['add("a", 1)', 'add(1.0, 1)', 'add((), 1)']) {
        final error = runtimeError(script);
        expect(
          error.kind,
          RhaiRuntimeErrorKind.functionNotFound,
          reason: script,
        );
        expect(error.cause, isNull);
        expect((error.position?.line, error.position?.column), (1, 1));
      }
    });

    test('can be caught by the script', () {
      const script = 'try { add("a", 1); } catch (e) { return 7; }';
      expect(engine.eval(script), 7);
    });
  });

  test('an error whose toString fails is still an error', () {
    engine.registerFunction('fail', () => throw _Unprintable());
    final error = runtimeError('fail()');
    expect(error.cause, isA<_Unprintable>());
    expect(error.message, isNotEmpty);
  });

  test('an error message that is no Unicode text is still one', () {
    engine.registerFunction('fail', () => throw 'bad \ud800 text');
    expect(runtimeError('fail()').message, 'bad \ufffd text');
  });

  test('every exception says what it is', () {
    const errors = {
      RhaiSyntaxError('m', position: RhaiPosition(2, 3)): (
        'syntax',
        'RhaiSyntaxError: m (line 2, position 3)',
      ),
      RhaiSyntaxError('m', position: RhaiPosition(2)): (
        'syntax',
        'RhaiSyntaxError: m (line 2)',
      ),
      RhaiRuntimeError('m'): ('runtime', 'RhaiRuntimeError: m'),
      RhaiRuntimeError(
        'm',
        position: RhaiPosition(2, 3),
        callStack: [RhaiStackFrame('script')],
        cause: 1,
      ): (
        'runtime',
        'RhaiRuntimeError: m (line 2, position 3)\nat script',
      ),
      RhaiTimeoutError(
        'm',
        functionName: 'f',
        timeout: Duration(seconds: 1),
        position: RhaiPosition(2, 3),
      ): (
        'timeout',
        'RhaiTimeoutError: m (line 2, position 3)',
      ),
      RhaiCancelledError(): (
        'cancelled',
        'RhaiCancelledError: the engine was disposed',
      ),
      RhaiChannelClosedError('m'): (
        'channel closed',
        'RhaiChannelClosedError: m',
      ),
      RhaiFFIError('m'): ('ffi', 'RhaiFFIError: m'),
    };
    errors.forEach((RhaiException error, expected) {
      expect((_kind(error), '$error'), expected);
      expect(error, isA<Exception>());
      expect(error.message, isNotEmpty);
    });
  });
}

class _Unprintable implements Exception {
  @override
  String toString() => throw StateError('cannot be described');
}
