/// A place in a script.
final class RhaiPosition {
  /// Creates the place at a line and a column, both from 1.
  const RhaiPosition(this.line, [this.column]);

  /// The position of something whose place is not known.
  static const unknown = RhaiPosition(null);

  /// The line, from 1; null if it is not known. Rhai counts to 65,534.
  final int? line;

  /// The column in characters, from 1; null if it is not known.
  final int? column;

  @override
  bool operator ==(Object other) =>
      other is RhaiPosition && other.line == line && other.column == column;

  @override
  int get hashCode => Object.hash(line, column);

  @override
  String toString() => switch ((line, column)) {
    (null, _) => 'unknown position',
    (final line, null) => 'line $line',
    (final line, final column) => 'line $line, position $column',
  };
}
