/// Engines that are disposed of when their test ends.
library;

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

/// An engine with [config].
RhaiEngine engineWith(RhaiConfig config) {
  final engine = RhaiEngine.withConfig(config);
  addTearDown(engine.dispose);
  return engine;
}

/// An engine whose scripts may import modules from files.
RhaiEngine engineWithModules({int? maxModules}) => engineWith(
  const RhaiConfig(
    allowModules: true,
    allowFileIo: true,
  ).copyWith(maxModules: maxModules),
);

/// An engine whose scripts are limited in what is given here, and in sizes.
RhaiEngine limitedEngine({
  int maxOperations = 0,
  int? maxStackDepth,
  int? maxStringLength,
  Duration timeout = Duration.zero,
}) => engineWith(
  const RhaiConfig().copyWith(
    maxOperations: maxOperations,
    maxStackDepth: maxStackDepth,
    maxStringLength: maxStringLength,
    timeout: timeout,
  ),
);

/// An engine that must still work when the test ends, whatever its scripts were.
RhaiEngine engineThatSurvives() {
  final engine = RhaiEngine.withDefaults()
    ..registerFunction('id', (Object? x) => x);
  addTearDown(() {
    engine.setVar('check', ['ok', 1]);
    expect(engine.eval('let r = check; r.push(id(2.5)); r.map(|x| x)'), [
      'ok',
      1,
      2.5,
    ]);
    engine.dispose();
  });
  return engine;
}
