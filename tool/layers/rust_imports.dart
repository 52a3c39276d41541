/// The imports of Rust files among each other.
library;

import 'dart:io';

import 'import_graph.dart';
import 'rust_modules.dart';
import 'rust_paths.dart';
import 'source_text.dart';

/// Imports among the files of the crate in [crateFolder].
///
/// A file imports the one that defines the last module in a path. That a file
/// declares a module is no import.
List<Arrow> rustArrows(Directory root, String crateFolder) {
  final modules = RustModules(root, crateFolder);
  return [
    for (final file in modules.files) ..._Importer(modules, file).arrows(),
  ];
}

/// Names of other crates that [code] uses, out of [known], each with a line.
Map<String, int> crateNames(String code, Set<String> known) {
  final used = usedPaths(code);
  final local = {
    for (final path in used)
      if (path.names.length > 1) path.alias,
    for (final match in RegExp(r'\bmod\s+(\w+)').allMatches(code)) match[1],
  };
  final lines = <String, int>{};
  for (final path in [...used, ...inlinePaths(code)]) {
    final name = path.names.first;
    if (!known.contains(name) || local.contains(name)) continue;
    lines.putIfAbsent(name, () => lineAt(code, path.offset));
  }
  return lines;
}

class _Importer {
  _Importer(this._modules, this._file);

  final RustModules _modules;
  final RustFile _file;

  /// Modules that the file imports, by the names that it has for them.
  final _imported = <String, Names>{};

  Iterable<Arrow> arrows() sync* {
    for (final path in usedPaths(_file.code)) {
      final target = _absolute(path);
      if (target == null) continue;
      _import(path.alias!, target);
      yield _arrow(path, target);
    }
    for (final path in inlinePaths(_file.code)) {
      final target = _absolute(path);
      if (target != null) yield _arrow(path, target);
    }
  }

  void _import(String alias, Names target) {
    final file = _modules.fileOf(target);
    if (file == null) return;
    if (alias != '*') {
      _imported[alias] = target;
      return;
    }
    for (final child in file.children) {
      _imported.putIfAbsent(child, () => [...target, child]);
    }
  }

  Arrow _arrow(RustPath path, Names target) => Arrow(
    _file.path,
    lineAt(_file.code, path.offset),
    _modules.definingFile(target, from: _file.module)!.path,
  );

  /// The names of [path] from the root of the crate; null if it leads elsewhere.
  Names? _absolute(RustPath path) {
    final here = [..._file.module, ...path.scope];
    final [first, ...rest] = path.names;
    if (first == 'crate') return rest;
    if (first == 'self') return _climb(here, rest);
    if (first == 'super') return _climb(here, path.names);
    if (path.scope.isEmpty && _file.children.contains(first)) {
      return [..._file.module, ...path.names];
    }
    final imported = _imported[first];
    return imported == null ? null : [...imported, ...rest];
  }

  static Names _climb(Names from, Names names) {
    var [...result] = from;
    for (final name in names) {
      if (name == 'super' && result.isNotEmpty) {
        result.removeLast();
      } else {
        result.add(name);
      }
    }
    return result;
  }
}
