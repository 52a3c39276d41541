/// Reads scripts line by line, and evaluates them.
library;

import 'dart:async';
import 'dart:convert';
import 'dart:io';

import '../../rhai_dart.dart';
import 'command_line.dart';
import 'console.dart';
import 'continuation.dart';
import 'error_report.dart';
import 'script_modules.dart';
import 'session.dart';
import 'source_files.dart';
import 'sources.dart';
import 'usage_error.dart';
import 'value_text.dart';

/// Evaluates what is typed until the input ends, and returns an exit code.
Future<int> runRepl(CommandLine line, Console console) async {
  final modules = await ScriptModules.inFolder(line.modules);
  final session = Session(line.permissions, modules, console.write);
  final repl = _Repl(session, modules, console);
  await repl.run();
  return ExitCode.success;
}

final class _Repl {
  _Repl(this._session, this._modules, this._console);

  final Session _session;
  final ScriptModules _modules;
  final Console _console;

  /// The lines of an input that goes on.
  final _lines = <String>[];

  /// All inputs.
  final _history = <String>[];

  bool _isRunning = false;
  bool _wasInterrupted = false;

  Future<void> run() async {
    final interrupts = ProcessSignal.sigint.watch().listen(_interrupt);
    final lines = StreamIterator(
      stdin
          .transform(const Utf8Decoder(allowMalformed: true))
          .transform(const LineSplitter()),
    );
    if (_console.isInteractive) {
      _console.write('Rhai in Dart. :help lists commands, Ctrl-D ends.');
    }
    _prompt();
    while (await lines.moveNext()) {
      if (!await _take(lines.current)) break;
      _prompt();
    }
    // Something open at the end of the input is an error.
    if (_lines.isNotEmpty) await _evaluate(_lines.join('\n'));
    await interrupts.cancel();
    await lines.cancel();
    _session.dispose();
  }

  void _prompt() => _console.prompt(_lines.isEmpty ? '> ' : '. ');

  void _interrupt(ProcessSignal signal) {
    if (_isRunning) {
      _wasInterrupted = true;
      _session.interrupt();
      return;
    }
    _lines.clear();
    _console.prompt('\n');
    _prompt();
  }

  /// Takes a line. Returns whether there may be more.
  Future<bool> _take(String line) async {
    if (_lines.isEmpty && line.startsWith(':')) return await _command(line);
    if (_lines.isEmpty && line.trim().isEmpty) return true;
    _lines.add(line);
    final input = _lines.join('\n');
    if (await isIncomplete(_session.engine, input)) return true;
    _lines.clear();
    _history.add(input);
    await _evaluate(input);
    return true;
  }

  /// Evaluates an input, which errors call by a [name].
  Future<void> _evaluate(String input, {String name = 'input'}) async {
    _isRunning = true;
    try {
      final value = await _session.evaluate(input);
      if (value != null) _console.write(textOf(value, quoted: true));
    } on RhaiException catch (error) {
      if (!_wasInterrupted) {
        _console.writeError(
          describeError(error, Sources(name, input, _modules), _console),
        );
      }
    } finally {
      _isRunning = false;
    }
    if (_wasInterrupted) await _goOn();
  }

  /// Goes on after an input was interrupted.
  Future<void> _goOn() async {
    _wasInterrupted = false;
    final lost = await _session.restore();
    _console.writeError('interrupted');
    if (lost.isEmpty) return;
    _console.writeError('lost, as they cannot be kept: ${lost.join(', ')}');
  }

  /// Runs a command of the REPL. Returns whether there may be more input.
  Future<bool> _command(String line) async {
    final [name, ...rest] = line.trim().split(RegExp(r'\s+'));
    switch (name) {
      case ':quit':
        return false;
      case ':help':
        _console.write(_help);
      case ':vars':
        _session.variables.forEach((name, value) {
          final text = value is RhaiException
              ? value.message
              : textOf(value, quoted: true);
          _console.write(_shorten('$name = $text'));
        });
      case ':clear':
        _session.clear();
      case ':functions':
        for (final function in _session.engine.functions) {
          _console.write('$function');
        }
      case ':history':
        for (final (index, input) in _history.indexed) {
          _console.write('${index + 1}: $input');
        }
      case ':load' when rest.isNotEmpty:
        await _load(line.trim().substring(name.length).trim());
      default:
        _console.writeError('There is no command $line; see :help.');
    }
    return true;
  }

  Future<void> _load(String path) async {
    try {
      // Standard input is read already.
      final file = path == standardInput ? './$path' : path;
      await _evaluate(await readSource(file), name: path);
    } on UsageError catch (error) {
      _console.writeError(error.message);
    }
  }

  /// Characters of a variable that are shown.
  static const _maxWidth = 200;

  static String _shorten(String text) =>
      text.length <= _maxWidth ? text : '${text.substring(0, _maxWidth)}…';

  static const _help = '''
:vars         the variables and constants
:clear        removes the variables and constants
:functions    the functions that Dart and this session have added
:load FILE    evaluates a file
:history      the inputs so far
:help         this
:quit         ends, as Ctrl-D does
An input goes on in the next line while something in it is open. Ctrl-C ends a script
that runs, or gives up an input.''';
}
