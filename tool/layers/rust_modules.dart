/// The modules of a crate, and the files that define them.
library;

import 'dart:io';

import 'files.dart';
import 'source_text.dart';

/// A path of names, as `a::b` is `['a', 'b']`.
typedef Names = List<String>;

/// A file of a crate.
class RustFile {
  /// Creates a file.
  RustFile(this.path, this.module, this.code);

  /// Its path from the root of the package.
  final String path;

  /// Its module from the root of the crate, which is the empty path.
  final Names module;

  /// Its text without comments, literals and tests.
  final String code;

  /// Modules that it declares to be in files of their own.
  late final Set<String> children = {
    for (final match in _child.allMatches(code)) match[2]!,
  };

  /// Those of its [children] that only modules below it can name.
  late final Set<String> privateChildren = {
    for (final match in _child.allMatches(code))
      if (match[1] == null) match[2]!,
  };

  static final _child = RegExp(
    r'\b(pub\b\s*(?:\([^)]*\)\s*)?)?mod\s+(\w+)\s*;',
  );
}

/// Files of the crate in a folder, by their modules.
class RustModules {
  /// Reads the files in `src` of the crate in [crateFolder].
  RustModules(Directory root, String crateFolder) {
    final source = '$crateFolder/src/';
    for (final path in filesIn(root, '$crateFolder/src', '.rs')) {
      final names = path.substring(source.length, path.length - 3).split('/');
      if (names.last == 'mod' || path == '${source}lib.rs') names.removeLast();
      _files[names.join('::')] = RustFile(
        path,
        names,
        rustCode(readFile(root, path)!),
      );
    }
  }

  final _files = <String, RustFile>{};

  /// All files.
  Iterable<RustFile> get files => _files.values;

  /// The file that defines [module]; null if it has none of its own.
  RustFile? fileOf(Names module) => _files[module.join('::')];

  /// The file that defines the module that [path] goes through last, as far as code
  /// in [from] can name it.
  RustFile? definingFile(Names path, {required Names from}) {
    var file = fileOf(const []);
    for (var length = 1; length <= path.length; length++) {
      final module = path.sublist(0, length);
      final parent = path.sublist(0, length - 1);
      final next = fileOf(module);
      if (next == null) break;
      final isPrivate = file?.privateChildren.contains(module.last) ?? false;
      if (isPrivate && !_startsWith(from, parent)) break;
      file = next;
    }
    return file;
  }

  static bool _startsWith(Names path, Names start) =>
      path.length >= start.length &&
      path.take(start.length).join('::') == start.join('::');
}
