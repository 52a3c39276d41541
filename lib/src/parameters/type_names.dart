/// Names of types in Rhai's definition files.
library;

import 'dart:typed_data';

import '../rhai_function.dart';
import '../rhai_range.dart';
import '../wire/protocol.dart';

/// The name of a type that nothing is known of.
const anyTypeName = '?';

const _names = {
  Kind.boolean: 'bool',
  Kind.integer: 'int',
  Kind.float: 'float',
  Kind.string: 'String',
  Kind.char: 'char',
  Kind.array: 'Array',
  Kind.map: 'Map',
  Kind.blob: 'Blob',
  Kind.range: 'Range',
  Kind.function: 'FnPtr',
  // Last: it is what may be missing.
  Kind.unit: '()',
};

/// The name of the type that has all of some [kinds], which are bits of [Kind].
String typeNameOf(int kinds) {
  // Of Dart objects, Rhai knows no types.
  if (kinds & Kind.object != 0) return anyTypeName;
  return [
    for (final MapEntry(key: kind, value: name) in _names.entries)
      if (kinds & kind != 0) name,
  ].join(' | ');
}

/// The kind of a value, one of [Kind]; null for an object of another class.
int? kindOf(Object? value) => switch (value) {
  null => Kind.unit,
  bool() => Kind.boolean,
  int() => Kind.integer,
  double() => Kind.float,
  String() => Kind.string,
  Uint8List() => Kind.blob,
  RhaiRange() => Kind.range,
  Iterable<Object?>() => Kind.array,
  Map<Object?, Object?>() => Kind.map,
  RhaiFunction() || Function() => Kind.function,
  _ => null,
};
