/// Makes the garbage collector run.
library;

import 'futures.dart';

/// Makes garbage, so that unreachable objects are collected. The garbage is large: it
/// goes where the long-lived objects are.
void makeGarbage() {
  final kept = <List<int>>[];
  for (var i = 0; i < 20; i++) {
    kept.add(List.filled(100000, i));
  }
}

/// Makes garbage turn by turn until [isDone], or until 500 turns have passed.
Future<void> makeGarbageUntil(bool Function() isDone) async {
  for (var round = 0; round < 500 && !isDone(); round++) {
    makeGarbage();
    await Future<void>.delayed(const Duration(milliseconds: 1));
  }
}

/// Makes so much garbage that unreachable objects are collected.
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
