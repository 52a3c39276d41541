/// Files of one folder.
///
/// A path is relative, with `/` between its parts. It cannot leave the folder: by `..`, as an
/// absolute path, or through links. Links are followed before the file is opened; someone who
/// can replace it in between by a link, and so may already write there, is not stopped.
library;

import 'dart:convert';
import 'dart:io';
import 'dart:typed_data';

/// A folder that scripts may read or write.
final class ConfinedFolder {
  /// Creates it for the folder at a path, for files of [_maxLength] bytes at most.
  ///
  /// Throws a [FileSystemException] if there is none.
  ConfinedFolder(String path, this._maxLength)
    : _root = Directory(path).resolveSymbolicLinksSync();

  /// The path of the folder, without links.
  final String _root;

  final int _maxLength;

  /// Reads a file as text.
  ///
  /// Throws a [FileSystemException] if that cannot be.
  Future<String> read(String path) async {
    final file = await _resolve(path, FileSystemEntityType.file);
    final bytes = BytesBuilder(copy: false);
    await for (final part in File(file).openRead(0, _maxLength + 1)) {
      bytes.add(part);
    }
    if (bytes.length > _maxLength) {
      throw FileSystemException('has more than $_maxLength bytes', path);
    }
    try {
      return utf8.decode(bytes.takeBytes());
    } on FormatException {
      throw FileSystemException('is not text in UTF-8', path);
    }
  }

  /// Whether there is a file or folder that can be read.
  Future<bool> exists(String path) async {
    try {
      await _resolve(path, null);
      return true;
    } on FileSystemException {
      return false;
    }
  }

  /// Names of what is in a folder, sorted.
  ///
  /// Throws a [FileSystemException] if that cannot be read.
  Future<List<String>> list(String path) async {
    final folder = await _resolve(path, FileSystemEntityType.directory);
    final names = [
      await for (final entry in Directory(folder).list(followLinks: false))
        entry.path.substring(entry.path.lastIndexOf(_separator) + 1),
    ];
    return names..sort();
  }

  /// Writes a file, in place of the one that there is.
  ///
  /// Throws a [FileSystemException] if that cannot be.
  Future<void> write(String path, String text) async {
    final target = _join(path);
    final folder = target.substring(0, target.lastIndexOf(_separator) + 1);
    await _resolveAbsolute(folder, path, FileSystemEntityType.directory);
    final type = await FileSystemEntity.type(target, followLinks: false);
    // One that is there may be a link; where there is none, a file is created.
    final file = type == FileSystemEntityType.notFound
        ? target
        : await _resolveAbsolute(target, path, FileSystemEntityType.file);
    await File(file).writeAsString(text);
  }

  /// The absolute path of what must be there, without links.
  Future<String> _resolve(String path, FileSystemEntityType? type) =>
      _resolveAbsolute(_join(path), path, type);

  Future<String> _resolveAbsolute(
    String target,
    String path,
    FileSystemEntityType? type,
  ) async {
    final String resolved;
    try {
      resolved = await File(target).resolveSymbolicLinks();
    } on FileSystemException {
      throw FileSystemException('does not exist', path);
    }
    if (resolved != _root && !resolved.startsWith(_prefix)) {
      throw FileSystemException(_leadsOut, path);
    }
    final found = await FileSystemEntity.type(resolved, followLinks: false);
    if (type != null && found != type) {
      throw FileSystemException(
        type == FileSystemEntityType.file ? 'is no file' : 'is no folder',
        path,
      );
    }
    return resolved;
  }

  /// The absolute path of what [path] names.
  String _join(String path) {
    final parts = path.split('/');
    if (!parts.every(_isPlain)) throw FileSystemException(_leadsOut, path);
    return '$_prefix${parts.where((part) => part != '.').join(_separator)}';
  }

  String get _prefix =>
      _root.endsWith(_separator) ? _root : '$_root$_separator';

  static final _separator = Platform.pathSeparator;

  static const _leadsOut =
      'is not in the folder that scripts may use; write a path like a/b.txt';

  static bool _isPlain(String part) =>
      part.isNotEmpty &&
      part != '..' &&
      !part.contains(RegExp(r'[\x00\\]')) &&
      (!Platform.isWindows || !_special.hasMatch(part));

  /// Names that mean something else on Windows: devices, drives and streams.
  static final _special = RegExp(
    r'[<>:"|?*\x00-\x1f]|[. ]$|^(con|prn|aux|nul|com\d|lpt\d|conin\$|conout\$)(\..*)?$',
    caseSensitive: false,
  );
}
