// A script that may wait without limit, for what never comes: the program ends.

import 'dart:async';

import 'package:rhai_dart/rhai_dart.dart';

final never = Completer<void>();

Future<void> main() async {
  final engine = RhaiEngine.withConfig(
    RhaiConfig(asyncTimeout: Duration.zero, totalTimeout: Duration.zero),
  )..registerFunction('never', () => never.future);
  unawaited(engine.evalAsync('never()'));
  await Future<void>.delayed(const Duration(milliseconds: 1));
  print(engine.pendingCount);
}
