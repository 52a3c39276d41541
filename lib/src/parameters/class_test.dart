/// A class that was registered with a name, so that places can be asked about it.
///
/// It says only facts about a class, so it is kept for all engines of the isolate.
final class ClassTest {
  ClassTest._(this.name, this.isAcceptedBy, this._includes);

  /// The name that scripts know the class by.
  final String name;

  /// Whether a place accepts every object of the class.
  final bool Function(bool Function<X>() accepts) isAcceptedBy;

  final bool Function(Object object) _includes;

  static final Map<Type, ClassTest> _known = {};

  /// Adds the class [T], whose objects are not of a subtype if this is their `runtimeType`.
  static void add<T>(String name) => _known[T] = ClassTest._(
    name,
    (accepts) => accepts<T>(),
    (object) => object is T,
  );

  /// The class that an object is of, and of no subtype, if it is known.
  static ClassTest? of(Object object) => _known[object.runtimeType];

  /// Whether a place accepts an object, as far as the known classes say.
  static bool isKnownToFit(Object object, bool Function<X>() accepts) => _known
      .values
      .any((test) => test._includes(object) && test.isAcceptedBy(accepts));

  /// The name of a class whose objects a place accepts, if one is known.
  static String? acceptedName(bool Function<X>() accepts) {
    for (final test in _known.values) {
      if (test.isAcceptedBy(accepts)) return test.name;
    }
    return null;
  }
}
