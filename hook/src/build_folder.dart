import 'dart:convert';
import 'dart:io';

import 'package:crypto/crypto.dart';

import 'host.dart';
import 'process_lock.dart';

/// Runs [action] with the folder for what [compiler] makes of the package at
/// [packageRoot]. No other process uses the folder meanwhile.
///
/// It is in the user's cache, so that the projects that use one copy of the package
/// share one build. Copies of the package do not: their files have the same names.
/// If the cache cannot be written, the folder is [alternative].
Future<T> withBuildFolder<T>({
  required Host host,
  required Uri packageRoot,
  required String compiler,
  required Uri alternative,
  required Future<T> Function(Uri folder) action,
}) async {
  final builds = host.cache?.resolve('build/');
  final key = sha256.convert(utf8.encode('$compiler\n$packageRoot'));
  final folder = builds?.resolve('${'$key'.substring(0, 16)}/');
  final lock = folder == null ? null : await _lock(folder, packageRoot, host);
  if (lock == null) return action(alternative);
  try {
    return await action(folder!);
  } finally {
    await lock.release();
    await _removeUnused(Directory.fromUri(builds!));
  }
}

/// Makes [folder] and locks it. Returns null if it cannot be written.
Future<ProcessLock?> _lock(Uri folder, Uri packageRoot, Host host) async {
  try {
    Directory.fromUri(folder).createSync(recursive: true);
    final lock = await ProcessLock.acquire(
      _lockOf(folder),
      onWait: () => host.say('rhai_dart: waiting for another build'),
    );
    _stamp(folder).writeAsStringSync(packageRoot.toFilePath());
    return lock;
  } on FileSystemException catch (e) {
    host.sayNotShared('build', e);
    return null;
  }
}

/// The lock of [folder]. It is beside it, and is never removed: whoever removes the folder
/// has the lock, and whoever waits for it waits for the same file as those who come later.
File _lockOf(Uri folder) {
  final path = folder.toFilePath();
  return File('${path.substring(0, path.length - 1)}.lock');
}

/// The file that says where the package is. Its time is that of the last build.
File _stamp(Uri folder) => File.fromUri(folder.resolve('package.txt'));

/// A folder that was not used for so long is removed: its compiler or package was
/// replaced.
const _keptFor = Duration(days: 30);

/// Removes folders in [builds] of packages that are gone, and those long unused.
Future<void> _removeUnused(Directory builds) async {
  try {
    for (final folder in builds.listSync().whereType<Directory>()) {
      if (!_isUnused(folder)) continue;
      final lock = await ProcessLock.tryAcquire(_lockOf(folder.uri));
      if (lock == null) continue;
      try {
        // It may have been used again by now.
        if (_isUnused(folder)) folder.deleteSync(recursive: true);
      } finally {
        await lock.release();
      }
    }
  } on FileSystemException {
    // The user may be deleting them, too. A later build tries again.
  }
}

bool _isUnused(Directory folder) {
  final stamp = _stamp(folder.uri);
  // A folder without one is being made.
  if (!stamp.existsSync()) return false;
  final age = DateTime.now().difference(stamp.lastModifiedSync());
  return age > _keptFor || !Directory(stamp.readAsStringSync()).existsSync();
}
