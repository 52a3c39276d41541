/// Arguments that are not what a parameter accepts, and how to say so.
library;

import 'dart:typed_data';

import '../rhai_function.dart';
import '../rhai_range.dart';

/// A parameter, for messages.
final class Parameter {
  /// The one with a [number], counted from 1, of a [function].
  const Parameter(this.function, this.number);

  /// The function's name.
  final String function;

  /// Which parameter it is.
  final int number;
}

/// An argument that a Dart function does not take: it was not called.
final class ArgumentMismatch implements Exception {
  /// Creates it for a function that is called [function] in messages.
  const ArgumentMismatch(this.function, this.problem);

  /// The function.
  final String function;

  /// Says which argument it is, what it must be and what it is.
  final String problem;

  /// The same if the function is called [name].
  String messageFor(String name) => '$name: $problem';

  @override
  String toString() => messageFor(function);
}

/// Something in a value is of a wrong type.
final class Mismatch implements Exception {
  /// Creates it for what was found.
  const Mismatch(this.found, [this.steps = const []]);

  /// Creates it for a value that was found.
  Mismatch.of(Object? value) : this(describeValue(value));

  /// What it is, with an article.
  final String found;

  /// The way to it.
  final List<String> steps;

  /// The same in a part of a value, to which [step] leads.
  Mismatch below(String step) => Mismatch(found, [step, ...steps]);

  @override
  String toString() => '${steps.isEmpty ? 'it' : steps.join(', ')} is $found';
}

/// Whether a value is an opaque object in scripts.
bool isOpaque(Object? value) =>
    value != null && _nameOf(value) == null && value is! Future;

/// What a value is called, with an article.
String describeValue(Object? value) => switch (value) {
  null => '()',
  Future() => 'a Future, as the function has to wait',
  _ => _nameOf(value) ?? 'a Dart object (${value.runtimeType})',
};

String? _nameOf(Object value) => switch (value) {
  bool() => 'a bool',
  int() => 'an int',
  double() => 'a float',
  String() => 'a string',
  Uint8List() => 'a blob',
  List() => 'a list',
  Map() => 'an object map',
  RhaiRange() => 'a range',
  RhaiFunction() => 'a function of a script',
  Function() => 'a Dart function',
  _ => null,
};
