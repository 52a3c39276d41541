/// Runs random scripts and checks the rules that hold for all of them.
library;

import 'dart:async';
import 'dart:math';

import 'package:rhai_dart/rhai_dart.dart';

import '../hostile/attacks.dart';
import '../hostile/process_memory.dart';
import '../support/futures.dart';
import 'script_generator.dart';
import 'surroundings.dart';
import 'vocabulary.dart';

/// A script that breaks a rule.
final class Finding implements Exception {
  /// Creates a finding.
  Finding(this.problem, this.script);

  /// The rule that is broken.
  final String problem;

  /// The script.
  final String script;

  @override
  String toString() => '$problem\n$script';
}

/// Runs scripts in engines that each has run many.
final class Fuzzer {
  final _engines = <RhaiEngine?>[null, null, null];

  /// A scope of each engine, in which some of its scripts run.
  final _scopes = <RhaiScope?>[null, null, null];
  final _batch = <(int, String)>[];
  var _memory = ProcessMemory();
  var _runs = 0;

  /// Number of scripts that ended with a value.
  int values = 0;

  static const _mib = 1024 * 1024;

  /// Scripts between two looks at the memory of the process.
  static const _batchSize = 200;

  /// Scripts that an engine runs.
  static const _perEngine = 3000;

  /// Time that a script may take beyond twice its limit: the machine may be busy.
  static const _pause = Duration(milliseconds: 400);

  /// Bytes by which the process may grow beyond a script's memory. Dart's heap keeps
  /// the values of scripts until they are collected.
  static const _slack = 64 * _mib;

  static final _tight = RhaiConfig(
    maxOperations: 20000,
    maxStackDepth: 30,
    maxStringLength: 10000,
    maxArraySize: 1000,
    maxMapSize: 500,
    maxVariables: 100,
    maxFunctions: 50,
    maxOutputLength: 2000,
    maxMemory: 8 * _mib,
    timeout: const Duration(milliseconds: 100),
    asyncTimeout: const Duration(milliseconds: 40),
    totalTimeout: const Duration(milliseconds: 80),
    onPrint: (_) {},
    onDebug: (_, _) {},
  );

  static final _configs = [
    _tight,
    _tight.copyWith(allowEval: true, exposeStackTraces: true),
    // Nothing but memory, time and operations.
    _tight.copyWith(
      maxStringLength: 0,
      maxArraySize: 0,
      maxMapSize: 0,
      maxVariables: 0,
      maxExpressionDepth: 0,
      allowEval: true,
    ),
  ];

  static final _corpus = [
    ...samples,
    for (final attack in allAttacks)
      if (attack.script.length < 300) attack.script,
  ];

  /// The script of a seed.
  String scriptOf(int seed) =>
      ScriptGenerator(Random(seed), corpus: _corpus).any();

  /// Runs [script] under limits that depend on [seed].
  ///
  /// Throws a [Finding] if a rule is broken.
  Future<void> run(int seed, String script) async {
    await _run(seed, script);
    _batch.add((seed, script));
    if (++_runs % _perEngine == 0) await _renewEngines();
    if (_batch.length == _batchSize) await _checkMemory();
  }

  /// Frees everything, after the last checks.
  Future<void> close() async {
    await _checkMemory();
    await _renewEngines();
  }

  Future<void> _run(int seed, String script) async {
    final index = seed % _configs.length;
    final config = _configs[index];
    final engine = _engines[index] ??= _newEngine(config);
    final isValid = _analyze(engine, script);
    final hasValue = await switch (seed ~/ _configs.length % 4) {
      0 => _runCompiled(engine, config, script),
      1 => _runInScope(index, config, script),
      _ => _evaluate(config, script, () => engine.eval(script)),
    };
    if (hasValue && !isValid) {
      throw Finding('a script that does not parse has a value', script);
    }
    if (hasValue) values++;
    await _checkHealth(engine, script);
  }

  /// Runs [script] in a scope with what others have left there. Returns whether it ends with
  /// a value.
  Future<bool> _runInScope(int index, RhaiConfig config, String script) {
    final engine = _engines[index]!;
    final scope = _scopes[index] ??= engine.newScope();
    // Else nothing might run in it any more.
    if (_runs % 10 == 0) scope.clear();
    return _evaluate(config, script, () => engine.eval(script, scope: scope));
  }

