/// Orders by their number, in memory. A database has the same methods.
final class Store {
  final Map<int, Object?> _orders = {};
  int _last = 0;

  /// The order, or null if there is none.
  Future<Object?> find(int id) async => _orders[id];

  /// Keeps a new order; completes with its number.
  Future<int> add(Object? order) async {
    _orders[++_last] = order;
    return _last;
  }

  /// The price of an item, or null if nobody knows it.
  Future<double?> priceOf(String item) async =>
      const {'tea': 3.5, 'cake': 4.25, 'pot': 25.0}[item];
}
