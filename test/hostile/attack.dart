/// Scripts that try to do harm, and how each must end.
library;

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

/// The use of the value of an attack.
enum Then {
  /// Nothing.
  nothing,

  /// The script's value, a function, is called.
  callResult,
}

/// A hostile script.
final class Attack {
  /// Creates an attack; [ends] matches its error.
  const Attack(
    this.name,
    this.script,
    this.ends, {
    required this.config,
    this.then = Then.nothing,
    this.unmetered = 0,
  });

  /// A description of the attack.
  final String name;

  /// The script.
  final String script;

  /// Matches the error of the script, or its value if it has one.
  final Matcher ends;

  /// The limits it runs under.
  final RhaiConfig config;

  /// The use of its value.
  final Then then;

  /// Bytes that it may take beside its memory, as documented.
  final int unmetered;

  /// Longest time that it may take in all: twice the sum of its time limits.
  Duration get longest => deadline(config) * 2;
}

/// Time after which the limits have ended a script. If it waits at all, its running
/// time may come on top of the waits.
Duration deadline(RhaiConfig config) =>
    config.timeout +
    (config.totalTimeout < config.asyncTimeout
        ? config.totalTimeout
        : config.asyncTimeout);

const _mib = 1024 * 1024;

void _ignore(String text) {}
void _ignoreDebug(String text, RhaiPosition position) {}

/// Limits of two seconds and 16 MiB, and the default limits otherwise. Most loops meet
/// the limit of operations first.
final tight = RhaiConfig(
  timeout: const Duration(milliseconds: 2000),
  maxMemory: 16 * _mib,
  totalTimeout: const Duration(milliseconds: 400),
  asyncTimeout: const Duration(milliseconds: 300),
  onPrint: _ignore,
  onDebug: _ignoreDebug,
);

/// Only time and memory are limited.
final lifted = tight.copyWith(
  maxOperations: 0,
  maxStringLength: 0,
  maxArraySize: 0,
  maxMapSize: 0,
  maxVariables: 0,
  maxFunctions: 0,
  maxOutputLength: 0,
);

/// No operations are counted, and the time is short.
final byTime = tight.copyWith(
  maxOperations: 0,
  timeout: const Duration(milliseconds: 300),
);

/// Small sizes of everything.
final small = tight.copyWith(
  maxStringLength: 10000,
  maxArraySize: 1000,
  maxMapSize: 500,
  maxVariables: 50,
  maxFunctions: 20,
  maxOutputLength: 2000,
);

/// A broken limit.
Matcher limit(RhaiLimit limit) =>
    isA<RhaiLimitError>().having((e) => e.limit, 'limit', limit);

/// A failure of the script's own of this kind.
Matcher fails(RhaiRuntimeErrorKind kind) =>
    isA<RhaiRuntimeError>().having((e) => e.kind, 'kind', kind);

/// A failure like [fails] about this name.
Matcher failsFor(RhaiRuntimeErrorKind kind, String name) => allOf(
  fails(kind),
  isA<RhaiRuntimeError>().having((e) => e.name, 'name', name),
);

/// A Dart function that the script called failed with this.
Matcher dartFails(Matcher cause) => allOf(
  fails(RhaiRuntimeErrorKind.dartFunction),
  isA<RhaiRuntimeError>().having((e) => e.cause, 'cause', cause),
);

/// The script ran too long.
final Matcher ranTooLong = isA<RhaiTimeoutError>().having(
  (e) => e.functionName,
  'functionName',
  isNull,
);

/// The script waited too long for this function.
Matcher waitedTooLong(String function) => isA<RhaiTimeoutError>().having(
  (e) => e.functionName,
  'functionName',
  function,
);

/// The script does not parse.
final Matcher doesNotParse = isA<RhaiSyntaxError>();

/// One of these limits was broken.
Matcher anyOfLimits(List<RhaiLimit> limits) =>
    isA<RhaiLimitError>().having((e) => e.limit, 'limit', isIn(limits));

/// The limit of operations, of memory or of time. Which one is met first depends on how
/// fast the machine is.
final Matcher anyLimit = anyOf(
  anyOfLimits([RhaiLimit.operations, RhaiLimit.memory]),
  isA<RhaiTimeoutError>(),
);
