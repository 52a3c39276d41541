/// @docImport 'engine.dart';
/// @docImport 'engine_config.dart';
library;

import 'dart:convert';
import 'dart:io';
import 'dart:typed_data';

/// Loads modules from the files of one folder, and from nowhere else.
///
/// ```dart
/// RhaiConfig(moduleLoader: DirectoryModuleLoader('scripts').call)
/// ```
///
/// `import "lib/x"` then reads `scripts/lib/x.rhai`. A path is made of names with slashes
/// between them, from the folder on. A name has letters from `a` to `z`, digits, `_`, `-` and
/// `.`; it neither begins nor ends with a dot, and is none that Windows reserves, such as
/// `con`. Large and small letters differ, also where files do not know the difference. Any
/// other path is no module, and no file is looked for.
///
/// A link is followed if it leads to a file in the folder. Whoever may write to the folder
/// while scripts run can replace a file by such a link, or by a pipe, between the check and the
/// reading: let nobody do that whom you do not trust as your own code.
final class DirectoryModuleLoader {
  /// Creates a loader for the folder at [path] on this machine. Names of files end in
  /// [extension], which scripts do not write. A file has [maxBytes] at most.
  ///
  /// The folder need not exist yet. Throws an [ArgumentError] if [extension] is no end of a
  /// name, or [maxBytes] is negative.
  DirectoryModuleLoader(
    String path, {
    this.extension = '.rhai',
    this.maxBytes = 10 << 20,
  }) : path = Directory(path).absolute.path {
    if (!_extension.hasMatch(extension)) {
      throw ArgumentError.value(
        extension,
        'extension',
        "must be like '.rhai': a dot and letters, or empty",
      );
    }
    RangeError.checkNotNegative(maxBytes, 'maxBytes');
  }

  /// The folder's absolute path.
  final String path;

  /// The end of the names of files.
  final String extension;

  /// The most bytes that a file may have.
  final int maxBytes;

  static final _extension = RegExp(r'^(\.[A-Za-z0-9_-]+)*$');
  static final _name = RegExp(
    r'^[A-Za-z0-9_-]([A-Za-z0-9_.-]*[A-Za-z0-9_-])?$',
  );

  /// Names of devices on Windows, whatever comes after a dot.
  static final _reserved = RegExp(
    r'^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)',
    caseSensitive: false,
  );

  /// The most characters of a path, and of a name in it with [extension].
  static const _longestPath = 1024, _longestName = 255;

  /// The text of the module [module], or null if there is no such file.
  ///
  /// Throws a [FileSystemException] if the file cannot be read or is too large, and a
  /// [FormatException] if it is no UTF-8. Neither tells where the folder is.
  Future<String?> call(String module, [String? importer]) async {
    if (!_isModule(module)) return null;
    final file = await _find(module);
    if (file == null) return null;
    final List<int> bytes;
    try {
      bytes = await _read(file, module);
    } on FileSystemException catch (error) {
      if (!await FileSystemEntity.isFile(file)) return null;
      throw FileSystemException(
        'cannot read ${_describe(module)}',
        '',
        error.osError,
      );
    }
    if (bytes.length > maxBytes) {
      throw FileSystemException(
        '${_describe(module)} has more than $maxBytes bytes',
      );
    }
    try {
      return utf8.decode(bytes);
    } on FormatException {
      throw FormatException('${_describe(module)} is no UTF-8');
    }
  }

  String _describe(String module) => 'the file $module$extension';

  bool _isModule(String module) {
    if (module.length + extension.length > _longestPath) return false;
    return module
        .split('/')
        .every(
          (name) =>
              name.length + extension.length <= _longestName &&
              _name.hasMatch(name) &&
              !_reserved.hasMatch(name),
        );
  }

  /// The path of the module's file without links, if it is a file within the folder.
  Future<String?> _find(String module) async {
    try {
      final folder = await Directory(path).resolveSymbolicLinks();
      final separator = Platform.pathSeparator;
      final start = folder.endsWith(separator) ? folder : '$folder$separator';
      final written = '$start${module.replaceAll('/', separator)}$extension';
      final file = await File(written).resolveSymbolicLinks();
      if (!file.startsWith(start)) return null;
      // The same file under another name, where letters are not told apart.
      if (file != written && file.toLowerCase() == written.toLowerCase()) {
        return null;
      }
      final type = await FileSystemEntity.type(file, followLinks: false);
      return type == FileSystemEntityType.file ? file : null;
    } on FileSystemException {
      return null;
    }
  }

  /// Reads a file that was found, one byte more than it may have at most.
  ///
  /// Throws a [FileSystemException] if it is another one by now.
  Future<List<int>> _read(String file, String module) async {
    final opened = await File(file).open();
    try {
      if (await _find(module) != file) {
        throw const FileSystemException('was replaced');
      }
      final bytes = BytesBuilder(copy: false);
      while (bytes.length <= maxBytes) {
        final part = await opened.read(
          (maxBytes + 1 - bytes.length).clamp(1, 1 << 16),
        );
        if (part.isEmpty) break;
        bytes.add(part);
      }
      return bytes.takeBytes();
    } finally {
      await opened.close();
    }
  }
}
