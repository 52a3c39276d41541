import 'dart:io';

/// Copies [library] to [folder] as [name], unless it is there; returns the copy.
///
/// A program may be running with the old one: that file is replaced, not written to.
File installLibrary(File library, String name, Uri folder) {
  final installed = File.fromUri(folder.resolve(name));
  if (!_haveSameBytes(installed, library)) {
    Directory.fromUri(folder).createSync(recursive: true);
    library.copySync('${installed.path}.new').renameSync(installed.path);
  }
  return installed;
}

bool _haveSameBytes(File a, File b) {
  if (!a.existsSync() || a.lengthSync() != b.lengthSync()) return false;
  final bytes = b.readAsBytesSync();
  final others = a.readAsBytesSync();
  for (var i = 0; i < bytes.length; i++) {
    if (bytes[i] != others[i]) return false;
  }
  return true;
}
