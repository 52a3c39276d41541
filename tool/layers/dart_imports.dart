/// The imports of Dart files, and the folders that they may come from.
library;

import 'dart:io';

import 'files.dart';
import 'import_graph.dart';
import 'rules.dart';
import 'source_text.dart';

/// Imports, exports and parts of our own files in `lib`.
List<Arrow> dartArrows(Directory root) {
  final package = RegExp(
    r'^name: *(\w+)',
    multiLine: true,
  ).firstMatch(readFile(root, 'pubspec.yaml') ?? '')?[1];
  return [
    for (final file in filesIn(root, 'lib', '.dart'))
      ..._arrowsOf(file, dartCode(readFile(root, file)!), package),
  ];
}

/// Imports of folders that may not be imported, as [dartFolders] says.
List<String> forbiddenDartImports(Directory root, List<Arrow> arrows) {
  final leaves = _leaves(filesIn(root, 'lib', '.dart'), arrows);
  final problems = <String>[
    for (final folder in filesIn(root, 'lib', '.dart').map(folderOf).toSet())
      if (!dartFolders.containsKey(folder))
        '$folder: no layer has this folder; see tool/layers/rules.dart',
  ];
  for (final Arrow(:from, :line, :to) in arrows) {
    final allowed = dartFolders[folderOf(from)];
    final folder = folderOf(to);
    if (allowed == null || folder == folderOf(from)) continue;
    if (allowed.contains(folder) || leaves.contains(to)) continue;
    final reason = folder == leavesFolder
        ? 'which is no leaf: it imports ${_higher(to, leaves, arrows)}'
        : '${folderOf(from)} may not import $folder';
    problems.add('$from:$line imports $to, $reason');
  }
  return problems;
}

final _directive = RegExp(
  r'^\s*(?:import|export|part)\s+(?!of\b)([^;]*);',
  multiLine: true,
);

Iterable<Arrow> _arrowsOf(String file, String code, String? package) sync* {
  for (final directive in _directive.allMatches(code)) {
    // More than one where the import depends on the platform.
    for (final uri in RegExp(
      r'''['"]([^'"]+\.dart)['"]''',
    ).allMatches(directive[1]!)) {
      final to = _resolve(file, uri[1]!, package);
      if (to == null) continue;
      yield Arrow(
        file,
        lineAt(code, directive.start + directive[0]!.indexOf(uri[0]!)),
        to,
      );
    }
  }
}

/// Path of the file with the given [uri] in [file], if it is one of ours.
String? _resolve(String file, String uri, String? package) {
  if (uri.startsWith('package:$package/')) {
    return 'lib/${uri.substring('package:$package/'.length)}';
  }
  if (uri.contains(':')) return null;
  return Uri(path: file).resolve(uri).path;
}

/// The first file that [file] imports and that is no leaf.
String _higher(String file, Set<String> leaves, List<Arrow> arrows) => arrows
    .firstWhere((arrow) => arrow.from == file && !leaves.contains(arrow.to))
    .to;

Set<String> _leaves(List<String> files, List<Arrow> arrows) {
  final leaves = {
    for (final file in files)
      if (folderOf(file) == leavesFolder || otherLeaves.contains(file)) file,
  };
  bool isNoLeaf(String file) =>
      arrows.any((arrow) => arrow.from == file && !leaves.contains(arrow.to));
  while (true) {
    final others = leaves.where(isNoLeaf).toSet();
    if (others.isEmpty) return leaves;
    leaves.removeAll(others);
  }
}
