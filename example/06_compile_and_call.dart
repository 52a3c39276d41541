// A script that is compiled once, and whose functions Dart calls by name.
//
//   ./dartw run example/06_compile_and_call.dart

import 'package:rhai_dart/rhai_dart.dart';

Future<void> main() async {
  final engine = RhaiEngine()
    ..registerFunction(
      'stock_of',
      (String item) => Future.delayed(
        const Duration(milliseconds: 20),
        () => item.length * 10,
      ),
    );

  final rules = engine.compile('''
    /// Says how many of an item may be sold.
    fn on_order(item, count) {
      let left = stock_of(item);
      if count > left { throw `only \${left} of \${item} are left`; }
      #{item: item, count: count, total: price(item) * count}
    }

    fn price(item) { if item == "tea" { 3.5 } else { 4.25 } }

    print("this is never printed: calls run functions only");
  ''', name: 'rules.rhai');

  print('1. What the script has:');
  for (final function in rules.functions) {
    print(
      '   ${function.name}(${function.parameters.join(', ')})'
      '${function.documentation.isEmpty ? '' : '  ${function.documentation}'}',
    );
  }

  print('2. Functions wait where they must, and return what Dart asks for:');
  final double price = rules.callSync('price', ['tea']);
  print('   tea costs $price');
  final order = await rules.callAsync<Map<String, Object?>>('on_order', [
    'cake',
    3,
  ]);
  print('   the order is $order');

  print('3. Errors name the script, the place, and what there is instead:');
  for (final (function, arguments) in [
    ('on_order', ['tea', 99]),
    ('on_order', ['tea']),
    ('on_sale', <Object?>[]),
  ]) {
    try {
      await rules.callAsync<Object?>(function, arguments);
    } on RhaiRuntimeError catch (error) {
      print('   ${error.message}');
      for (final frame in error.callStack.take(1)) {
        print('      $frame');
      }
    }
  }

  rules.dispose();
  engine.dispose();
}

// Output:
//
// 1. What the script has:
//    on_order(item, count)  Says how many of an item may be sold.
//    price(item)
// 2. Functions wait where they must, and return what Dart asks for:
//    tea costs 3.5
//    the order is {count: 3, item: cake, total: 12.75}
// 3. Errors name the script, the place, and what there is instead:
//    only 30 of tea are left
//       at on_order (rules.rhai, line 4, position 25)
//    rules.rhai has no function on_order with 1 argument: there is on_order(item, count)
//    rules.rhai has no function on_sale with 0 arguments: there are on_order(item, count), price(item)
