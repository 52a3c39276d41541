/// Futures that the tests share.
library;

import 'dart:async';

/// Completes with [value] in a later turn of the event loop.
Future<Object?> later(Object? value) => Future(() => value);

/// Never completes.
Future<Object?> never() => Completer<Object?>().future;

/// A Future whose `then` calls back before it returns. User interface frameworks have
/// such Futures for values that are often there already.
final class SynchronousFuture<T> implements Future<T> {
  SynchronousFuture(this._value);

  final T _value;

  @override
  Future<R> then<R>(
    FutureOr<R> Function(T value) onValue, {
    Function? onError,
  }) {
    final result = onValue(_value);
    return result is Future<R> ? result : SynchronousFuture(result);
  }

  @override
  Stream<T> asStream() => Stream.value(_value);

  @override
  Future<T> catchError(Function onError, {bool Function(Object)? test}) => this;

  @override
  Future<T> timeout(Duration limit, {FutureOr<T> Function()? onTimeout}) =>
      this;

  @override
  Future<T> whenComplete(FutureOr<void> Function() action) {
    unawaited(Future.sync(action));
    return this;
  }
}
