/// The texts of scripts.
library;

import 'dart:convert';
import 'dart:io';

import 'usage_error.dart';

/// Name of standard input among the files.
const standardInput = '-';

/// Reads a script from a file, or from standard input.
///
/// Throws a [UsageError] if it cannot be read.
Future<String> readSource(String path) async {
  try {
    final bytes = path == standardInput
        ? await stdin.fold(<int>[], (all, part) => all..addAll(part))
        : await File(path).readAsBytes();
    return utf8.decode(bytes);
  } on FileSystemException catch (error) {
    final reason = error.osError?.message ?? error.message;
    throw UsageError('cannot read $path: $reason.');
  } on FormatException {
    throw UsageError('cannot read $path: it is not text in UTF-8.');
  }
}

/// The scripts that errors may be in.
final class Sources {
  /// Creates them for the main script, by its path and text.
  Sources(this.path, this._text);

  /// The path of the main script.
  final String path;

  final String _text;

  /// Paths and texts of modules, by their names.
  final Map<String, (String, String)> _modules = {};

  /// Adds a module that was loaded, by the name that errors have for it.
  void addModule(String name, String path, String text) =>
      _modules[name] = (path, text);

  /// The path of a module; the main script has the name ''.
  String pathOf(String module) =>
      module.isEmpty ? _shown : _modules[module]?.$1 ?? module;

  String get _shown => path == standardInput ? '<stdin>' : path;

  /// A line of a module, counted from 1; null if it is not known.
  String? lineOf(String module, int line) {
    final text = module.isEmpty ? _text : _modules[module]?.$2;
    if (text == null) return null;
    final lines = const LineSplitter().convert(text);
    return line <= lines.length ? lines[line - 1] : null;
  }
}
