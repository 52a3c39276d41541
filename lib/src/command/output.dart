import 'dart:async';
import 'dart:io';

/// A stream of the process that may fail: nobody may read it, or a disk may be full.
final class Output {
  /// Creates it for standard output or standard error.
  Output(this._stream) {
    unawaited(
      _stream.done.then<void>(
        (_) {},
        onError: (Object error) {
          if (!_failed.isCompleted) _failed.complete(error);
        },
      ),
    );
  }

  final Stdout _stream;

  /// Completes with the error when something cannot be written.
  final _failed = Completer<Object>();

  /// Writes text, which goes nowhere once the stream has failed.
  void write(String text) {
    if (!_failed.isCompleted) _stream.write(text);
  }

  /// Waits until everything has been written. Returns why that cannot be, if it is not only
  /// that whoever read it has stopped to do so.
  Future<String?> flush() async {
    // After an error a flush never ends.
    final flushed = _stream.flush().then<Object?>(
      (_) => null,
      onError: (Object error) => error,
    );
    final error = await Future.any([_failed.future, flushed]);
    if (error is! FileSystemException) return null;
    final system = error.osError;
    final isReaderGone = _brokenPipe.contains(system?.errorCode);
    return isReaderGone ? null : system?.message ?? error.message;
  }

  /// The error codes of the system that say that the reader has gone.
  static final _brokenPipe = Platform.isWindows ? {109, 232} : {32};
}
