/// Hints in the messages of errors: what to do about a failure.
library;

import 'dart:async';

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import '../support/engines.dart';
import '../support/errors.dart';
import '../support/folders.dart';

void main() {
  late RhaiEngine engine;
  setUp(() => engine = engineWith(RhaiConfig.secureDefaults()));

  String messageOf(String script, [RhaiEngine? other]) =>
      errorThrownBy<RhaiException>(
        () => (other ?? engine).eval(script),
      ).message;

  group('a function that is not there', () {
    test('comes with the nearest names that there are', () {
      engine.registerFunction('fetch_user', (int id) => id);
      expect(
        messageOf('fetch_usr(1)'),
        'Function not found: fetch_usr (i64) (did you mean fetch_user?)',
      );
      expect(
        messageOf('fn total_of(x) { x } totalof(1)'),
        endsWith('(did you mean total_of?)'),
      );
      expect(messageOf('"x".trimm()'), endsWith('(did you mean trim?)'));
    });

    test('comes with how many arguments those of its name take', () {
      engine.registerFunction('add', (int a, int b, [int c = 0]) => a + b + c);
      expect(messageOf('add(1)'), endsWith('(add takes 2 or 3 arguments)'));
      expect(
        messageOf('fn f(a) { a } f(1, 2)'),
        endsWith('(f takes 1 argument)'),
      );
    });

    test('takes as many after the dot, where it is called as a method', () {
      engine.registerFunction('slow', (int x) => x);
      expect(
        messageOf('"tea".slow(1)'),
        'Function not found: slow (string, i64) '
        '(slow takes 0 arguments after the dot)',
      );
      expect(messageOf('slow(1, 2)'), endsWith('(slow takes 1 argument)'));
    });

    test('is a closure that takes another number of arguments', () {
      for (final (script, count) in [
        ('let m = #{x: 1}; m.filter(|| 1 == 1)', '0 arguments'),
        ('let a = 1; let m = #{x: 1}; m.filter(|| a == 1)', '0 arguments'),
        ('let a = 1; let b = 2; #{x: 1}.map(|x, y, z| a == b)', '3 arguments'),
        ('let a = 1; [1].map(|x, y, z| a)', '3 arguments'),
        ('let a = 1; let f = |x| x + a; f.call()', '1 argument'),
      ]) {
        expect(messageOf(script), endsWith('(it takes $count)'));
      }
    });

    test('is the same where a function of a script is called by Dart', () {
      engine.registerFunction('fetch_user', (int id) => id);
      final function =
          engine.eval('fn f(x) { fetch_usr(x) } Fn("f")') as RhaiFunction;
      expect(
        () => function(1),
        throwsA(
          isA<RhaiRuntimeError>()
              .having((e) => e.name, 'name', 'fetch_usr')
              .having((e) => e.message, 'message', contains('fetch_user?')),
        ),
      );
    });

    test('of a module comes with those of the module', () {
      final modules = ModuleFolder()
        ..write('tax', 'fn rate_of(x) { x } fn total(a, b) { a + b }');
      final engine = engineWithModules();
      final import = modules.import('tax', 'tax');
      expect(
        messageOf('$import tax::rateof(1)', engine),
        endsWith('tax::rateof (i64) (did you mean tax::rate_of?)'),
      );
      expect(
        messageOf('$import tax::total(1)', engine),
        endsWith('(tax::total takes 2 arguments)'),
      );
    });

    test('is no more than Rhai says for a script that catches it', () {
      engine.registerFunction('fetch_user', (int id) => id);
      expect(
        engine.eval('let m = ""; try { fetch_usr(1) } catch (e) { m = e } m'),
        containsPair('error', 'ErrorFunctionNotFound'),
      );
    });
  });

  group('a value that is () may be an entry that is missing:', () {
    const messages = {
      'o.totl * 2': 'Function not found: * ((), i64) (one',
      'let x = 2; x += o.totl': 'Function not found: + (i64, ()) (one',
      '-o.totl': 'Function not found: - (()) (the',
      'len(o.totl)': 'Function not found: len (()) (the',
      'o.totl.len()': 'Function not found: len (()) (the',
      'if o.totl { 1 }': 'Data type incorrect: () (expecting bool) (the',
      'o.totl.net':
          "Unknown property 'net' - a getter is not registered for type '()' "
          '(the',
    };
    messages.forEach((script, message) {
      test(script, () {
        engine.setVar('o', {'total': 1});
        expect(
          messageOf(script),
          '$message value is `()`: is it an entry that the map does not have?)',
        );
      });
    });

    test('an argument of a Dart function', () {
      engine
        ..setVar('o', {'total': 1})
        ..registerFunction('twice', (int x) => x * 2);
      expect(
        messageOf('twice(o.totl)'),
        'Function not found: twice (()); there is twice (i64) (the value is '
        '`()`: is it an entry that the map does not have?)',
      );
      expect(messageOf('nope(o.totl)'), 'Function not found: nope (())');
    });
  });

  group('what is written as in Dart says how Rhai has it:', () {
    const waits = 'a call waits by itself: leave it out';
    const hints = {
      'await f()': waits,
      'let x = await f();': waits,
      'async fn f() { }': waits,
      'fn f() async { }': waits,
      'f(null)': 'in Rhai it is `()`',
      'if 1 == null { }': 'in Rhai it is `()`',
      'var x = 1;': 'declare with `let`',
      'final x = 1;': 'declare with `let`',
      'final int x = 1;': 'declare with `let`',
      'for (var x in [1]) { }': 'write `for x in list { … }`',
      'let x = 1 > 2 ? 3 : 4;': 'write `if c { a } else { b }`',
      'let i = 0; i++;': 'write `x += 1`',
      'let i = 0; --i;': 'write `x -= 1`',
      '7 ~/ 2': '`/` of integers is an integer',
      "let t = 'tea';": 'text is in double quotes: "tea"',
      "print('two words')": 'text is in double quotes: "two words"',
    };
    hints.forEach((script, hint) {
      test(script, () {
        final error = errorThrownBy<RhaiSyntaxError>(() => engine.eval(script));
        expect(error.message, endsWith(' ($hint)'));
        expect(
          engine.analyze(script).syntaxErrors.single.message,
          error.message,
        );
      });
    });

    test('nothing else that does not parse', () {
      for (final script in ['~7', 'let x = 1; x y', '1 +', "'a"]) {
        expect(messageOf(script), isNot(contains('(')), reason: script);
      }
    });
  });

  test('a constant that a call by name does not find', () {
    final script = engine.compile('const R = 2; fn f() { global::R }');
    final error = errorThrownBy<RhaiRuntimeError>(() => script.call('f', []));
    expect(
      error.message,
      'Variable not found: global::R (a call by name runs the function only: '
      'run the script, with `const R = …` at global level, in a scope first, '
      'and call the function with that scope)',
    );
    final scope = engine.newScope();
    script.eval(scope: scope);
    expect(script.call('f', [], scope: scope), 2);
  });

  test('analyze offers the nearest names too', () {
    engine.registerFunction('fetch_user', (int id) => id);
    final warnings = engine.analyze('fetch_usr(1); "x".trimm();').warnings;
    expect(warnings.map((warning) => warning.message), [
      'unknown function: fetch_usr with 1 argument (did you mean fetch_user?)',
      'unknown method: trimm with 0 arguments (did you mean trim?)',
    ]);
    expect(warnings.first.name, 'fetch_usr');
  });

  group('a variable that is not there', () {
    test('is to be declared', () {
      expect(
        messageOf('x = 5'),
        'Variable not found: x (declare it with `let x = …`)',
      );
    });

    test('comes with near ones, also those of the engine', () {
      engine.setVar('customer', 1);
      expect(messageOf('custommer'), contains('did you mean customer?'));
      expect(messageOf('let total = 1; ttal'), contains('did you mean total?'));
    });

    test('may be one that functions do not see', () {
      expect(
        messageOf('let rate = 2; fn f(x) { x * rate } f(1)'),
        contains('functions do not see the variables of the script'),
      );
    });
  });

  group('a Dart object', () {
    test('has no fields, whose type is named', () {
      engine.setVar('user', Uri());
      for (final script in [
        'user.name',
        'user.name = 1',
        'user.name += 1',
        'user.name.first',
        'user["name"]',
        '#{u: user}.u.name',
      ]) {
        final message = messageOf(script);
        expect(message, contains("'name'"), reason: script);
        expect(message, contains('of type ${Uri().runtimeType};'));
      }
      expect(messageOf('user[0]'), contains('${Uri().runtimeType}'));
    });

    test('has no methods either', () {
      engine.setVar('user', Uri());
      expect(
        messageOf('user.save(1)'),
        contains('no registered type has this method'),
      );
    });

    test('has the name of its type as an argument, where it is known', () {
      engine
        ..setVar('user', Uri())
        ..setVar('all', {'first': Uri()})
        ..setVar('later', DateTime(2000))
        ..registerFunction('save', (Uri x) => 1);
      final type = '${Uri().runtimeType}';
      const unknown = 'a Dart object';
      for (final (script, message) in [
        ('user + 1', '+ ($type, i64)'),
        ('all.first + 1', '+ ($type, i64)'),
        ('let x = user; 1 - x', '- (i64, $type)'),
        ('fn f(u) { u + 1 } f(user)', '+ ($unknown, i64)'),
        ('save("x")', 'save (string); there is save ($unknown)'),
        // Where the name may be that of another one, or of an entry.
        ('{ let user = all; user + 1 }', '+ (map, i64)'),
        ('{ let user = later; user + 1 }', '+ ($unknown, i64)'),
        ('for user in [later] { user + 1 }', '+ ($unknown, i64)'),
        ('let a = #{user: later}; a.user.nope(1)', 'nope ($unknown, i64)'),
      ]) {
        expect(
          messageOf(script),
          startsWith('Function not found: $message'),
          reason: script,
        );
      }
    });
  });

  test('the text of a closure has no number', () {
    engine.setVar('dart', () => 1);
    expect(messageOf('throw || 1'), 'Fn(closure)');
    expect(messageOf('throw [|| 1]'), contains('closure'));
    expect(
      engine.eval('fn f() { } [|x| x, f, dart].to_string()'),
      '[Fn(closure), Fn(f), Fn(Dart function)]',
    );
    expect(engine.eval(r'`${|x| x} ${dart}`'), 'Fn(closure) Fn(Dart function)');
  });

  test('a limit that is broken in a module names the module', () {
    final path = ModuleFolder().write('inf', 'loop { }');
    final engine = engineWith(
      RhaiConfig(allowModules: true, allowFileIo: true, maxOperations: 1000),
    );
    expect(
      messageOf('import "$path" as m;', engine),
      'in module $path: too many operations: the limit is 1000 '
      '(RhaiConfig.maxOperations)',
    );
  });

  group('what is switched off names its option:', () {
    final config = RhaiConfig(
      disabledSymbols: {'while', '**'},
      deniedFunctions: {'timestamp', 'sleep'},
    );
    final options = {
      'import "x" as x;': 'allowModules',
      'export x;': 'allowModules',
      'eval("1")': 'allowEval',
      'while true { }': 'disabledSymbols',
      '2 ** 3': 'disabledSymbols',
      'timestamp()': 'deniedFunctions',
      'sleep(1)': 'deniedFunctions',
    };
    options.forEach((script, option) {
      test(script, () {
        final engine = engineWith(config);
        expect(messageOf(script, engine), contains('RhaiConfig.$option'));
        final result = engine.analyze(script);
        final found = [...result.syntaxErrors, ...result.warnings];
        expect('${found.single}', contains('RhaiConfig.$option'));
      });
    });

    test('what is not allowed', () {
      final engine = engineWith(RhaiConfig(allowedFunctions: {'len'}));
      expect(messageOf('abs(1)', engine), contains('allowedFunctions'));
      expect(messageOf('"".len(1)', engine), isNot(contains('allowed')));
    });

    test('a file', () {
      final engine = engineWith(RhaiConfig(allowModules: true));
      expect(messageOf('import "x" as x;', engine), contains('allowFileIo'));
    });

    test('nothing else that does not parse', () {
      expect(messageOf('let while = 1;'), isNot(contains('RhaiConfig')));
    });
  });

  group('a broken limit names its option:', () {
    final cases = {
      'maxOperations': (
        RhaiConfig(maxOperations: 100),
        'loop { }',
        'too many operations: the limit is 100 (RhaiConfig.maxOperations)',
      ),
      'maxStackDepth': (
        RhaiConfig(maxStackDepth: 5),
        'fn f() { f() } f()',
        null,
      ),
      'maxExpressionDepth': (
        RhaiConfig(maxExpressionDepth: 8),
        '${'(' * 10}1${')' * 10}',
        null,
      ),
      'maxStringLength': (
        RhaiConfig(maxStringLength: 9),
        'let s = "12345"; s + s',
        null,
      ),
      'maxArraySize': (
        RhaiConfig(maxArraySize: 9),
        'let a = []; a.pad(10, 0); a',
        null,
      ),
      'maxMapSize': (RhaiConfig(maxMapSize: 1), '#{a: 1} + #{b: 2}', null),
      'maxVariables': (
        RhaiConfig(maxVariables: 1),
        'let a = 1; let b = 2;',
        null,
      ),
      'maxFunctions': (
        RhaiConfig(maxFunctions: 1),
        'fn f() { } fn g() { }',
        null,
      ),
      'maxMemory': (
        RhaiConfig(maxMemory: 1 << 20),
        'let a = []; loop { a.push([1]); }',
        null,
      ),
      'maxOutputLength': (
        RhaiConfig(maxOutputLength: 3, onPrint: (_) {}),
        'print("1234")',
        null,
      ),
      'timeout': (
        RhaiConfig(timeout: const Duration(milliseconds: 5), maxOperations: 0),
        'loop { }',
        'the script ran longer than its limit of 5 ms (RhaiConfig.timeout)',
      ),
    };
    cases.forEach((option, example) {
      test(option, () {
        final (config, script, message) = example;
        final found = messageOf(script, engineWith(config));
        expect(found, message ?? endsWith('(RhaiConfig.$option)'));
      });
    });

    test('totalTimeout, asyncTimeout', () async {
      const short = Duration(milliseconds: 10);
      for (final (config, option) in [
        (RhaiConfig(totalTimeout: short), 'totalTimeout'),
        (RhaiConfig(asyncTimeout: short), 'asyncTimeout'),
      ]) {
        final engine = engineWith(config)
          ..registerFunction('never', () => Completer<void>().future);
        await expectLater(
          engine.evalAsync('never()'),
          throwsA(
            isA<RhaiTimeoutError>().having(
              (e) => e.message,
              'message',
              allOf(contains(' 10 ms '), endsWith('(RhaiConfig.$option)')),
            ),
          ),
        );
      }
    });

    test('maxExpressionDepth and maxVariables in analyze, as in eval', () {
      final engine = engineWith(RhaiConfig(maxVariables: 1));
      for (final script in [
        '${'(' * 70}1${')' * 70}',
        'let a = 1; let b = 2;',
      ]) {
        final error = engine.analyze(script).syntaxErrors.single;
        expect(error.message, messageOf(script, engine));
        expect(error.message, contains('(RhaiConfig.max'));
      }
    });
  });

  group('a function that returns a Stream', () {
    final isRefused = isA<RhaiRuntimeError>()
        .having((e) => e.name, 'name', 'events')
        .having(
          (e) => e.cause,
          'cause',
          isA<RhaiConversionError>()
              .having((e) => e.path, 'path', startsWith('result of events'))
              .having((e) => e.problem, 'problem', contains('Stream'))
              .having((e) => e.hint, 'hint', contains('return a List')),
        );

    test('fails', () {
      for (final result in [
        Stream.value(1),
        [Stream.value(1)],
        StreamController<int>().stream,
      ]) {
        engine.registerFunction('events', () => result);
        expect(() => engine.eval('events()'), throwsA(isRefused));
      }
    });

    test('fails when its Future completes with one', () async {
      engine.registerFunction('events', () async => Stream.value(1));
      await expectLater(engine.eval('events()'), throwsA(isRefused));
    });

    test('fails so that the script can catch it', () {
      engine.registerFunction('events', () => Stream.value(1));
      expect(
        engine.eval('let t = ""; try { events() } catch (e) { t = e.type } t'),
        'RhaiConversionError',
      );
    });
  });

  test('no asyncTimeout ends no wait', () async {
    final engine = engineWith(RhaiConfig(asyncTimeout: Duration.zero))
      ..registerFunction(
        'later',
        () => Future.delayed(const Duration(milliseconds: 20), () => 1),
      );
    expect(await engine.eval('sleep(0.01); later() + later()'), 2);
  });
}
