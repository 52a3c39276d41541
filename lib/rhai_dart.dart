/// Runs [Rhai](https://rhai.rs) scripts, and lets them call Dart functions,
/// asynchronous ones included, as if they were synchronous.
///
/// ```dart
/// final engine = RhaiEngine();
/// engine.registerFunction('fetch_user', (int id) async => {'name': 'Ann'});
/// print(await engine.eval('let user = fetch_user(42); user.name')); // Ann
/// engine.dispose();
/// ```
library;

export 'src/analysis_result.dart';
export 'src/directory_module_loader.dart';
export 'src/engine.dart';
export 'src/engine_config.dart' show RhaiConfig;
export 'src/errors.dart';
export 'src/rhai_function.dart';
export 'src/rhai_constant_info.dart';
export 'src/rhai_function_info.dart';
export 'src/rhai_limit.dart';
export 'src/rhai_position.dart';
export 'src/rhai_range.dart';
export 'src/rhai_scope.dart';
export 'src/rhai_script.dart';
export 'src/rhai_stack_frame.dart';
export 'src/rhai_stats.dart';
