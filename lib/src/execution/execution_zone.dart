/// Makes the zones that say for which script code runs.
library;

import 'dart:async';
import 'dart:collection';

/// Forks a zone whose only value of its own is [value], under [key].
Zone forkWith(Zone zone, Object key, Object value) =>
    zone.fork(zoneValues: _OneEntry(key, value));

/// A map with one entry, which a zone copies.
///
/// A map of Dart's would take as long to make as the zone.
final class _OneEntry extends MapBase<Object?, Object?> {
  _OneEntry(this._key, this._value);

  final Object _key;
  final Object _value;

  @override
  Iterable<Object?> get keys => [_key];

  @override
  Object? operator [](Object? key) => key == _key ? _value : null;

  @override
  void forEach(void Function(Object? key, Object? value) action) =>
      action(_key, _value);

  @override
  void operator []=(Object? key, Object? value) => throw _unmodifiable;

  @override
  void clear() => throw _unmodifiable;

  @override
  Object? remove(Object? key) => throw _unmodifiable;

  static UnsupportedError get _unmodifiable =>
      UnsupportedError('the values of a zone cannot be changed');
}
