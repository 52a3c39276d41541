/// Applies the changes that a function of a script has made to its `this`.
///
/// The native side sends what `this` was and what it is then; their difference is made here. A
/// function is another object each time that it crosses; its serial number is the same, so that
/// one which was sent becomes the object that it was. The rest of what is alike is found by
/// value, and Dart objects by identity. What a collection takes is asked of an empty one of its
/// type (`collection.take(0).toList()`). All is asked before anything is changed.
library;

import 'dart:typed_data';

import '../errors.dart';
import '../ffi/script_function.dart';
import '../parameters/elements.dart';
import '../parameters/mismatch.dart';
import '../rhai_range.dart';
import '../wire/protocol.dart';
import '../wire/returned_functions.dart';
import '../wire/value_path.dart';

/// Changes [thisValue] when a call has [ended], which is the call's value or a Future of
/// it, and returns its result likewise. The functions in [sent] keep their identity.
Object? applyToThis(
  Object? ended,
  Object? thisValue,
  List<ScriptFunction> sent,
) {
  Object? apply(Object? ended) {
    final fields = ended! as List<Object?>;
    restoreFunctions(sent, fields);
    updateThis(
      thisValue,
      fields[CallWithField.before],
      fields[CallWithField.after],
    );
    return fields[CallWithField.result];
  }

  Future<Object?> applyLater(Future<Object?> ended) async => apply(await ended);

  return ended is Future<Object?> ? applyLater(ended) : apply(ended);
}

/// Changes [value] as a script has changed its copy, from [before] to [after]. Maps and
/// Lists in its Maps are changed, too.
///
/// Parts that the script has not changed stay as they are, even if they have changed
/// meanwhile. Elements of a List are replaced, not changed: they may be elsewhere, too.
///
/// Throws a [RhaiConversionError] if a part does not take its new value. Nothing has been
/// changed then.
void updateThis(Object? value, Object? before, Object? after) {
  final kind = switch ((value, before, after)) {
    (Map(), Map(), Map()) || (List(), List(), List()) => null,
    (Map(), Map(), _) => 'an object map',
    (List(), List(), _) => 'an array',
    _ => null,
  };
  if (kind != null) {
    throw RhaiConversionError(
      'this',
      'it must remain $kind; it is ${describeValue(after)}',
    );
  }
  final update = _Update()..find(value, before, after);
  for (final change in update.changes) {
    change();
  }
}

/// A part of `this`.
final class _Part implements Target {
  const _Part(this._outer, this._step);

  final _Part? _outer;

  /// A key or an index, if there is an outer part.
  final Object _step;

  _Part operator [](Object step) => _Part(this, step);

  @override
  String get name => nameBelow(const []);

  /// The name of what is in it where [steps] lead.
  String nameBelow(List<Object> steps) {
    final all = <Object>[];
    _Part? part = this;
    while (part != null && part._outer != null) {
      all.add(part._step);
      part = part._outer;
    }
    return describePath('this', [...all.reversed, ...steps]);
  }
}

/// Finds the changes that are to be made.
final class _Update {
  /// The changes, in their order.
  final List<void Function()> changes = [];

  /// Lists that are to be changed.
  final Set<List<Object?>> _lists = Set.identity();

  final List<(Object?, Object?, Object?, _Part)> _open = [];

  void find(Object? value, Object? before, Object? after) {
    // Not by recursion: data may be nested more deeply than the stack is made for.
    _open.add((value, before, after, const _Part(null, 0)));
    while (_open.isNotEmpty) {
      switch (_open.removeLast()) {
        case (
          final Map<Object?, Object?> map,
          final Map<String, Object?> before,
          final Map<String, Object?> after,
          final part,
        ):
          _findInMap(map, before, after, part);
        case (
          final List<Object?> list,
          final List<Object?> before,
          final List<Object?> after,
          final part,
        ):
          _findInList(list, before, after, part);
        default:
      }
    }
  }

  void _findInMap(
    Map<Object?, Object?> map,
    Map<String, Object?> before,
    Map<String, Object?> after,
    _Part part,
  ) {
    final count = changes.length;
    for (final key in before.keys) {
      if (!after.containsKey(key)) changes.add(() => map.remove(key));
    }
    Elements? keys;
    Elements? values;
    after.forEach((key, now) {
      final then = before[key];
      final isNew = !before.containsKey(key);
      if (!isNew && _hasParts(map[key], then, now)) {
        _open.add((map[key], then, now, part[key]));
      } else if (isNew || !_isSame(then, now)) {
        if (!map.containsKey(key)) {
          final elements = keys ??= Elements.of(map.keys);
          _named(part[key], () => elements.only(key, part), what: 'its key');
        }
        final elements = values ??= Elements.of(map.values);
        final taken = _named(part[key], () => elements.only(now, part[key]));
        changes.add(() => map[key] = taken);
      }
    });
    if (changes.length > count) {
      _try(() => map.addAll(const <Never, Never>{}), part, _fixed);
    }
  }

