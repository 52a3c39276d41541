/// What a function of a script has changed in its `this`.
library;

import 'dart:typed_data';

import 'rhai_function.dart';

/// Changes [value], and the Maps and Lists in its Maps, by what a script has changed in its
/// copy, from [before] to [after].
///
/// What the script has not changed stays as it is, whatever has happened to it meanwhile.
/// Elements of a List are replaced, not changed: they may be elsewhere, too.
void updateThis(Object? value, Object? before, Object? after) {
  // Not by recursion: data may be nested more deeply than the stack is made for.
  final open = [(value, before, after)];
  while (open.isNotEmpty) {
    switch (open.removeLast()) {
      case (
        final Map<Object?, Object?> map,
        final Map<String, Object?> before,
        final Map<String, Object?> after,
      ):
        for (final key in before.keys) {
          if (!after.containsKey(key)) map.remove(key);
        }
        after.forEach((key, now) {
          final then = before[key];
          if (before.containsKey(key) && _hasParts(map[key], then, now)) {
            open.add((map[key], then, now));
          } else if (!before.containsKey(key) || !_isSame(then, now)) {
            map[key] = now;
          }
        });
      case (
        final List<Object?> list,
        final List<Object?> before,
        final List<Object?> after,
      ):
        _updateList(list, before, after);
      default:
    }
  }
}

/// Whether a value is not replaced, but its parts are.
bool _hasParts(Object? value, Object? before, Object? after) => switch ((
  value,
  before,
  after,
)) {
  (Map<Object?, Object?>(), Map<Object?, Object?>(), Map<Object?, Object?>()) =>
    true,
  (List<Object?>(), List<Object?>(), List<Object?>()) =>
    before is Uint8List == after is Uint8List,
  _ => false,
};

void _updateList(
  List<Object?> list,
  List<Object?> before,
  List<Object?> after,
) {
  final shorter = before.length < after.length ? before.length : after.length;
  var start = 0;
  while (start < shorter && _isSame(before[start], after[start])) {
    start++;
  }
  if (start == before.length && start == after.length) return;
  var same = 0;
  while (same < shorter - start &&
      _isSame(
        before[before.length - 1 - same],
        after[after.length - 1 - same],
      )) {
    same++;
  }
  if (list.length != before.length) {
    // Something else has changed it meanwhile: there is no telling what was where.
    list.replaceRange(0, list.length, after);
  } else if (before.length != after.length) {
    final parts = after.sublist(start, after.length - same);
    list.replaceRange(start, list.length - same, parts);
  } else {
    for (var i = start; i < after.length - same; i++) {
      if (!_isSame(before[i], after[i])) list[i] = after[i];
    }
  }
}

/// Whether two values that a script had are the same. A function is another object each
/// time that it comes from a script.
bool _isSame(Object? a, Object? b) {
  final open = [(a, b)];
  while (open.isNotEmpty) {
    switch (open.removeLast()) {
      case (final double a, final double b):
        if (!identical(a, b)) return false;
      case (final Map<Object?, Object?> a, final Map<Object?, Object?> b):
        if (a.length != b.length) return false;
        for (final MapEntry(:key, :value) in a.entries) {
          if (!b.containsKey(key)) return false;
          open.add((value, b[key]));
        }
      case (final List<Object?> a, final List<Object?> b):
        if (a.length != b.length || a is Uint8List != b is Uint8List) {
          return false;
        }
        for (var i = 0; i < a.length; i++) {
          open.add((a[i], b[i]));
        }
      case (final RhaiFunction a, final RhaiFunction b):
        if (a.name != b.name) return false;
      case (final a, final b):
        // 1 and 1.0 are equal in Dart.
        if (a is int != b is int || a != b) return false;
    }
  }
  return true;
}
