/// Errors of values that a parameter does not accept.
library;

import 'dart:typed_data';

import '../rhai_function.dart';
import '../rhai_range.dart';

/// A place that a value goes to.
abstract interface class Target {
  /// Its name in messages.
  String get name;
}

/// A parameter.
final class Parameter implements Target {
  /// Creates the parameter with a [number], counted from 1, of a [function].
  const Parameter(this.function, this.number);

  /// The function's name.
  final String function;

  /// The number of the parameter, from 1.
  final int number;

  @override
  String get name => 'argument $number of $function';
}

/// An argument that a Dart function does not accept. The function was not called.
final class ArgumentMismatch implements Exception {
  /// Creates it for a function by its name in messages.
  const ArgumentMismatch(this.function, this.problem);

  /// The name of the function.
  final String function;

  /// The sentence that names the argument, the accepted values and the value.
  final String problem;

  /// The message for a function that is called [name].
  String messageFor(String name) => '$name: $problem';

  @override
  String toString() => messageFor(function);
}

/// A value, or a part of it, is of a wrong type.
final class Mismatch implements Exception {
  /// Creates it for a value that messages call [found].
  const Mismatch(this.found, [this.steps = const [], this.expected]);

  /// Creates it for a value.
  Mismatch.of(Object? value) : this(describeValue(value));

  /// The value in words, with an article.
  final String found;

  /// The way to the part: indices of lists and keys of object maps.
  final List<Object> steps;

  /// The accepted values in words, with an article, if it is a part.
  final String? expected;

  /// This mismatch in a part that [step] leads to, and which must be [one].
  Mismatch below(Object step, String one) =>
      Mismatch(found, [step, ...steps], expected ?? one);

  /// This mismatch where the value must be [one], unless that is known already.
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

/// Describes a value in words, with an article.
String describeValue(Object? value) => switch (value) {
  null => '()',
  Future() => 'a Future, as the function has to wait',
  _ => _nameOf(value) ?? 'a Dart object (${value.runtimeType})',
};

/// The name of a type with an article.
String withArticle(String name) =>
    '${name.startsWith(RegExp('[AEIOUaeiou]')) ? 'an' : 'a'} $name';

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
