// The errors that scripts end with, and how to answer them: a script that is not valid, one
// that fails, a Dart function that throws or takes too long.
//
//   ./dartw run example/04_errors.dart

import 'dart:async';

import 'package:rhai_dart/rhai_dart.dart';

Future<void> main() async {
  final engine = RhaiEngine(
    const RhaiConfig(asyncTimeout: Duration(milliseconds: 50)),
  );
  engine
    ..registerFunction('load', (String name) async {
      throw FormatException('$name is no order');
    })
    ..registerFunction('never', () => Completer<void>().future);

  print('1. What is wrong, and where:');
  for (final (name, script) in [
    ('typo', 'let total = 1;\nlet x = (total + 2;'),
    ('unknown', 'fn check() { lod("a") }\ncheck();'),
    ('thrown', 'fn check(n) { if n > 9 { throw "too many" } }\ncheck(10);'),
    ('dart', 'fn check() { load("order-1") }\ncheck();'),
    ('late', 'never();'),
  ]) {
    print('   ${await answer(engine, name, script)}');
  }

  print('2. The script can answer itself, and go on:');
  await engine.evalAsync<void>(r'''
    fn tried(action) {
      try {
        return action.call();
      } catch (error) {
        // A script throws any value. Errors of Dart are object maps.
        return if type_of(error) == "map" { `${error.type}: ${error.message}` } else { error };
      }
    }
    print(`   ${tried(|| load("order-1"))}`);
    print(`   ${tried(|| never())}`);
    print(`   ${tried(|| { throw "too many" })}`);
  ''');

  print('3. It can throw a value of its own, which Dart gets:');
  try {
    await engine.evalAsync<void>('throw #{code: 409, text: "sold out"}');
  } on RhaiRuntimeError catch (error) {
    print('   ${error.cause}');
  }

  print('4. A result of another type than the one asked for:');
  try {
    engine.evalSync<List<int>>('[1, 2, "three"]');
  } on RhaiConversionError catch (error) {
    print('   ${error.message}');
  }

  print('5. For a log, all of it:');
  try {
    await engine.evalAsync<void>('fn check() { load("order-1") } check()');
  } on RhaiRuntimeError catch (error) {
    print('   $error'.split('\n').first);
    print('   thrown by Dart: ${error.dartStackTrace != null}');
    for (final frame in error.callStack) {
      print('   $frame');
    }
  }

  engine.dispose();
}

/// Runs a script; returns its value, or what to tell its author.
Future<String> answer(RhaiEngine engine, String name, String script) async {
  try {
    final compiled = engine.compile(script, name: '$name.rhai');
    return '${await compiled.evalAsync<Object?>()}';
  } on RhaiException catch (error) {
    // Sealed: a switch that forgets one of the errors does not compile.
    return switch (error) {
      RhaiSyntaxError(:final position) =>
        'not valid, $position: ${error.message}',
      RhaiTimeoutError(:final functionName) => '$functionName took too long',
      RhaiLimitError(:final limit) => 'it needs too much: ${limit.name}',
      RhaiCancelledError() => 'the program ends',
      RhaiChannelClosedError() => 'what it waited for will never come',
      // For authors whom you trust. Others need not know the cause: docs/SECURITY.md.
      RhaiRuntimeError(kind: RhaiRuntimeErrorKind.dartFunction) =>
        '${error.name} failed at ${error.position}: ${error.cause}',
      RhaiRuntimeError(:final callStack) =>
        '${error.message}\n      ${callStack.join('\n      ')}',
      RhaiConversionError() => error.message,
      RhaiFFIError() => 'a bug of rhai_dart: $error',
    };
  }
}

// Output:
//
// 1. What is wrong, and where:
//    not valid, line 2, position 19: in typo.rhai: Expecting ')' for a matching ( in this expression
//    Function not found: lod (string) (did you mean load or log?)
//       at check (unknown.rhai, line 1, position 14)
//       at script (unknown.rhai, line 2, position 1)
//    too many
//       at check (thrown.rhai, line 1, position 26)
//       at script (thrown.rhai, line 2, position 1)
//    load failed at line 1, position 14: FormatException: order-1 is no order
//    never took too long
// 2. The script can answer itself, and go on:
//    FormatException: FormatException: order-1 is no order
//    timeout: never did not complete within 50 ms (RhaiConfig.asyncTimeout)
//    too many
// 3. It can throw a value of its own, which Dart gets:
//    {code: 409, text: sold out}
// 4. A result of another type than the one asked for:
//    result[2]: it must be an int; it is a string
// 5. For a log, all of it:
//    RhaiRuntimeError: FormatException: order-1 is no order (line 1, position 14)
//    thrown by Dart: true
//    at check (line 1, position 14)
//    at script (line 1, position 32)
