/// Matchers of the errors that scripts end with.
library;

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

/// Throws an error of the script whose message is [message], or matches it.
Matcher throwsRuntimeError(Object message) => throwsA(
  isA<RhaiRuntimeError>().having((e) => e.message, 'message', message),
);

/// Throws an error of the script whose cause is [cause], or matches it.
Matcher throwsWithCause(Object? cause) =>
    throwsA(isA<RhaiRuntimeError>().having((e) => e.cause, 'cause', cause));

/// Throws the error of a broken limit, which is [value] if that is given.
Matcher throwsLimitError(RhaiLimit limit, [int? value]) => throwsA(
  isA<RhaiLimitError>()
      .having((e) => e.limit, 'limit', limit)
      .having((e) => e.value, 'value', value ?? anything),
);

/// Throws the error of a script that took longer than [timeout].
Matcher throwsTimeout(Object timeout) => throwsA(
  isA<RhaiTimeoutError>().having((e) => e.timeout, 'timeout', timeout),
);

/// Throws the error of a script whose engine was disposed of.
final Matcher throwsCancelled = throwsA(isA<RhaiCancelledError>());
