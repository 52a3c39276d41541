/// Optional parameters that can tell whether an argument was passed.
library;

/// The default value of such a parameter, for an argument that was not passed.
const Object notPassed = _NotPassed();

final class _NotPassed {
  const _NotPassed();
}

/// The first of [arguments], up to one that was not passed.
List<Object?> passedOf(List<Object?> arguments) {
  final count = arguments.indexWhere((a) => identical(a, notPassed));
  return count < 0 ? arguments : arguments.sublist(0, count);
}
