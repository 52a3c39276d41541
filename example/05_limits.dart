// The sandbox: what a script cannot reach, and the limits that end one that takes too much.
//
//   ./dartw run example/05_limits.dart

import 'dart:async';

import 'package:rhai_dart/rhai_dart.dart';

Future<void> main() async {
  // Every limit has a default. Most scripts need a hundredth of it.
  final engine = RhaiEngine(
    RhaiConfig(
      maxOperations: 100000,
      maxMemory: 8 << 20,
      maxStackDepth: 20,
      maxStringLength: 1 << 20,
      maxArraySize: 10000,
      maxOutputLength: 100,
      maxWaiting: 2,
      timeout: const Duration(seconds: 5),
      asyncTimeout: const Duration(milliseconds: 50),
      totalTimeout: const Duration(seconds: 2),
      deniedFunctions: {'timestamp'},
      onPrint: (text) {}, // to the user's own log
    ),
  );
  engine.registerFunction('never', () => Completer<void>().future);

  print('1. There are no files, processes or modules to reach:');
  for (final script in [
    'open_file("/etc/passwd")',
    'import "/etc/passwd" as secrets;',
    'eval("40 + 2")',
    'timestamp()',
  ]) {
    print('   ${await outcome(engine, script)}');
  }

  print('2. What takes too much is ended, and says which limit that was:');
  for (final script in [
    'loop { }',
    'fn deeper(n) { deeper(n + 1) } deeper(0)',
    'let text = "x"; loop { text += text }',
    'let list = []; list.pad(20000, 0);',
    'let all = []; loop { let x = ""; x.pad(900000, "x"); all.push(x) }',
    'loop { print("again and again") }',
    'loop { try { never() } catch { } }',
  ]) {
    print('   ${await outcome(engine, script)}');
  }

  print('3. No script can catch that:');
  print(
    '   ${await outcome(engine, 'try { loop { } } catch { return "caught" }')}',
  );

  print('4. A slow Dart function is an error that it can catch:');
  print(
    '   ${await outcome(engine, 'try { never() } catch (e) { return e.type }')}',
  );

  print('5. More scripts at once than there may be are refused:');
  final outcomes = await Future.wait([
    for (var i = 1; i <= 3; i++)
      outcome(engine, 'try { never() } catch { return $i }'),
  ]);
  for (final text in outcomes) {
    print('   $text');
  }

  print('6. The engine works on:');
  print('   ${await outcome(engine, '40 + 2')}');

  engine.dispose();
}

/// The value of a script, or why it has none.
Future<String> outcome(RhaiEngine engine, String script) async {
  try {
    return '${await engine.evalAsync<Object?>(script)}';
  } on RhaiLimitError catch (error) {
    return '${error.limit.name}: ${error.message}';
  } on RhaiTimeoutError catch (error) {
    return 'time: ${error.message}';
  } on RhaiException catch (error) {
    return error.message;
  }
}

// Output:
//
// 1. There are no files, processes or modules to reach:
//    Function not found: open_file (string)
//    'import' is a reserved keyword (import is switched off by RhaiConfig.allowModules)
//    reserved keyword 'eval' is disabled (eval is switched off by RhaiConfig.allowEval)
//    Function not found: timestamp () (it is one of RhaiConfig.deniedFunctions)
// 2. What takes too much is ended, and says which limit that was:
//    operations: too many operations: the limit is 100000 (RhaiConfig.maxOperations)
//    stackDepth: stack overflow: the limit is 20 nested calls (RhaiConfig.maxStackDepth)
//    stringLength: Length of string too large: the limit is 1048576 bytes (RhaiConfig.maxStringLength)
//    arraySize: Size of array/BLOB too large: the limit is 10000 elements (RhaiConfig.maxArraySize)
//    memory: too much memory: the limit is 8388608 bytes (RhaiConfig.maxMemory)
//    outputLength: too much output of print and debug: the limit is 100 bytes (RhaiConfig.maxOutputLength)
//    time: the script took longer than its limit of 2000 ms in all (RhaiConfig.totalTimeout)
// 3. No script can catch that:
//    operations: too many operations: the limit is 100000 (RhaiConfig.maxOperations)
// 4. A slow Dart function is an error that it can catch:
//    timeout
// 5. More scripts at once than there may be are refused:
//    1
//    2
//    waiting: too many scripts are under way at once: the limit is 2, so wait until one has ended (RhaiConfig.maxWaiting)
// 6. The engine works on:
//    42
