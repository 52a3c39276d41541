/// The Dart objects and functions that scripts of an engine can refer to.
///
/// Registered functions are among them. An object gets a new id each time that it
/// crosses, and keeps it until no script needs it.
final class ObjectTable {
  final Map<int, Object> _objects = {};
  int _nextId = 0;

  /// Adds objects under consecutive ids; returns the first.
  int addAll(List<Object> objects) {
    final first = _nextId;
    for (final object in objects) {
      _objects[_nextId++] = object;
    }
    return first;
  }

  /// The object with an id, or null.
  Object? operator [](int id) => _objects[id];

  /// Forgets an object.
  void remove(int id) => _objects.remove(id);

  /// Forgets all.
  void clear() => _objects.clear();
}
