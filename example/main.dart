// The shortest complete program: a script calls an asynchronous Dart function as if it were
// synchronous.
//
//   ./dartw run example/main.dart      in a checkout of the repository
//   dart run bin/main.dart             in your own package, where you copied it to
//
// More programs, by question:
// https://github.com/rhai-dart/rhai_dart/blob/main/example/README.md

import 'package:rhai_dart/rhai_dart.dart';

Future<void> main() async {
  final engine = RhaiEngine();
  engine.registerFunction('fetch_price', (String item) async {
    await Future<void>.delayed(const Duration(milliseconds: 50)); // HTTP, …
    return item.length * 1.5;
  });
  print(await engine.eval('["tea", "cake"].map(|item| fetch_price(item))'));
  engine.dispose();
}

// Output:
//
// [4.5, 6.0]
