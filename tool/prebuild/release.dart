import 'dart:io';

import 'package:crypto/crypto.dart';

import '../../hook/src/build_failure.dart';
import '../../hook/src/compile.dart';
import '../../hook/src/host.dart';
import '../../hook/src/prebuilt_list.dart';
import '../../hook/src/rust_sources.dart';
import '../../hook/src/target.dart';

/// The libraries of a release, made from the package at [root].
final class Release {
  /// Creates the release of the version in `pubspec.yaml`.
  Release(this.root);

  /// Folder of the package.
  final Uri root;

  late final RustSources _sources = RustSources(root);

  late final String _version = RegExp(r'^version: (\S+)', multiLine: true)
      .firstMatch(
        File.fromUri(root.resolve('pubspec.yaml')).readAsStringSync(),
      )![1]!;

  /// Folder on the server that the libraries are for.
  Uri get _url => Uri.parse(
    'https://github.com/rhai-dart/rhai_dart/releases/download/v$_version/',
  );

  /// Compiles the library for [target] into [folder] and adds it to the list there.
  Future<void> add(Target target, Directory folder, Host host) async {
    folder.createSync(recursive: true);
    final library = await compileLibrary(
      sources: _sources,
      target: target,
      host: host,
      reason: 'it is for a release',
      folder: folder.absolute.uri,
      alternative: folder.absolute.uri.resolve('build/'),
    );
    final [name, ending] = target.libraryName.split('.');
    final released = library.renameSync(
      '${folder.path}/$name-$_version-${target.triple}.$ending',
    );
    final list = _listIn(folder);
    final others = list.existsSync()
        ? _read(list).libraries
        : const <String, PrebuiltFile>{};
    _write(list, {
      ...others,
      target.triple: (
        name: released.uri.pathSegments.last,
        sha256: _hashOf(released),
      ),
    });
  }

  /// Writes the list of the libraries in all [folders] to the package.
  ///
  /// Throws a [BuildFailure] if one of them is not the file that its list means.
  void join(Iterable<Directory> folders) {
    final libraries = <String, PrebuiltFile>{};
    for (final folder in folders) {
      final added = _read(_listIn(folder)).libraries;
      for (final file in added.values) {
        final library = File('${folder.path}/${file.name}');
        if (!library.existsSync() || _hashOf(library) != file.sha256) {
          throw BuildFailure(
            '${library.path} is missing, or not the file that prebuilt.json means.',
          );
        }
      }
      libraries.addAll(added);
    }
    _write(_listIn(Directory.fromUri(root)), libraries);
  }

  PrebuiltList _read(File file) {
    final list = PrebuiltList.read(file);
    if (list.sources == _sources.hash) return list;
    throw BuildFailure('${file.path} is of other sources than those in $root.');
  }

  void _write(File file, Map<String, PrebuiltFile> libraries) => PrebuiltList(
    sources: _sources.hash,
    url: _url,
    libraries: libraries,
  ).write(file);
}

File _listIn(Directory folder) => File('${folder.path}/prebuilt.json');

String _hashOf(File file) => '${sha256.convert(file.readAsBytesSync())}';
