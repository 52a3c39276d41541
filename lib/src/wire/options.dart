/// Checks, compares and prints the values of options.
library;

import 'protocol.dart';

/// An option of a configuration.
mixin Option on Enum {
  /// The [EngineNumber] of an option that the native side must know.
  int? get number;

  /// The largest value of a number or a time, if there is one.
  Object? get most;

  /// Checks a value, and returns it so that nobody can change it.
  ///
  /// Throws an [ArgumentError] if the option cannot have the value.
  Object checked(Object value) {
    final most = this.most;
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
    if (problem != null) throw ArgumentError.value(value, name, problem);
    return value is Set<String> ? Set<String>.unmodifiable(value) : value;
  }
}

/// The values of all options of a configuration.
final class OptionValues<O extends Option> {
  /// Takes the [value] of each of some options, which are all that there are.
  OptionValues(this._options, Object? Function(O option) value)
    : _values = [for (final option in _options) value(option)];

  final List<O> _options;
  final List<Object?> _values;

  /// The value of an option.
  Object? operator [](O option) => _values[option.index];

  /// Copies the values. Those in [changes] that are not null replace others.
  ///
  /// Throws an [ArgumentError] if an option cannot have its new value.
  OptionValues<O> changed(Map<O, Object?> changes) => OptionValues(
    _options,
    (option) => switch (changes[option]) {
      null => this[option],
      final value => option.checked(value),
    },
  );

  /// The numbers that a native engine is made of, in the order of [EngineNumber].
  List<int> get engineNumbers {
    final numbers = List.filled(EngineNumber.count, 0);
    for (final option in _options) {
      if (option.number case final number?) {
        numbers[number] = switch (this[option]) {
          final Duration time => time.inMicroseconds,
          final value => value! as int,
        };
      }
    }
    return numbers;
  }

  @override
  bool operator ==(Object other) =>
      other is OptionValues<O> &&
      _options.every((option) => _isSame(this[option], other[option]));

  @override
  int get hashCode => Object.hashAll(
    _values.map(
      (value) => value is Set ? Object.hashAllUnordered(value) : value,
    ),
  );

  @override
  String toString() {
    final shown = _options.where((option) => this[option] is! Function);
    return shown.map((option) => '${option.name}: ${this[option]}').join(', ');
  }
}

bool _isSame(Object? a, Object? b) => a is Set<String> && b is Set<String>
    ? a.length == b.length && a.containsAll(b)
    : a == b;
