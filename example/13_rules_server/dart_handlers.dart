import 'dart:io';

import 'handlers.dart';
import 'store.dart';

/// The rules of `routes/orders.rhai` in Dart, to compare the speed.
final class DartHandlers implements Handlers {
  /// Creates handlers for the orders in a store.
  DartHandlers(this._store);

  final Store _store;

  @override
  Future<Object?> answer(Request request) =>
      switch ((request.method, request.path)) {
        ('GET', ['orders', final id]) => _show(id),
        ('POST', ['orders']) => _create(request.body),
        ('GET', ['quote', final item, final count]) => _quote(item, count),
        _ => throw const Refusal(HttpStatus.notFound, 'there is nothing here'),
      };

  Future<Object?> _show(String id) async {
    final order = await _store.find(_number(id));
    if (order == null) throw Refusal(404, 'there is no order $id');
    return order;
  }

  Future<Object?> _create(Object? body) async {
    if (body case {'items': final List<Object?> items}) {
      final order = {'items': items, 'total': await _total(items)};
      return {'id': await _store.add(order), ...order};
    }
    throw const Refusal(400, 'an order has items');
  }

  Future<Object?> _quote(String item, String count) async {
    if (_number(count) > 100) throw const Refusal(400, 'that is too many');
    final items = List.filled(_number(count), item);
    return {'total': await _total(items)};
  }

  Future<double> _total(List<Object?> items) async {
    var total = 0.0;
    for (final item in items) {
      final price = await _store.priceOf('$item');
      if (price == null) throw Refusal(400, 'nobody sells $item');
      total += price;
    }
    return items.length >= 3 ? total * 0.9 : total;
  }

  static int _number(String text) =>
      int.tryParse(text) ?? (throw Refusal(400, '$text is no number'));
}
