// A script catches a timeout; then the program has nothing more to do.

import 'dart:async';

import 'package:rhai_dart/rhai_dart.dart';

Future<void> main() async {
  final engine = RhaiEngine.withConfig(
    RhaiConfig(asyncTimeout: const Duration(milliseconds: 20)),
  );
  engine.registerFunction('never', () => Completer<void>().future);
  print(
    await engine.eval('let x = 0; try { never() } catch (e) { x = e.type } x'),
  );
}
