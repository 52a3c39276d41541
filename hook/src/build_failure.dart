/// The reason why the library could not be built, in words for the user of the package.
final class BuildFailure implements Exception {
  BuildFailure(this.message);

  final String message;

  @override
  String toString() => message;
}
