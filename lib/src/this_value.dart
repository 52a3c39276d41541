/// What a function of a script has changed in its `this`.
library;

import 'dart:typed_data';

/// Changes [value], and the Lists and Maps in it, to what a script has made of its copy.
///
/// Only what differs is set, so that what nobody has changed need not be changeable.
void updateThis(Object? value, Object? changed) {
  // Not by recursion: data may be nested more deeply than the stack is made for.
  final open = [(value, changed)];
  while (open.isNotEmpty) {
    switch (open.removeLast()) {
      case (final Map<Object?, Object?> map, final Map<String, Object?> now):
        if (map.length != now.length || !now.keys.every(map.containsKey)) {
          map.removeWhere((key, _) => !now.containsKey(key));
        }
        now.forEach((key, value) {
          final old = map[key];
          if (_isUpdated(old, value)) {
            open.add((old, value));
          } else if (!_isSame(old, value) || !map.containsKey(key)) {
            map[key] = value;
          }
        });
      case (final List<Object?> list, final List<Object?> now):
        if (list.length > now.length) list.length = now.length;
        for (final (index, value) in now.indexed) {
          if (index >= list.length) {
            list.add(value);
          } else if (_isUpdated(list[index], value)) {
            open.add((list[index], value));
          } else if (!_isSame(list[index], value)) {
            list[index] = value;
          }
        }
      default:
    }
  }
}

/// Whether a value is not replaced, but changed to another one.
bool _isUpdated(Object? old, Object? value) => switch ((old, value)) {
  (Uint8List(:final length), Uint8List(length: final other)) => length == other,
  (Uint8List(), _) || (_, Uint8List()) => false,
  (Map<Object?, Object?>(), Map<String, Object?>()) => true,
  (List<Object?>(), List<Object?>()) => true,
  _ => false,
};

/// Whether two values are the same for a script, other than Lists and Maps.
bool _isSame(Object? a, Object? b) =>
    identical(a, b) || (a == b && (a is double) == (b is double));
