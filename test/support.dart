/// Futures that the tests share.
library;

import 'dart:async';

/// Completes with [value] in a later turn of the event loop.
Future<Object?> later(Object? value) => Future(() => value);

/// Never completes.
Future<Object?> never() => Completer<Object?>().future;

/// A Future whose `then` calls back before it returns, as user interface
/// frameworks have one for values that are often there already.
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

/// Makes garbage, so that what is not reachable is collected. Large objects,
/// which go where the long-lived ones are.
void makeGarbage() {
  final kept = <List<int>>[];
  for (var i = 0; i < 20; i++) {
    kept.add(List.filled(100000, i));
  }
}

/// Makes garbage turn by turn until [isDone], or until that is hopeless.
Future<void> makeGarbageUntil(bool Function() isDone) async {
  for (var round = 0; round < 500 && !isDone(); round++) {
    makeGarbage();
    await Future<void>.delayed(const Duration(milliseconds: 1));
  }
}

/// Makes enough garbage that what is not reachable is collected.
Future<void> makeMuchGarbage() async {
  for (var round = 0; round < 50; round++) {
    makeGarbage();
    await later(null);
  }
}

/// Waits for [result], and makes garbage until it is there.
Future<T> untilCollected<T>(Future<T> result) async {
  var ended = false;
  result.whenComplete(() => ended = true).ignore();
  await makeGarbageUntil(() => ended);
  if (!ended) throw StateError('it was not collected');
  return result;
}
