import 'dart:io';

const _made = {'.git', '.dart_tool', 'build', 'target', 'coverage'};

/// Paths of the files of this package, without those that tools make.
final List<String> projectFiles = _filesIn(Directory.current, '').toList();

Iterable<String> _filesIn(Directory folder, String prefix) sync* {
  for (final entry in folder.listSync(followLinks: false)) {
    final name = entry.uri.pathSegments.lastWhere((part) => part.isNotEmpty);
    if (entry is Directory && !_made.contains(name)) {
      yield* _filesIn(entry, '$prefix$name/');
    } else if (entry is File) {
      yield '$prefix$name';
    }
  }
}
