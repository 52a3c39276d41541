/// Arguments that are not what a parameter accepts, and how to say so.
library;

import 'dart:typed_data';

import '../rhai_function.dart';
import '../rhai_range.dart';

/// Where a value goes to, for messages.
abstract interface class Target {
  /// What it is called.
  String get name;
}

/// A parameter.
final class Parameter implements Target {
  /// The one with a [number], counted from 1, of a [function].
  const Parameter(this.function, this.number);

  /// The function's name.
  final String function;

  /// Which parameter it is.
  final int number;

  @override
  String get name => 'argument $number of $function';
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
  const Mismatch(this.found, [this.steps = const [], this.expected]);

  /// Creates it for a value that was found.
  Mismatch.of(Object? value) : this(describeValue(value));

  /// What it is, with an article.
  final String found;

  /// The way to it: indices of lists and keys of object maps.
  final List<Object> steps;

  /// What it must be, with an article, if it is a part of the value.
  final String? expected;

  /// The same in a part of a value, to which [step] leads, and which must be [one].
  Mismatch below(Object step, String one) =>
      Mismatch(found, [step, ...steps], expected ?? one);

  /// The same where the value must be [one], if nothing is known of the part.
  Mismatch expecting(String one) => Mismatch(found, steps, expected ?? one);

  @override
  String toString() {
    if (steps.isEmpty) return 'it is $found';
    final way = steps.map(
      (step) => '${step is int ? 'element' : 'entry'} $step',
    );
    return '${way.join(', ')} is $found';
  }
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
