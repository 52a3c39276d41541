/// Checks, compares and prints the options of a configuration.
library;

import 'protocol.dart';

/// An option of a configuration of type [C].
final class Option<C> {
  /// Describes the option that [of] reads.
  const Option(this.name, this.of, {this.number, this.most});

  /// The name of the option.
  final String name;

  /// Reads its value.
  final Object? Function(C config) of;

  /// Its [EngineNumber], if the native side must know it.
  final int? number;

  /// The largest value of a number or a time, if there is one.
  final Object? most;

  /// Throws an [ArgumentError] if the option cannot have the [value].
  void check(Object? value) {
    final problem = switch ((value, most)) {
      (int(isNegative: true), _) => 'must be positive, or 0 for no limit',
      (final int value, final int most) when value > most =>
        'must be $most at most',
      (Duration.zero, _) => null,
      (final Duration value, final Duration most)
          when value.inMilliseconds < 1 || value > most =>
        'must be a millisecond at least and ${most.inDays} days at most, '
            'or zero for no limit',
      _ => null,
    };
    // [ArgumentError] does not show values of other types than numbers and texts.
    final shown = value is Duration ? '$value' : value;
    if (problem != null) throw ArgumentError.value(shown, name, problem);
  }
}

/// All options of a configuration of type [C].
final class Options<C> {
  /// Takes the options.
  const Options(this._options);

  final List<Option<C>> _options;

  /// Throws an [ArgumentError] if an option of [config] cannot have its value.
  void check(C config) {
    for (final option in _options) {
      option.check(option.of(config));
    }
  }

  /// The numbers that a native engine is made of, in the order of [EngineNumber].
  List<int> numbers(C config) {
    final numbers = List.filled(EngineNumber.count, 0);
    for (final option in _options) {
      if (option.number case final number?) {
        numbers[number] = switch (option.of(config)) {
          final Duration time => time.inMicroseconds,
          final value => value! as int,
        };
      }
    }
    return numbers;
  }

  /// Whether all options of [a] and [b] are equal.
  bool areSame(C a, C b) =>
      _options.every((option) => _isSame(option.of(a), option.of(b)));

  /// A hash code of all options.
  int hash(C config) => Object.hashAll([
    for (final option in _options)
      switch (option.of(config)) {
        final Set<Object?> names => Object.hashAllUnordered(names),
        final value => value,
      },
  ]);

  /// The names and values of the options that are no functions.
  String describe(C config) => [
    for (final option in _options)
      if (option.of(config) case final value when value is! Function)
        '${option.name}: $value',
  ].join(', ');
}

/// Returns the value of an option that can be given by an old name, too.
///
/// Throws an [ArgumentError] if the two names are given values that contradict each other.
T? renamed<T extends Object>(String name, T? value, String oldName, T? old) =>
    value == null || old == null || value == old
    ? value ?? old
    : throw ArgumentError('$oldName contradicts $name: leave $oldName out');

bool _isSame(Object? a, Object? b) => a is Set<String> && b is Set<String>
    ? a.length == b.length && a.containsAll(b)
    : a == b;
