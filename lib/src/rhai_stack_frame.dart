import 'rhai_position.dart';

/// A call in a script that had not returned when an error happened.
final class RhaiStackFrame {
  /// Creates the frame of a [function].
  const RhaiStackFrame(
    this.function, {
    this.source = '',
    this.position = RhaiPosition.unknown,
  });

  /// The function's name: `script` for the script itself, `closure` for a function without
  /// a name, `module name` for the code of a module.
  final String function;

  /// The module that the function is from; empty for the script.
  final String source;

  /// The place that it had reached: the next call, or the failure.
  final RhaiPosition position;

  @override
  bool operator ==(Object other) =>
      other is RhaiStackFrame &&
      other.function == function &&
      other.source == source &&
      other.position == position;

  @override
  int get hashCode => Object.hash(function, source, position);

  @override
  String toString() {
    final place = [
      if (source.isNotEmpty) source,
      if (position.line != null) '$position',
    ].join(', ');
    return place.isEmpty ? 'at $function' : 'at $function ($place)';
  }
}
