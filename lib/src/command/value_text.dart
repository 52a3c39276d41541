/// Values of scripts as people read them.
library;

import 'dart:typed_data';

import '../../rhai_dart.dart';

/// Levels of nested values that are written.
const _maxDepth = 100;

/// Writes a value as Rhai does. A string is quoted if [quoted] is set, or if it is in
/// another value.
String textOf(Object? value, {bool quoted = false}) {
  if (value is String && !quoted) return value;
  final text = StringBuffer();
  _write(text, value, 0);
  return '$text';
}

void _write(StringBuffer text, Object? value, int depth) {
  if (depth > _maxDepth) {
    text.write('…');
    return;
  }
  switch (value) {
    case null:
      text.write('()');
    case String():
      text.write(_quote(value));
    case Uint8List():
      final bytes = value.map((byte) => byte.toRadixString(16).padLeft(2, '0'));
      text.write('[${bytes.join(' ')}]');
    case RhaiRange():
      text.write(value);
    case List<Object?>():
      text.write('[');
      for (final (index, item) in value.indexed) {
        if (index > 0) text.write(', ');
        _write(text, item, depth + 1);
      }
      text.write(']');
    case Map<String, Object?>():
      text.write('#{');
      for (final (index, MapEntry(:key, value: item))
          in value.entries.indexed) {
        if (index > 0) text.write(', ');
        text.write('${_quote(key)}: ');
        _write(text, item, depth + 1);
      }
      text.write('}');
    case RhaiFunction(:final name):
      text.write(name.isEmpty ? 'Fn(…)' : 'Fn($name)');
    default:
      text.write(value);
  }
}

String _quote(String text) {
  final escaped = text
      .replaceAll(r'\', r'\\')
      .replaceAll('"', r'\"')
      .replaceAll('\n', r'\n')
      .replaceAll('\r', r'\r')
      .replaceAll('\t', r'\t');
  return '"$escaped"';
}
