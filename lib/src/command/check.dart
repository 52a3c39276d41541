/// Looks at files without running them.
library;

import 'dart:io';

import '../../rhai_dart.dart';
import 'command_line.dart';
import 'console.dart';
import 'error_report.dart';
import 'script_engine.dart';
import 'script_modules.dart';
import 'source_files.dart';
import 'usage_error.dart';

/// Prints what there is to say of the files that [line] names, and of the modules that they
/// import, and returns an exit code.
///
/// Throws a [UsageError] if a file cannot be read.
Future<int> checkFiles(CommandLine line, Console console) async {
  final check = _Check(line, console);
  for (final path in line.files) {
    await check.checkScript(path);
  }
  final isBad = check._hasErrors || line.warningsAreFatal && check._hasWarnings;
  return isBad ? ExitCode.scriptError : ExitCode.success;
}

/// A script or module to look at: its path as it is shown, its text, and for a module its name.
typedef _Source = ({String path, String text, String? module});

final class _Check {
  _Check(this._line, this._console)
    : _seen = {for (final path in _line.files) _fileOf(path)};

  final CommandLine _line;
  final Console _console;

  /// The files that were looked at, or will be.
  final Set<String> _seen;

  bool _hasErrors = false;
  bool _hasWarnings = false;

  /// Looks at a script, and at those of its modules that were not looked at before.
  Future<void> checkScript(String path) async {
    final text = await readSource(path);
    final modules = await ScriptModules.forScript(path, _line.modules);
    final script = ScriptEngine(
      _line.permissions,
      modules,
      onPrint: _console.write,
    );
    try {
      final source = (path: shownPath(path), text: text, module: null);
      await _checkAll([source], script.engine, modules);
    } finally {
      script.dispose();
    }
  }

  /// Looks at [sources], and what these import.
  Future<void> _checkAll(
    List<_Source> sources,
    RhaiEngine engine,
    ScriptModules modules,
  ) async {
    for (var i = 0; i < sources.length; i++) {
      final source = sources[i];
      for (final import in await _checkOne(source, engine)) {
        final module = await _load(import, source, modules);
        if (module != null) sources.add(module);
      }
    }
  }

  /// Looks at one text. Returns its imports.
  Future<List<ScriptImport>> _checkOne(
    _Source source,
    RhaiEngine engine,
  ) async {
    try {
      final result = await engine.analyzeAsync(source.text);
      for (final error in result.syntaxErrors) {
        _report(source, error.position, 'error', error.message);
      }
      for (final warning in result.warnings) {
        _report(source, warning.position, 'warning', warning.message);
      }
      return result.imports;
    } on RhaiException catch (error) {
      // It takes more time or memory than scripts may take.
      _report(source, error.position, 'error', error.message);
      return const [];
    }
  }

  /// Loads the module of an [import]. Null if it was looked at before, is not there, or if only
  /// running the script says which it is.
  Future<_Source?> _load(
    ScriptImport import,
    _Source importer,
    ScriptModules modules,
  ) async {
    final path = import.path;
    if (path == null) return null;
    final name = ScriptModules.nameOf(path, importer.module);
    void warn(String reason) => _report(
      importer,
      import.position,
      'warning',
      'cannot import $path: $reason',
    );
    if (name == null) {
      warn('it leads out of the folder of the modules');
      return null;
    }
    final file = modules.pathOf(name);
    if (!_seen.add(_fileOf(file))) return null;
    try {
      final text = await modules.load(name);
      if (text != null) return (path: file, text: text, module: name);
      warn('there is no such module');
    } on UsageError catch (error) {
      warn(error.message);
    } on FileSystemException catch (error) {
      warn(error.message);
    } on FormatException catch (error) {
      warn(error.message);
    }
    _seen.remove(_fileOf(file));
    return null;
  }

  void _report(
    _Source source,
    RhaiPosition? position,
    String kind,
    String message,
  ) {
    _console.write(finding(source.path, position, kind, message));
    kind == 'error' ? _hasErrors = true : _hasWarnings = true;
  }

  /// The path of a file that is the same for all paths to it.
  static String _fileOf(String path) {
    try {
      return File(path).resolveSymbolicLinksSync();
    } on FileSystemException {
      return path;
    }
  }
}
