/// A map that engines share until one of them changes it.
final class SharedMap<K, V> {
  Map<K, V> _map = {};

  /// Whether another one may have the same map, which must not be changed then.
  bool _isShared = false;

  /// The map as it is now, to look at.
  Map<K, V> get map => _map;

  /// The map as this one has it, for changes.
  Map<K, V> get changing {
    if (!_isShared) return _map;
    _isShared = false;
    return _map = {..._map};
  }

  /// Has what another one has, as long as neither changes.
  void takeOver(SharedMap<K, V> other) {
    other._isShared = _isShared = true;
    _map = other._map;
  }

  /// Forgets everything, which others may still have.
  void clear() {
    _map = {};
    _isShared = false;
  }
}
