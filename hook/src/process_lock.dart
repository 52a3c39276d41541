import 'dart:io';

/// A lock that one process at a time has.
final class ProcessLock {
  ProcessLock._(this._file);

  final RandomAccessFile _file;

  /// Waits for the lock that [file] stands for. Calls [onWait] if another process has it.
  ///
  /// Throws a [FileSystemException] when the file cannot be written.
  static Future<ProcessLock> acquire(
    File file, {
    required void Function() onWait,
  }) async {
    final free = await tryAcquire(file);
    if (free != null) return free;
    onWait();
    final open = await file.open(mode: FileMode.append);
    try {
      await open.lock(FileLock.blockingExclusive);
      return ProcessLock._(open);
    } on FileSystemException {
      await open.close();
      rethrow;
    }
  }

  /// Takes the lock that [file] stands for. Returns null if another process has it.
  ///
  /// Throws a [FileSystemException] when the file cannot be written.
  static Future<ProcessLock?> tryAcquire(File file) async {
    final open = await file.open(mode: FileMode.append);
    try {
      await open.lock(FileLock.exclusive);
      return ProcessLock._(open);
    } on FileSystemException {
      await open.close();
      return null;
    }
  }

  /// Gives the lock back.
  Future<void> release() => _file.close();
}
