/// The reason why the library could not be built, in words for the user of the package.
final class BuildFailure implements Exception {
  BuildFailure(this.message);

  final String message;

  @override
  String toString() => message;
}

/// The manual on where the library comes from, for messages.
const manual =
    'https://github.com/rhai-dart/rhai_dart/blob/main/docs/INSTALL.md';
