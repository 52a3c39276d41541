import 'dart:convert';
import 'dart:io';

import 'package:crypto/crypto.dart';

/// Files that the library is made from, and how they are found.
final class RustSources {
  /// The sources in the package at [packageRoot].
  RustSources(this.packageRoot);

  /// Folder of the package.
  final Uri packageRoot;

  /// Crates of the library, each in a folder of its name.
  static const crates = ['fibers', 'memory', 'runtime', 'dart'];

  /// The Rust workspace.
  Uri get workspace => packageRoot.resolve('rust/');

  /// Everything that the library depends on: a new file changes its folder.
  late final List<Uri> dependencies = [
    workspace.resolve('Cargo.toml'),
    workspace.resolve('Cargo.lock'),
    for (final crate in crates) ...[
      workspace.resolve('$crate/Cargo.toml'),
      workspace.resolve('$crate/src/'),
      for (final entity in Directory.fromUri(
        workspace.resolve('$crate/src/'),
      ).listSync(recursive: true))
        entity.uri,
    ],
  ];

  /// A hash of the sources and of how they are compiled: prebuilt libraries are those
  /// of these sources only if it is the same.
  ///
  /// Paths are part of it. Ends of lines are not: Git changes them on Windows.
  late final String hash = _hashOf([
    ...dependencies,
    packageRoot.resolve('hook/src/cargo.dart'),
    packageRoot.resolve('hook/src/target.dart'),
  ]);

  /// A hash of the files of [crate].
  String hashOfCrate(String crate) {
    final folder = workspace.resolve('$crate/').path;
    return _hashOf(dependencies.where((uri) => uri.path.startsWith(folder)));
  }

  String _hashOf(Iterable<Uri> entities) {
    final names = [
      for (final entity in entities)
        if (!_isFolder(entity) && !_isHidden(entity))
          entity.path.substring(packageRoot.path.length),
    ]..sort();
    final listing = StringBuffer();
    for (final name in names) {
      final bytes = File.fromUri(packageRoot.resolve(name)).readAsBytesSync();
      listing.writeln('${sha256.convert(_withoutReturns(bytes))} $name');
    }
    return '${sha256.convert(utf8.encode('$listing'))}';
  }
}

bool _isFolder(Uri uri) => uri.path.endsWith('/');

/// Whether an editor or a file manager has made the file: Rust reads none like it.
bool _isHidden(Uri file) => file.pathSegments.last.startsWith('.');

const _return = 13;

List<int> _withoutReturns(List<int> bytes) => bytes.contains(_return)
    ? [
        for (final byte in bytes)
          if (byte != _return) byte,
      ]
    : bytes;
