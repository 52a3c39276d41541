/// The manifests of crates.
library;

import 'dart:io';

import 'files.dart';

/// A dependency in a manifest.
class Dependency {
  /// Creates a dependency.
  const Dependency(this.alias, this.crate, {required this.isForTests});

  /// Its name in the code.
  final String alias;

  /// Its folder if it is one of ours, else the name of its package.
  final String crate;

  /// Whether only tests use it.
  final bool isForTests;
}

final _section = RegExp(r'^\[(.+)\]\s*$');
final _entry = RegExp(r'''^["']?([\w-]+)["']?\s*(?:\.[\w.-]+\s*)?=\s*(.*)$''');
final _dependencies = RegExp(
  r'(?:^|\.)((?:dev-|build-)?dependencies)(?:\.([\w-]+))?$',
);

/// Folders of the crates in [folder] and directly below it.
List<String> crateFolders(Directory root, String folder) => [
  for (final path in filesIn(root, folder, 'Cargo.toml'))
    if (path.split('/').length <= folder.split('/').length + 2 &&
        (readFile(
          root,
          path,
        )!).contains(RegExp(r'^\[package\]', multiLine: true)))
      folderOf(path),
];

/// Dependencies of the crate in [crateFolder], those for tests included.
///
/// What it takes from the workspace is looked up in the manifest in
/// [workspaceFolder].
List<Dependency> dependenciesOf(
  Directory root,
  String crateFolder,
  String workspaceFolder,
) {
  final shared = {
    for (final MapEntry(:key, :value) in _entriesOf(
      root,
      workspaceFolder,
    ).entries)
      if (key.section == 'workspace.dependencies')
        key.name: _crateOf(key.name, value, workspaceFolder),
  };
  return [
    for (final MapEntry(:key, :value) in _entriesOf(root, crateFolder).entries)
      if (!key.section.startsWith('workspace'))
        Dependency(
          key.name.replaceAll('-', '_'),
          value.contains(RegExp(r'workspace\s*=\s*true'))
              ? shared[key.name] ?? key.name
              : _crateOf(key.name, value, crateFolder),
          isForTests: key.section.endsWith('dev-dependencies'),
        ),
  ];
}

String _crateOf(String name, String value, String folder) {
  final path = RegExp(r'path\s*=\s*"([^"]*)"').firstMatch(value)?[1];
  if (path != null) {
    final resolved = Uri(path: '$folder/').resolve('$path/').path;
    return resolved.substring(0, resolved.length - 1);
  }
  return RegExp(r'package\s*=\s*"([^"]*)"').firstMatch(value)?[1] ?? name;
}

/// The dependencies in a manifest, each with the text that says where it is from.
Map<({String section, String name}), String> _entriesOf(
  Directory root,
  String folder,
) {
  final entries = <({String section, String name}), String>{};
  String? section;
  String? single;
  for (final line in (readFile(root, '$folder/Cargo.toml') ?? '').split('\n')) {
    if (line.trimLeft().startsWith('#')) continue;
    final header = _section.firstMatch(line.trim());
    if (header != null) {
      final match = _dependencies.firstMatch(header[1]!);
      single = match?[2];
      section = match == null
          ? null
          : single == null
          ? header[1]!
          : header[1]!.substring(0, header[1]!.length - single.length - 1);
      if (section != null && single != null) {
        entries[(section: section, name: single)] = '';
      }
      continue;
    }
    if (section == null) continue;
    if (single != null) {
      final key = (section: section, name: single);
      entries[key] = '${entries[key]}$line\n';
      continue;
    }
    final entry = _entry.firstMatch(line);
    if (entry == null) continue;
    entries[(section: section, name: entry[1]!)] = line.substring(
      entry[1]!.length,
    );
  }
  return entries;
}
