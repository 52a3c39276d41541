/// Optional parameters that can tell whether an argument was passed.
library;

/// The default value of such a parameter, for an argument that was not passed.
const Object notPassed = _NotPassed();

final class _NotPassed {
  const _NotPassed();
}

/// The arguments up to the first that was not passed: [first] and, if all of these were,
/// [rest].
List<Object?> passedOf(List<Object?> first, List<Object?> rest) {
  final all = identical(first.last, notPassed) ? first : [...first, ...rest];
  var count = 0;
  while (count < all.length && !identical(all[count], notPassed)) {
    count++;
  }
  return all.sublist(0, count);
}
