/// Writes the errors of Dart functions for the script that called them.
library;

import 'dart:convert';

import '../errors.dart';
import '../wire/frame.dart';
import '../wire/protocol.dart';
import '../wire/value_limits.dart';
import 'execution.dart';

/// Describes an error of [function], as an array of [DartErrorField]s.
///
/// It may run code of the error's class. If a value broke a limit, the script is to end.
List<Object?> describeError(
  Execution execution,
  Object error,
  StackTrace stackTrace,
  String function,
) => error is BrokenLimit
    ? _describeLimit(error)
    : execution.errors.describe(error, stackTrace, function);

/// Writes a description to slot 0.
void writeError(Frame frame, List<Object?> description) {
  try {
    frame.writeValue(description, 'error');
  } on BrokenLimit catch (broken) {
    // Not even the error has room.
    frame.writeValue(_describeLimit(broken), 'error');
  } on RhaiConversionError {
    // A message that is no valid Unicode.
    frame.writeValue([
      for (final field in description)
        field is String ? _wellFormed(field) : field,
    ], 'error');
  }
}

List<Object?> _describeLimit(BrokenLimit broken) => [
  DartErrorId.brokenLimit,
  broken.limit,
];

/// Replaces lone surrogates.
String _wellFormed(String text) => utf8.decode(utf8.encode(text));
