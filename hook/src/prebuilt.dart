import 'dart:io';

import 'package:crypto/crypto.dart';

import 'build_failure.dart';
import 'download.dart';
import 'host.dart';
import 'prebuilt_list.dart';
import 'process_lock.dart';
import 'rust_sources.dart';
import 'target.dart';

/// The reason why there is no prebuilt library, in words for the user.
final class NoPrebuilt implements Exception {
  /// Creates a reason.
  NoPrebuilt(this.reason);

  /// The reason.
  final String reason;
}

/// Finds in [list] the library for [target], compiled from [sources].
///
/// Throws [NoPrebuilt] if there is none.
PrebuiltFile prebuiltFile(
  PrebuiltList list,
  RustSources sources,
  Target target,
) {
  if (target.sanitizer != null) {
    throw NoPrebuilt('there are no prebuilt libraries with a sanitizer');
  }
  if (list.libraries.isEmpty) {
    throw NoPrebuilt('there are no prebuilt libraries of this version');
  }
  final file = list.libraries[target.triple];
  if (file == null) {
    throw NoPrebuilt('there is no prebuilt library for ${target.triple}');
  }
  if (list.sources != sources.hash) {
    throw NoPrebuilt('prebuilt libraries are of other Rust sources');
  }
  return file;
}

/// The prebuilt library [entry] from the user's cache, or else from the folder [url] on
/// a server.
///
/// [alternative] is the folder to download to if the cache cannot be written. Throws
/// [NoPrebuilt] if the server does not give it, and a [BuildFailure] if it gives
/// something else.
Future<File> downloadedLibrary(
  PrebuiltFile entry, {
  required Target target,
  required Uri url,
  required Host host,
  required Uri alternative,
}) async {
  final source = url.resolve(entry.name);
  final folders = [?host.cache?.resolve('prebuilt/'), alternative];
  for (final folder in folders) {
    final ownFolder = folder.resolve('${entry.sha256.substring(0, 16)}/');
    try {
      return await _cached(ownFolder, entry, target, source, host);
    } on FileSystemException catch (e) {
      if (folder == folders.last) rethrow;
      host.sayNotShared('download', e);
    } on DownloadFailure catch (e) {
      throw NoPrebuilt(e.message);
    }
  }
  throw StateError('unreachable');
}

/// The prebuilt library [entry] in [folder], which has been downloaded by the user.
///
/// Throws a [BuildFailure] if it is not there or another one.
Future<File> libraryInFolder(PrebuiltFile entry, Uri folder) async {
  final library = File.fromUri(
    Uri.directory(folder.toFilePath()).resolve(entry.name),
  );
  if (await _isIntact(library, entry)) return library;
  throw BuildFailure(
    '${library.path} is missing, or not the file that prebuilt.json beside it means.',
  );
}

/// The library in [folder], where it is downloaded to if need be.
Future<File> _cached(
  Uri folder,
  PrebuiltFile entry,
  Target target,
  Uri source,
  Host host,
) async {
  final library = File.fromUri(folder.resolve(target.libraryName));
  if (await _isIntact(library, entry)) return library;

  Directory.fromUri(folder).createSync(recursive: true);
  final lock = await ProcessLock.acquire(
    File.fromUri(folder.resolve('lock')),
    onWait: () => host.say('rhai_dart: waiting for another download'),
  );
  try {
    // Another process may have downloaded it by now.
    if (await _isIntact(library, entry)) return library;
    // Renamed when it is complete, so that no half of it is ever found.
    final download = File('${library.path}.download');
    await _download(source, download, entry, host);
    return download.renameSync(library.path);
  } finally {
    await lock.release();
  }
}

Future<void> _download(
  Uri source,
  File file,
  PrebuiltFile entry,
  Host host,
) async {
  host.say('rhai_dart: downloading ${withoutPassword(source)}');
  await download(source, file, host);
  final hash = await _hashOf(file);
  if (hash == entry.sha256) return;
  file.deleteSync();
  throw BuildFailure(
    '${withoutPassword(source)} is not the library of this release.\n'
    'Its SHA-256 is $hash, not ${entry.sha256}; it was deleted.\n'
    'Something between you and the server may have changed it. '
    'To compile the library instead, set "source: build". See $manual',
  );
}

Future<bool> _isIntact(File library, PrebuiltFile entry) async =>
    library.existsSync() && await _hashOf(library) == entry.sha256;

Future<String> _hashOf(File file) async =>
    '${await file.openRead().transform(sha256).first}';
