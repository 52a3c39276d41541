/// The modules that scripts of the command import.
library;

import 'dart:io';

import '../../rhai_dart.dart';
import 'source_files.dart';
import 'usage_error.dart';

/// The modules below a folder, or none.
final class ScriptModules {
  ScriptModules._(this._folder)
    : _loader = _folder == null ? null : DirectoryModuleLoader(_folder);

  /// Finds the modules for the script at [path]: in [folder], or else in the folder that the
  /// script is in.
  ///
  /// What is no file, such as standard input, is in no folder. A link stands for its file.
  ///
  /// Throws a [UsageError] if [folder] does not exist.
  static Future<ScriptModules> forScript(String path, String? folder) async {
    if (folder != null) return inFolder(folder);
    if (path == standardInput || !await FileSystemEntity.isFile(path)) {
      return ScriptModules._(null);
    }
    final file = await FileSystemEntity.isLink(path)
        ? await File(path).resolveSymbolicLinks()
        : path;
    return ScriptModules._(File(file).parent.path);
  }

  /// Finds the modules in [folder], or none if that is null.
  ///
  /// Throws a [UsageError] if it does not exist.
  static Future<ScriptModules> inFolder(String? folder) async {
    if (folder != null && !await Directory(folder).exists()) {
      throw UsageError('--modules: there is no folder $folder.');
    }
    return ScriptModules._(folder);
  }

  final String? _folder;
  final DirectoryModuleLoader? _loader;

  /// The texts that were loaded, by the names of the modules.
  final Map<String, String> _texts = {};

  /// Loads the module [name], as [RhaiConfig.moduleLoader] does.
  ///
  /// Throws a [UsageError] if there is no folder, and a [FileSystemException] or a
  /// [FormatException] if the file cannot be read.
  Future<String?> load(String name, [String? importer]) async {
    final loader = _loader;
    if (loader == null) {
      throw const UsageError('say where modules are with --modules=DIR');
    }
    final text = await loader.call(name, importer);
    if (text != null) _texts[name] = text;
    return text;
  }

  /// The path of the file of a module.
  String pathOf(String name) {
    final folder = _folder == null || _folder == '.' ? '' : '$_folder/';
    return '$folder$name${_loader?.extension ?? ''}';
  }

  /// The text of a module that was loaded, or null.
  String? textOf(String name) => _texts[name];

  /// The name of the module that [path] stands for in the module [importer], or in the script
  /// if that is null. Null if it can be none.
  static String? nameOf(String path, String? importer) {
    if (!path.startsWith('./') && !path.startsWith('../')) return path;
    if (path.endsWith('/') || path.endsWith('.')) return null;
    final names = [...?importer?.split('/')];
    if (names.isNotEmpty) names.removeLast();
    for (final part in path.split('/')) {
      switch (part) {
        case '' || '.':
          break;
        case '..' when names.isEmpty:
          return null;
        case '..':
          names.removeLast();
        default:
          names.add(part);
      }
    }
    return names.join('/');
  }
}
