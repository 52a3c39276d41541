/// Keeps track of the Lists and Maps that are being written.
library;

/// Kinds of containers.
enum ContainerKind {
  /// A List.
  list,

  /// A Map.
  map,

  /// Another Iterable.
  iterable,
}

/// A List, Map or other Iterable that is being written.
final class OpenContainer {
  /// Its kind.
  ContainerKind kind = ContainerKind.list;

  /// The container itself.
  Object? container;

  /// The place where the number of its values is written.
  int countAt = 0;

  /// The number of values that it says it has; 0 for an Iterable.
  int expected = 0;

  /// The number of values that were written, or begun.
  int written = 0;

  /// The index of the first entry of a Map.
  int start = 0;

  /// The key of [value] in a Map.
  String? key;

  /// The values of an Iterable.
  Iterator<Object?>? values;

  /// The value that was written last, or is being written.
  Object? value;

  /// The key or the index of [value], once there is one.
  Object? get step => written == 0
      ? null
      : kind == ContainerKind.map
      ? key
      : written - 1;

  void _clear() {
    container = null;
    values = null;
    key = null;
    value = null;
  }
}

/// The containers that are being written, each in the one before.
final class OpenContainers {
  /// The depth that room is kept for.
  static const _keptDepth = 64;

  /// The depth from which on cycles are looked for. A cycle nests without end, so it gets
  /// there.
  static const _cycleDepth = 64;

  /// The open ones, outermost first, and behind them others to be used again.
  final List<OpenContainer> _containers = [];

  /// The open ones as a set; made when nesting gets deep.
  Set<Object>? _set;

  /// The number of open containers.
  int depth = 0;

  /// The innermost open container.
  OpenContainer get innermost => _containers[depth - 1];

  /// Enters a container.
  OpenContainer enter(ContainerKind kind, Object container) {
    if (depth == _containers.length) _containers.add(OpenContainer());
    return _containers[depth++]
      ..kind = kind
      ..container = container
      ..written = 0;
  }

  /// Leaves the innermost container, and returns it.
  OpenContainer leave() {
    final container = _containers[--depth];
    _set?.remove(container.container);
    return container.._clear();
  }

  /// Notes a container that is going to be entered. Returns whether it is open already,
  /// which is looked at from some depth on.
  bool closesCycle(Object container) {
    if (depth < _cycleDepth) return false;
    final set = _set ??= Set.identity()
      ..addAll(_containers.take(depth).map((c) => c.container!));
    return !set.add(container);
  }

  /// The number of containers up to where a cycle closes first.
  int get depthOfCycle {
    final seen = Set<Object>.identity();
    for (var i = 0; i < depth; i++) {
      if (!seen.add(_containers[i].container!)) return i;
    }
    return depth;
  }

  /// The way to the value that is being written: indices and keys.
  List<Object> get path => [
    for (final container in _containers.take(depth)) ?container.step,
  ];

  /// Gives memory back, once nothing is open.
  void trim() {
    _set = null;
    if (_containers.length > _keptDepth) _containers.length = _keptDepth;
  }
}
