/// The fields of errors beside their message.
library;

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import '../support/engines.dart';
import '../support/errors.dart';
import '../support/folders.dart';

void main() {
  late RhaiEngine engine;
  setUp(() => engine = RhaiEngine.withDefaults());
  tearDown(() => engine.dispose());

  T errorOf<T extends RhaiException>(String script, [RhaiEngine? other]) =>
      errorThrownBy<T>(() => (other ?? engine).eval(script));

  group('a syntax error', () {
    test('has the line and a caret below the place', () {
      final error = errorOf<RhaiSyntaxError>('let a = 1;\n\tlet b = * 2;\na');
      expect(error.sourceLine, '\tlet b = * 2;');
      expect(error.caret, 10);
      expect('$error', endsWith('\n\tlet b = * 2;\n\t        ^'));
      expect((error.position?.line, error.position?.column), (2, 10));
      expect(error.callStack, isEmpty);
    });

    test('counts characters and not bytes', () {
      final error = errorOf<RhaiSyntaxError>('let e = "日本語🙂"; let y = ;');
      final line = error.sourceLine!.runes.toList();
      expect(line.length, error.caret);
      expect(String.fromCharCode(line.last), ';');
    });

    test('shows the part of a long line that matters', () {
      final before = 'let x = 1; ' * 100;
      final error = errorOf<RhaiSyntaxError>('$before let y = ; $before');
      final line = error.sourceLine!;
      expect(line.length, lessThan(130));
      expect((line[0], line[line.length - 1]), ('…', '…'));
      expect(line.substring(error.caret! - 1), startsWith('; let x'));
    });

    test('at the end of a script may have no line', () {
      final error = errorOf<RhaiSyntaxError>('let x = ');
      expect('$error', startsWith('RhaiSyntaxError: '));
    });

    test('is the same in analyze', () {
      const script = 'let x = 1;\nlet y = ;';
      final error = engine.analyze(script).syntaxErrors.single;
      expect('$error', '${errorOf<RhaiSyntaxError>(script)}');
      expect(error.caret, 9);
    });

    test('of a module has no line of the script, but the calls', () {
      final path = ModuleFolder().write('bad', 'let x = ;');
      final other = engineWithModules();
      final error = errorOf<RhaiSyntaxError>(
        'let a = 1;\nimport "$path" as bad;',
        other,
      );
      expect(error.sourceLine, isNull);
      expect(error.callStack.first.function, 'module $path');
      expect(error.callStack.first.source, path);
    });
  });

  group('a runtime error says what kind it is:', () {
    const scripts = {
      'throw 1': (RhaiRuntimeErrorKind.thrown, ''),
      'fail()': (RhaiRuntimeErrorKind.dartFunction, 'fail'),
      'nope(1)': (RhaiRuntimeErrorKind.functionNotFound, 'nope'),
      'abs("x")': (RhaiRuntimeErrorKind.functionNotFound, 'abs'),
      'nope': (RhaiRuntimeErrorKind.variableNotFound, 'nope'),
      'let x = 1; x.y.z': (RhaiRuntimeErrorKind.propertyNotFound, 'y'),
      'let x = #{a: 1}; x.a.b = 2': (
        RhaiRuntimeErrorKind.propertyNotFound,
        'b',
      ),
      'user.name': (RhaiRuntimeErrorKind.propertyNotFound, 'name'),
      'user.name = 1': (RhaiRuntimeErrorKind.propertyNotFound, 'name'),
      'user["name"]': (RhaiRuntimeErrorKind.propertyNotFound, 'name'),
      '[1][5]': (RhaiRuntimeErrorKind.indexOutOfBounds, ''),
      '"abc"[5]': (RhaiRuntimeErrorKind.indexOutOfBounds, ''),
      'let x = 1; if x { 2 } else { 3 }': (
        RhaiRuntimeErrorKind.typeMismatch,
        '',
      ),
      'fn f() { this } f()': (RhaiRuntimeErrorKind.unboundThis, ''),
      'let y = 1; for x in y { }': (RhaiRuntimeErrorKind.notIterable, ''),
      'C += 1': (RhaiRuntimeErrorKind.constantChanged, 'C'),
      '1 / 0': (RhaiRuntimeErrorKind.arithmetic, ''),
      '9223372036854775807 + 1': (RhaiRuntimeErrorKind.arithmetic, ''),
    };
    scripts.forEach((script, expected) {
      test(script, () {
        engine
          ..registerFunction('fail', () => throw StateError('failed'))
          ..setVar('user', Uri())
          ..setConstant('C', 1);
        final error = errorOf<RhaiRuntimeError>(script);
        expect((error.kind, error.name), expected);
        expect(error.position?.line, 1);
      });
    });
  });

  test('the call stack has the functions and where each was', () {
    final error = errorOf<RhaiRuntimeError>(
      'fn inner(x) {\n  throw x\n}\nfn outer(x) {\n  inner(x)\n}\n'
      '[1].map(|x| outer(x))',
    );
    expect(
      [for (final frame in error.callStack) frame.function],
      ['inner', 'outer', 'closure', 'map', 'script'],
    );
    expect(error.callStack[0].position, const RhaiPosition(2, 3));
    expect(error.callStack[1].position, const RhaiPosition(5, 3));
    expect(error.callStack.last.position, const RhaiPosition(7, 5));
    expect('$error', endsWith('\n${error.callStack.join('\n')}'));
    expect(error.dartStackTrace, isNull);
  });

  test('a broken limit has its place and the call stack', () {
    final error = errorOf<RhaiLimitError>('fn f() { loop { } }\n\nf()');
    expect(error.limit, RhaiLimit.operations);
    expect(error.value, 1000000);
    expect(error.position?.line, isNotNull);
    expect(error.callStack, isNotEmpty);
    expect(error.callStack.last.function, 'script');
  });

  group('a Dart function that is a value', () {
    setUp(() {
      engine
        ..setVar('f', (String x) => x)
        ..setVar('api', {
          'opt': (int x) => x,
          'b': {'both': (int x, int y) => x},
          'fail': (int x) => throw StateError('no'),
        });
    });

    const cases = {
      'f.call()': ('f', 'Function not found: f () (f takes 1 argument)'),
      'api.opt(1, 2)': ('opt', '(i64, i64) (opt takes 1 argument)'),
      'api.b.both.call(1)': ('both', '(i64) (both takes 2 arguments)'),
      'api["opt"].call()': ('opt', 'opt () (opt takes 1 argument)'),
      'api.opt("a")': ('opt', 'opt: argument 1 must be an int; it is a string'),
      '[1].map(|x| api.opt("a"))': ('opt', 'opt: argument 1 must be an int'),
      'api.fail(1)': ('fail', 'Bad state: no'),
      '[1].map(f)': ('the Dart function', 'argument 1 must be a string'),
      '[1, 2].sort(f)': (
        'the Dart function',
        'the Dart function (i64, i64) (it takes 1 argument)',
      ),
    };
    cases.forEach((script, expected) {
      test('is called what the script calls it: $script', () {
        final (name, message) = expected;
        final error = errorOf<RhaiRuntimeError>(script);
        expect(error.message, contains(message));
        expect(error.name, name);
      });
    });
  });

  test('frames and positions can be compared and printed', () {
    const frame = RhaiStackFrame(
      'f',
      source: 'm',
      position: RhaiPosition(1, 2),
    );
    expect(frame, isNot(const RhaiStackFrame('f')));
    expect(frame.hashCode, isNot(const RhaiStackFrame('g').hashCode));
    expect('$frame', 'at f (m, line 1, position 2)');
    expect('${const RhaiStackFrame('f')}', 'at f');
    expect('${const RhaiPosition(3)}', 'line 3');
    expect('${RhaiPosition.unknown}', 'unknown position');
  });
}
