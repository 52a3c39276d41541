import 'dart:io';

import 'package:code_assets/code_assets.dart';
import 'package:hooks/hooks.dart';

import 'build_failure.dart';
import 'compile.dart';
import 'host.dart';
import 'install.dart';
import 'prebuilt.dart';
import 'prebuilt_list.dart';
import 'rust_sources.dart';
import 'settings.dart';
import 'target.dart';

/// The library as the SDK is told about it, and what it was made from.
typedef Library = ({LinkMode linkMode, Uri? file, List<Uri> dependencies});

/// Gets the library that [input] asks for, from where the user or else the hook decides.
///
/// Throws a [BuildFailure] when there is no way.
Future<Library> libraryFor(BuildInput input, Host host) async {
  final settings = Settings.of(input);
  final target = Target.of(input.config.code, isMusl: host.isMusl);
  if (settings.source == Source.system) {
    return (
      linkMode: DynamicLoadingSystem(
        settings.path ?? Uri(path: target.libraryName),
      ),
      file: null,
      dependencies: const <Uri>[],
    );
  }
  final sources = RustSources(input.packageRoot);
  final path = settings.path;
  final file = path == null
      ? await _ownLibrary(input, settings, sources, target, host)
      : await _usersLibrary(path, input, sources, target);
  return (
    linkMode: DynamicLoadingBundled(),
    file: file.uri,
    dependencies: [
      if (path != null) _isFolder(path) ? _listIn(path).uri : path,
      ...sources.dependencies,
      _listIn(input.packageRoot).uri,
    ],
  );
}

/// The list of prebuilt libraries in [folder].
File _listIn(Uri folder) =>
    File.fromUri(Uri.directory(folder.toFilePath()).resolve('prebuilt.json'));

bool _isFolder(Uri path) => Directory.fromUri(path).existsSync();

/// The library that the package has prebuilt, or compiles.
Future<File> _ownLibrary(
  BuildInput input,
  Settings settings,
  RustSources sources,
  Target target,
  Host host,
) async {
  var reason = 'the pubspec says "source: build"';
  if (settings.source != Source.build) {
    try {
      final list = PrebuiltList.read(_listIn(input.packageRoot));
      final library = await downloadedLibrary(
        prebuiltFile(list, sources, target),
        target: target,
        url: settings.url ?? list.url,
        host: host,
        alternative: input.outputDirectoryShared.resolve('prebuilt/'),
      );
      return installLibrary(library, target.libraryName, input.outputDirectory);
    } on NoPrebuilt catch (e) {
      if (settings.source == Source.prebuilt) {
        throw BuildFailure(
          '${e.reason}, and the pubspec says "source: prebuilt".\n'
          'Without that line, the library is compiled. See $manual',
        );
      }
      reason = e.reason;
    }
  }
  return compileLibrary(
    sources: sources,
    target: target,
    host: host,
    reason: reason,
    folder: input.outputDirectory,
    // Shared by every configuration of this package, so that running and
    // compiling the same app share one Rust build.
    alternative: input.outputDirectoryShared,
  );
}

/// The library in the file [path], which the user vouches for, or that of this release
/// in the folder [path].
Future<File> _usersLibrary(
  Uri path,
  BuildInput input,
  RustSources sources,
  Target target,
) async {
  var library = File.fromUri(path);
  if (_isFolder(path)) {
    final list = _listIn(path);
    if (!list.existsSync()) throw BuildFailure('there is no ${list.path}.');
    try {
      final entry = prebuiltFile(PrebuiltList.read(list), sources, target);
      library = await libraryInFolder(entry, path);
    } on NoPrebuilt catch (e) {
      throw BuildFailure('${list.path}: ${e.reason}.');
    }
  }
  if (!library.existsSync()) {
    throw BuildFailure(
      'there is no ${library.path}, which the pubspec names as "path".',
    );
  }
  return installLibrary(library, target.libraryName, input.outputDirectory);
}
