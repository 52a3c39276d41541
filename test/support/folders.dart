/// Folders that are deleted when their test ends.
library;

import 'dart:io';

import 'package:test/test.dart';

/// An empty folder.
Directory temporaryFolder() {
  final folder = Directory.systemTemp.createTempSync('rhai_dart_test_');
  addTearDown(() => folder.deleteSync(recursive: true));
  return folder;
}

/// A folder of modules for scripts to import.
final class ModuleFolder {
  final Directory _folder = temporaryFolder();

  /// The path by which scripts import the module [name].
  String path(String name) => '${_folder.path}/$name'.replaceAll(r'\', '/');

  /// Makes the module [name] of the script [text]; returns its path.
  String write(String name, String text) {
    File('${path(name)}.rhai')
      ..parent.createSync(recursive: true)
      ..writeAsStringSync(text);
    return path(name);
  }

  /// The statement that imports the module [name] as [alias].
  String import(String name, [String alias = 'm']) =>
      'import "${path(name)}" as $alias;';
}
