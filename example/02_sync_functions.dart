// Lets scripts call Dart functions.
//
//   ./dartw run example/02_sync_functions.dart

import 'package:rhai_dart/rhai_dart.dart';

void main() {
  final engine = RhaiEngine();
  final stock = {'tea': 12, 'cake': 0};

  engine
    ..registerFunction('in_stock', (String item) => stock[item] ?? 0)
    // Scripts may leave out what is optional.
    ..registerFunction('greet', ([String name = 'friend']) => 'Hello, $name!')
    ..registerFunction('sell', (String item, int count) {
      final left = (stock[item] ?? 0) - count;
      if (left < 0) throw StateError('only ${stock[item] ?? 0} $item left');
      stock[item] = left;
      return {'item': item, 'left': left};
    });

  print(engine.eval('greet() + " " + greet("Ann")'));
  print(engine.eval('["tea", "cake"].filter(|item| in_stock(item) > 0)'));
  print(engine.eval('sell("tea", 2).left'));

  print('What a Dart function throws, a script can catch:');
  engine.eval('''
    try {
      sell("cake", 1);
    } catch (error) {
      print(error.type + ": " + error.message);
    }
  ''');

  print('What it does not catch, its caller gets, with the original object:');
  try {
    engine.eval('fn checkout() { sell("cake", 1) }\n checkout()');
  } on RhaiRuntimeError catch (error) {
    print('${error.cause.runtimeType} at line ${error.position?.line}');
  }

  print('A wrong number of arguments never reaches Dart:');
  try {
    engine.eval('sell("tea")');
  } on RhaiRuntimeError catch (error) {
    print(error.message);
  }

  engine.dispose();
}

// Output:
//
// Hello, friend! Hello, Ann!
// [tea]
// 10
// What a Dart function throws, a script can catch:
// StateError: Bad state: only 0 cake left
// What it does not catch, its caller gets, with the original object:
// StateError at line 1
// A wrong number of arguments never reaches Dart:
// Function not found: sell (string) (sell takes 2 arguments)
