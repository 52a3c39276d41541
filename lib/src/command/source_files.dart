/// The texts of scripts.
library;

import 'dart:convert';
import 'dart:io';
import 'dart:typed_data';

import 'usage_error.dart';

/// Name of standard input among the files.
const standardInput = '-';

/// The path of a script as errors show it.
String shownPath(String path) => path == standardInput ? '<stdin>' : path;

/// The most bytes of a script, as of a module.
const _maxLength = 10 << 20;

/// Reads a script from a file, or from standard input.
///
/// Throws a [UsageError] if it cannot be read, is too long or is no text.
Future<String> readSource(String path) async {
  final bytes = BytesBuilder(copy: false);
  try {
    final parts = path == standardInput ? stdin : File(path).openRead();
    await for (final part in parts) {
      bytes.add(part);
      if (bytes.length > _maxLength) {
        throw UsageError(
          'cannot read $path: it has more than $_maxLength bytes.',
        );
      }
    }
    return utf8.decode(bytes.takeBytes());
  } on FileSystemException catch (error) {
    final reason = error.osError?.message ?? error.message;
    throw UsageError('cannot read $path: $reason.');
  } on FormatException {
    throw UsageError('cannot read $path: it is not text in UTF-8.');
  }
}
