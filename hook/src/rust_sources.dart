import 'dart:convert';
import 'dart:io';

import 'package:crypto/crypto.dart';

/// Files that the library is made from, and how they are found.
final class RustSources {
  /// The sources in the package at [packageRoot].
  RustSources(this.packageRoot);

  /// Folder of the package.
  final Uri packageRoot;

  /// The Rust workspace.
  Uri get workspace => packageRoot.resolve('rust/');

  /// Everything that the library depends on: a new file changes its folder.
  late final List<Uri> dependencies = [
    workspace.resolve('Cargo.toml'),
    workspace.resolve('Cargo.lock'),
    for (final layer in const ['fibers', 'memory', 'runtime', 'dart']) ...[
      workspace.resolve('$layer/Cargo.toml'),
      workspace.resolve('$layer/src/'),
      for (final entity in Directory.fromUri(
        workspace.resolve('$layer/src/'),
      ).listSync(recursive: true))
        entity.uri,
    ],
  ];

  /// A hash of the sources and of how they are compiled: prebuilt libraries are those
  /// of these sources only if it is the same.
  ///
  /// Paths are part of it. Ends of lines are not: Git changes them on Windows.
  late final String hash = () {
    final names = [
      for (final file in [
        ...dependencies.where((uri) => !_isFolder(uri) && !_isHidden(uri)),
        packageRoot.resolve('hook/src/cargo.dart'),
        packageRoot.resolve('hook/src/target.dart'),
      ])
        file.path.substring(packageRoot.path.length),
    ]..sort();
    final listing = StringBuffer();
    for (final name in names) {
      final bytes = File.fromUri(packageRoot.resolve(name)).readAsBytesSync();
      listing.writeln('${sha256.convert(_withoutReturns(bytes))} $name');
    }
    return '${sha256.convert(utf8.encode('$listing'))}';
  }();
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
