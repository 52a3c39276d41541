// Variables that live across evaluations: what a loop of inputs needs.
//
//   ./dartw run example/07_scopes.dart

import 'package:rhai_dart/rhai_dart.dart';

Future<void> main() async {
  final engine = RhaiEngine()
    ..registerFunction('fetch_rate', (String currency) async => 1.25);
  final scope = engine.newScope()..setConstant('HOME', 'EUR');

  print('1. Each input finds what those before have declared:');
  for (final input in [
    'let total = 0.0',
    'total += 40',
    'let rate = fetch_rate("USD")',
    'let to_dollars = |amount| amount * rate',
    'nonsense(',
    'total += unknown',
    r'`${to_dollars.call(total)} dollars, and home is ${HOME}`',
  ]) {
    try {
      final value = await engine.evalAsync<Object?>(input, scope: scope);
      print('   > $input');
      if (value != null) print('   $value');
    } on RhaiException catch (error) {
      print('   > $input\n   ${error.message}');
    }
  }

  print('2. Dart reads and changes them:');
  scope.set('total', 100.0);
  print('   the variables are ${scope.keys}');
  print('   the total is ${scope.get<double>('total')}');
  print(
    '   in dollars ${engine.evalSync<double>('to_dollars.call(total)', scope: scope)}',
  );

  print('3. A copy goes its own way:');
  final copy = scope.clone();
  engine.eval('total = 0.0', scope: copy);
  print('   ${copy.get<double>('total')} and ${scope.get<double>('total')}');

  engine.dispose();
}

// Output:
//
// 1. Each input finds what those before have declared:
//    > let total = 0.0
//    > total += 40
//    > let rate = fetch_rate("USD")
//    > let to_dollars = |amount| amount * rate
//    > nonsense(
//    Expecting ')' to close the arguments list of this function call 'nonsense'
//    > total += unknown
//    Variable not found: unknown (declare it with `let unknown = …`)
//    > `${to_dollars.call(total)} dollars, and home is ${HOME}`
//    50.0 dollars, and home is EUR
// 2. Dart reads and changes them:
//    the variables are [HOME, total, rate, to_dollars]
//    the total is 100.0
//    in dollars 125.0
// 3. A copy goes its own way:
//    0.0 and 100.0
