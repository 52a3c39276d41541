/// Texts of errors, cut to a length.
library;

import '../errors.dart';

/// Cuts a text after the last line that ends within [max] characters.
String shorten(String text, int max) {
  if (text.length <= max) return text;
  final end = text.lastIndexOf('\n', max);
  return '${text.substring(0, end < 0 ? max : end)}\n…';
}

/// The result of [text], which runs code of the user's, or [otherwise] if that fails.
String textOf(String Function() text, String otherwise) {
  try {
    return text();
  } catch (_) {
    return otherwise;
  }
}

/// The message of a Dart error.
String messageOf(Object error) => switch (error) {
  final RhaiException error => error.message,
  final String error => error,
  _ => error.toString(),
};
