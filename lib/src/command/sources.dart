import 'dart:convert';

import 'script_modules.dart';
import 'source_files.dart';

/// The scripts that errors may be in.
final class Sources {
  /// Creates them for the main script, by its path and text, and its modules.
  Sources(this._path, this._text, this._modules);

  final String _path;
  final String _text;
  final ScriptModules _modules;

  /// The path of a module; the main script has the name ''.
  String pathOf(String module) =>
      module.isEmpty ? shownPath(_path) : _modules.pathOf(module);

  /// A line of a module, counted from 1; null if it is not known.
  String? lineOf(String module, int line) {
    final text = module.isEmpty ? _text : _modules.textOf(module);
    if (text == null || line < 1) return null;
    final lines = const LineSplitter().convert(text);
    return line <= lines.length ? lines[line - 1] : null;
  }
}
