/// All tests as one program, which can be compiled ahead of time:
/// `tool/test_aot.sh`. Only those that start processes are not among them.
library;

import 'package:test/test.dart';

import 'abandoned_future_test.dart' as abandoned_future;
import 'analyze_random_test.dart' as analyze_random;
import 'analyze_test.dart' as analyze;
import 'analyze_warnings_test.dart' as analyze_warnings;
import 'async_errors_test.dart' as async_errors;
import 'async_function_test.dart' as async_function;
import 'async_timeout_test.dart' as async_timeout;
import 'bad_input_test.dart' as bad_input;
import 'basics_test.dart' as basics;
import 'builtins_test.dart' as builtins;
import 'clean_up_test.dart' as clean_up;
import 'concurrent_scripts_test.dart' as concurrent_scripts;
import 'dart_objects_test.dart' as dart_objects;
import 'data_size_test.dart' as data_size;
import 'disabled_features_test.dart' as disabled_features;
import 'dispose_test.dart' as dispose;
import 'errors_test.dart' as errors;
import 'event_loop_test.dart' as event_loop;
import 'hostile/hostile_test.dart' as hostile;
import 'large_scripts_test.dart' as large_scripts;
import 'limits_test.dart' as limits;
import 'random_scripts_test.dart' as random_scripts;
import 'random_values_test.dart' as random_values;
import 'redis_test.dart' as redis;
import 'reentrancy_test.dart' as reentrancy;
import 'register_function_test.dart' as register_function;
import 'released_values_test.dart' as released_values;
import 'scale_test.dart' as scale;
import 'script_functions_test.dart' as script_functions;
import 'time_limit_test.dart' as time_limit;
import 'value_decoder_test.dart' as value_decoder;
import 'value_errors_test.dart' as value_errors;
import 'values_test.dart' as values;
import 'waiting_places_test.dart' as waiting_places;

void main() {
  group('abandoned_future', abandoned_future.main);
  group('analyze', analyze.main);
  group('analyze_random', analyze_random.main);
  group('analyze_warnings', analyze_warnings.main);
  group('async_errors', async_errors.main);
  group('async_function', async_function.main);
  group('async_timeout', async_timeout.main);
  group('bad_input', bad_input.main);
  group('basics', basics.main);
  group('builtins', builtins.main);
  group('clean_up', clean_up.main);
  group('concurrent_scripts', concurrent_scripts.main);
  group('dart_objects', dart_objects.main);
  group('data_size', data_size.main);
  group('disabled_features', disabled_features.main);
  group('dispose', dispose.main);
  group('errors', errors.main);
  group('event_loop', event_loop.main);
  group('hostile', hostile.main);
  group('large_scripts', large_scripts.main);
  group('limits', limits.main);
  group('random_scripts', random_scripts.main);
  group('random_values', random_values.main);
  group('redis', redis.main);
  group('reentrancy', reentrancy.main);
  group('register_function', register_function.main);
  group('released_values', released_values.main);
  group('scale', scale.main);
  group('script_functions', script_functions.main);
  group('time_limit', time_limit.main);
  group('value_decoder', value_decoder.main);
  group('value_errors', value_errors.main);
  group('values', values.main);
  group('waiting_places', waiting_places.main);
}
