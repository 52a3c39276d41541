import 'protocol.dart';

/// The Dart objects and functions that scripts of an engine can refer to.
///
/// Registered functions are among them. An object gets a new id each time that it
/// crosses, and keeps it until no script needs it.
///
/// Engines that are forks of each other have the same objects: a function, or an object in a
/// variable, is known to all of them by one id. Only the functions that the native side calls by
/// fixed ids are those of each engine.
final class ObjectTable {
  /// Creates a table without objects.
  ObjectTable() : _objects = _Objects();

  ObjectTable._(this._objects);

  _Objects _objects;
  List<Object> _internal = const [];

  /// Makes the table of an engine with the same objects.
  ObjectTable fork() => ObjectTable._(_objects);

  /// Sets the functions that the native side calls by their places in [functions].
  void setInternal(List<Object> functions) => _internal = functions;

  /// Adds objects under consecutive ids; returns the first.
  int addAll(List<Object> objects) => _objects.addAll(objects);

  /// The object with an id, or null.
  Object? operator [](int id) =>
      id < _internal.length ? _internal[id] : _objects.byId[id];

  /// Forgets an object.
  void remove(int id) => _objects.byId.remove(id);

  /// Lets go of all. Other engines keep them.
  void close() {
    _objects = _Objects();
    _internal = const [];
  }
}

/// The objects of some engines.
final class _Objects {
  final Map<int, Object> byId = {};

  /// No fixed id.
  int _nextId = FunctionId.count;

  int addAll(List<Object> objects) {
    final first = _nextId;
    for (final object in objects) {
      byId[_nextId++] = object;
    }
    return first;
  }
}