  /// Compiles [script], runs it, and calls its functions. Returns whether it ends with a
  /// value.
  Future<bool> _runCompiled(
    RhaiEngine engine,
    RhaiConfig config,
    String script,
  ) async {
    RhaiScript? compiled;
    final hasValue = await _evaluate(
      config,
      script,
      () => (compiled = engine.compile(script)).eval(),
    );
    for (final function in compiled?.functions ?? <ScriptFunctionInfo>[]) {
      final arguments = [for (final _ in function.parameters) 1];
      await _evaluate(
        config,
        script,
        () => compiled!.call(function.name, arguments, thisValue: [1]),
      );
    }
    compiled?.dispose();
    return hasValue;
  }

  /// Whether [script] parses.
  bool _analyze(RhaiEngine engine, String script) {
    final watch = Stopwatch()..start();
    try {
      final (first, second) = (engine.analyze(script), engine.analyze(script));
      if ('${first.syntaxErrors}' != '${second.syntaxErrors}') {
        throw Finding('analyze says this and that', script);
      }
      return first.isValid;
    } on RhaiFFIError catch (error) {
      throw Finding('analyze: $error', script);
    } on RhaiException {
      return false;
    } finally {
      if (watch.elapsed > const Duration(seconds: 2)) {
        // ignore: throw_in_finally
        throw Finding('analyze takes ${watch.elapsed}', script);
      }
    }
  }

  /// Does [run] with [script]. Returns whether it ends with a value.
  Future<bool> _evaluate(
    RhaiConfig config,
    String script,
    FutureOr<Object?> Function() run,
  ) async {
    final watch = Stopwatch()..start();
    var hasValue = false;
    try {
      final value = await run();
      hasValue = true;
      if (value is RhaiFunction) value.dispose();
    } on RhaiFFIError catch (error) {
      throw Finding('$error', script);
    } on RhaiException catch (error) {
      if ('$error'.isEmpty) throw Finding('an error without text', script);
    } catch (error, stackTrace) {
      throw Finding('${error.runtimeType}: $error\n$stackTrace', script);
    }
    final longest = deadline(config) * 2 + _pause;
    if (watch.elapsed > longest) {
      throw Finding('${watch.elapsed} instead of $longest', script);
    }
    return hasValue;
  }

  Future<void> _checkHealth(RhaiEngine engine, String script) async {
    try {
      if (engine.eval('id(v).map(|x| add(x, 1))').toString() == '[2, 3]' &&
          (_runs % 50 != 0 || await engine.eval('later(7)') == 7) &&
          engine.pendingCount == 0 &&
          engine.leakedBytes == 0) {
        return;
      }
    } on RhaiException catch (error) {
      throw Finding('the engine is ill: $error', script);
    }
    throw Finding('the engine is ill', script);
  }

  /// Checks how much the process has grown in the last scripts. If it is too much,
  /// finds the script that takes it.
  Future<void> _checkMemory() async {
    const most = 8 * _mib + _slack;
    final growth = _memory.growth;
    final scripts = [..._batch];
    _batch.clear();
    if (growth > most) {
      for (final (seed, script) in scripts) {
        final memory = ProcessMemory();
        await _run(seed, script);
        if (memory.growth > most ~/ 2) {
          throw Finding('the process grew by ${memory.growth} bytes', script);
        }
      }
      // None does it alone: what Dart collects late.
      print('the process grew by ${growth ~/ _mib} MiB in a batch');
    }
    _memory = ProcessMemory();
  }

  Future<void> _renewEngines() async {
    for (var i = 0; i < _engines.length; i++) {
      _engines[i]?.dispose();
      _engines[i] = null;
      _scopes[i] = null;
    }
    await later(null);
  }

  RhaiEngine _newEngine(RhaiConfig config) =>
      engineForRandomScripts(config, keep: _keep);

  /// The last function that a script wanted to be kept.
  static RhaiFunction? kept;

  static void _keep(RhaiFunction f) {
    kept?.dispose();
    kept = f;
  }
}
