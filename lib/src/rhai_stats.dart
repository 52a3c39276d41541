/// @docImport 'engine.dart';
/// @docImport 'engine_config.dart';
/// @docImport 'errors.dart';
/// @docImport 'rhai_function.dart';
/// @docImport 'rhai_script.dart';
library;

/// The ways in which an execution can end.
enum RhaiEnding {
  /// It had a value.
  value,

  /// A [RhaiSyntaxError].
  syntaxError,

  /// A [RhaiRuntimeError] that is none of those below.
  runtimeError,

  /// A [RhaiLimitError].
  limitError,

  /// A [RhaiTimeoutError].
  timeoutError,

  /// A [RhaiCancelledError].
  cancelledError,

  /// A [RhaiChannelClosedError].
  channelClosedError,

  /// A [RhaiConversionError].
  conversionError,

  /// Anything else, such as a [RhaiFFIError] or an [Error] of Dart's own.
  otherError,
}

/// The numbers of an engine at one moment.
///
/// An execution is a run of a script, by [RhaiEngine.eval] and its like or of a [RhaiScript],
/// or a call of one of its functions from Dart, by name or as a [RhaiFunction].
/// [RhaiEngine.compile] and [RhaiEngine.analyze] are executions, too, under the same limits.
/// One that a Dart function starts for a script counts by itself. The calls that a script
/// makes with `parallel` are part of its execution.
///
/// [started] is always the sum of [ended] and [underWay].
final class RhaiStats {
  /// Takes the numbers. The map has every [RhaiEnding].
  RhaiStats({
    required this.started,
    required this.refused,
    required this.underWay,
    required Map<RhaiEnding, int> endings,
    required this.waiting,
    required this.functionCalls,
    required this.waits,
    required this.timeouts,
    required this.bytesToScripts,
    required this.bytesToDart,
    required this.cachedScripts,
    required this.cachedBytes,
    required this.compiledScripts,
    required this.memory,
    required this.peakMemory,
    required this.leakedBytes,
  }) : endings = Map.unmodifiable(endings);

  /// Executions that have started.
  ///
  /// One whose text or arguments cannot cross to Rhai does not start.
  final int started;

  /// Executions that did not start because of [RhaiConfig.maxWaiting].
  final int refused;

  /// Executions that have started and not ended.
  final int underWay;

  /// Executions that have ended, by how they did; 0 for ways in which none did.
  ///
  /// Converting a result to a type that was asked for is no part of an execution.
  final Map<RhaiEnding, int> endings;

  /// Executions that wait for a Future, as [RhaiEngine.pendingCount] says.
  final int waiting;

  /// Calls of Dart functions by scripts.
  ///
  /// Calls of members of Dart types count, calls within a `parallel`, and those of functions
  /// that the engine has by itself: `print`, `sleep`, `parallel`, the module loader, and what
  /// compares or prints Dart objects.
  final int functionCalls;

  /// Futures that scripts have waited for. The calls of a `parallel` wait each for theirs, and
  /// the script for all of them.
  final int waits;

  /// Waits that took longer than [RhaiConfig.asyncTimeout], also where a script caught that.
  final int timeouts;

  /// Bytes of values that went to scripts: arguments, variables, results and errors of Dart
  /// functions.
  ///
  /// They are counted as they are encoded for the way. Null, booleans and numbers by themselves
  /// take none. The texts of scripts and modules are no values.
  final int bytesToScripts;

  /// Bytes of values that came from scripts: results, errors, arguments of Dart functions.
  ///
  /// They are counted as those of [bytesToScripts].
  final int bytesToDart;

  /// Texts of scripts and modules that are kept compiled, in case that they run again.
  final int cachedScripts;

  /// Bytes that they take, [RhaiConfig.scriptCacheSize] at most.
  final int cachedBytes;

  /// [RhaiScript]s that are neither disposed nor garbage collected.
  final int compiledScripts;

  /// Bytes of memory that the executions under way use now, all together.
  final int memory;

  /// The most bytes of memory that one execution has used at once, to an eighth or 4 KiB.
  /// [RhaiConfig.maxMemory] is the limit of that.
  final int peakMemory;

  /// Bytes of memory that were lost, as [RhaiEngine.leakedBytes] says.
  final int leakedBytes;

  /// Executions that have ended.
  int get ended => endings.values.fold(0, (sum, count) => sum + count);

  /// The numbers for people, in several lines.
  @override
  String toString() {
    final ways = [
      for (final MapEntry(key: ending, value: count) in endings.entries)
        if (count > 0) '${ending.name} $count',
    ];
    return [
      'executions: $started started, $underWay under way, $waiting waiting, '
          '$refused refused',
      'ended: $ended${ways.isEmpty ? '' : ' (${ways.join(', ')})'}',
      'Dart functions: $functionCalls called, $waits waited for, '
          '$timeouts timed out',
      'values: $bytesToScripts bytes to scripts, $bytesToDart bytes to Dart',
      'compiled: $cachedScripts cached in $cachedBytes bytes, '
          '$compiledScripts kept as RhaiScript',
      'memory: $memory bytes now, $peakMemory bytes at most, '
          '$leakedBytes bytes lost',
    ].join('\n');
  }
}
