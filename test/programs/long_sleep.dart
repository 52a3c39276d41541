// Scripts that would sleep for years; one times out, one is cancelled.

import 'package:rhai_dart/rhai_dart.dart';

Future<void> main() async {
  final hasty = RhaiEngine.withConfig(
    RhaiConfig(asyncTimeout: const Duration(milliseconds: 20)),
  );
  print(
    await hasty.eval(
      'let x = 0; try { sleep(1e9) } catch (e) { x = e.type } x',
    ),
  );
  final patient = RhaiEngine.withConfig(RhaiConfig.unlimited());
  final result = patient.evalAsync('sleep(1e9)');
  await Future<void>.delayed(const Duration(milliseconds: 1));
  patient.dispose();
  try {
    await result;
  } on RhaiCancelledError {
    print('cancelled');
  }
}
