/// Files below a root, by their paths from it, with `/` between folders.
library;

import 'dart:io';

/// Sorted paths of the files below [folder] whose names end with [ending].
List<String> filesIn(Directory root, String folder, String ending) {
  final directory = Directory('${root.path}/$folder');
  if (!directory.existsSync()) return [];
  final start = root.path.length + 1;
  return [
    for (final entry in directory.listSync(recursive: true))
      if (entry is File && entry.path.endsWith(ending))
        entry.path.substring(start).replaceAll(r'\', '/'),
  ]..sort();
}

/// Text of the file [path]; null if there is none.
String? readFile(Directory root, String path) {
  final file = File('${root.path}/$path');
  return file.existsSync() ? file.readAsStringSync() : null;
}

/// Folder of the file [path].
String folderOf(String path) => path.substring(0, path.lastIndexOf('/'));