  void _findInList(
    List<Object?> list,
    List<Object?> before,
    List<Object?> after,
    _Part part,
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
    // If something else changes it too, there is no telling what was where.
    final isAlone = _lists.add(list) && list.length == before.length;
    if (isAlone && before.length == after.length) {
      final changed = [
        for (var i = start; i < after.length - same; i++)
          if (!_isSame(before[i], after[i])) i,
      ];
      final taken = _elements(list, after, changed, part);
      changes.add(() {
        for (var i = 0; i < changed.length; i++) {
          list[changed[i]] = taken[i];
        }
      });
      return;
    }
    if (!isAlone) start = same = 0;
    final all = [for (var i = start; i < after.length - same; i++) i];
    final taken = _elements(list, after, all, part);
    if (list.length != after.length) {
      _try(
        () => list.addAll(const <Never>[]),
        part,
        'its length cannot be changed',
      );
    }
    changes.add(() {
      final end = list.length - same;
      taken.length == end - start
          ? list.setAll(start, taken)
          : list.replaceRange(start, end, taken);
    });
  }

  /// Converts the values at [indices] of [after] to elements of [list].
  List<Object?> _elements(
    List<Object?> list,
    List<Object?> after,
    List<int> indices,
    _Part part,
  ) {
    _try(
      () {
        list.setRange(0, 0, const <Never>[]);
        // Views that cannot be changed have no objection to that.
        if (list is TypedData && list.isNotEmpty) list[0] = list[0];
      },
      part,
      _fixed,
    );
    final elements = Elements.of(list);
    for (final i in indices) {
      _named(part[i], () {
        elements.add(after[i], part[i]);
        if (list is TypedDataList<num>) _checkFits(list, after[i]! as num);
      });
    }
    return elements.list;
  }

  /// Throws a [Mismatch] if [list], whose elements have a few bytes, would make another int
  /// of [value], or an infinite float.
  void _checkFits(TypedDataList<num> list, num value) {
    if (list.isEmpty) return;
    final one = list.sublist(0, 1);
    final bits = 8 * list.elementSizeInBytes;
    switch (one) {
      case final TypedDataList<int> one:
        one[0] = value as int;
        if (one[0] == value) return;
        throw Mismatch('$value').expecting('an int of $bits bits');
      case final TypedDataList<double> one:
        one[0] = value.toDouble();
        if (one[0].isFinite || !value.isFinite) return;
        throw Mismatch('$value').expecting('a float of $bits bits');
    }
  }

  static const _fixed = 'it cannot be changed';

  /// Runs [body], and makes an error about [part] of a [Mismatch].
  T _named<T>(_Part part, T Function() body, {String what = 'it'}) {
    try {
      return body();
    } on Mismatch catch (mismatch) {
      final Mismatch(:steps, :expected, :found) = mismatch;
      throw RhaiConversionError(
        part.nameBelow(steps),
        '$what must be $expected; it is $found',
      );
    }
  }

  /// Tries whether [part] can be changed, by a [change] that has no effect.
  void _try(void Function() change, _Part part, String problem) {
    try {
      change();
    } on UnsupportedError {
      throw RhaiConversionError(
        part.name,
        problem,
        hint: 'pass a Map or a List that can be changed',
      );
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
  (List<Object?>(), final Uint8List before, final Uint8List after) =>
    before.length == after.length,
  (List<Object?>(), List<Object?>(), List<Object?>()) =>
    before is! Uint8List && after is! Uint8List,
  _ => false,
};

/// Whether two values that a script had are the same.
bool _isSame(Object? a, Object? b) {
  final open = [(a, b)];
  while (open.isNotEmpty) {
    switch (open.removeLast()) {
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
      case (final String a, final String b):
        if (a != b) return false;
      case (final RhaiRange a, final RhaiRange b):
        if (a != b) return false;
      case (final a, final b):
        // Numbers are identical if they are the same, objects if they are one.
        if (!identical(a, b)) return false;
    }
  }
  return true;
}
