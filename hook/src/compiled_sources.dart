import 'dart:io';

import 'rust_sources.dart';

/// The sources that cargo has compiled last in a folder.
///
/// Cargo tells by their times which files have changed. That fails when a copy of the
/// package is replaced by another whose files are older than the build: those of an
/// archive, or of a copy that keeps times.
final class CompiledSources {
  /// The sources compiled in [folder], which cargo makes for a target.
  CompiledSources(Uri folder)
    : _file = File.fromUri(folder.resolve('sources.txt'));

  final File _file;

  /// Crates of [sources] that cargo may take for compiled, though they have changed.
  List<String> changedIn(RustSources sources) {
    if (!_file.parent.existsSync()) return const [];
    final compiled = _file.existsSync()
        ? _file.readAsLinesSync()
        : const <String>[];
    return [
      for (final crate in RustSources.crates)
        if (!compiled.contains(_line(sources, crate))) crate,
    ];
  }

  /// Writes down that cargo compiles [sources] now.
  void record(RustSources sources) => _file
    ..parent.createSync(recursive: true)
    ..writeAsStringSync(
      [
        for (final crate in RustSources.crates) _line(sources, crate),
      ].join('\n'),
    );

  String _line(RustSources sources, String crate) =>
      '$crate ${sources.hashOfCrate(crate)}';
}
