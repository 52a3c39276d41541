// An engine is disposed while a script waits, for a very long time if need be.

import 'dart:async';

import 'package:rhai_dart/rhai_dart.dart';

Future<void> main() async {
  final engine = RhaiEngine.withConfig(RhaiConfig.unlimited());
  engine.registerFunction('never', () => Completer<void>().future);
  final result = engine.evalAsync('never()');
  // Lets the script's timer be set.
  await Future<void>.delayed(const Duration(milliseconds: 1));
  engine.dispose();
  try {
    await result;
  } on RhaiCancelledError {
    print('cancelled');
  }
}
