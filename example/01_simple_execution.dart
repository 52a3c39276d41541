// Runs scripts and shows what comes back: values, variables, errors.
//
//   ./dartw run example/01_simple_execution.dart

import 'package:rhai_dart/rhai_dart.dart';

void main() {
  final engine = RhaiEngine();

  print('1. Scripts return values.');
  print('   40 + 2 is ${engine.eval('40 + 2')}');
  final order = engine.eval('''
    let items = [#{name: "tea", price: 3.5}, #{name: "cake", price: 4.25}];
    let total = items.map(|item| item.price).reduce(|sum, price| sum + price, 0.0);
    #{items: items.len(), total: total}
  ''');
  print('   an order is $order');

  print('2. Variables are set once and seen by every later script.');
  engine
    ..setVar('name', 'Ann')
    ..setConstant('VAT', 0.19);
  print('   ${engine.eval('`Hello, \${name}! VAT is \${VAT * 100.0} %.`')}');

  print('3. Errors are typed and say where.');
  for (final script in ['let x = ;', 'let x = 1; x.y.z', 'loop {}']) {
    try {
      engine.eval(script);
    } on RhaiSyntaxError catch (error) {
      // With the line of the script, and a caret below the place.
      print('$error');
    } on RhaiLimitError catch (error) {
      print('limit of ${error.limit.name}: ${error.value}');
    } on RhaiScriptError catch (error) {
      print(
        'line ${error.position?.line}, position ${error.position?.column}: '
        '${error.message}',
      );
    }
  }

  print('4. A script can be checked without running it.');
  print('   ${engine.analyze('fn twice(x) { x * 2 } twic(21)').warnings}');

  engine.dispose();
}

// Output:
//
// 1. Scripts return values.
//    40 + 2 is 42
//    an order is {items: 2, total: 7.75}
// 2. Variables are set once and seen by every later script.
//    Hello, Ann! VAT is 19.0 %.
// 3. Errors are typed and say where.
// RhaiSyntaxError: Unexpected ';' (line 1, position 9)
// let x = ;
//         ^
// line 1, position 14: Unknown property 'y' - a getter is not registered for type 'i64'
// limit of operations: 1000000
// 4. A script can be checked without running it.
//    [unknown function: twic with 1 argument (did you mean twice?) (line 1, position 23)]
