import 'package:flutter/foundation.dart';

/// Kinds of lines in an [Output].
enum OutputKind {
  /// Text that a script printed.
  printed,

  /// A line that was typed into the console.
  typed,

  /// The value of a script.
  value,

  /// An error of a script.
  error,

  /// A note of the app.
  note,
}

/// A line of an [Output].
typedef OutputLine = ({OutputKind kind, String text});

/// The lines that scripts have written, up to a number of them.
class Output extends ChangeNotifier {
  /// The number of lines that are kept.
  static const maxLines = 500;

  final List<OutputLine> _lines = [];

  /// The lines, oldest first.
  List<OutputLine> get lines => List.unmodifiable(_lines);

  /// Adds a line.
  void add(OutputKind kind, String text) {
    _lines.add((kind: kind, text: text));
    if (_lines.length > maxLines) _lines.removeAt(0);
    notifyListeners();
  }

  /// Removes all lines.
  void clear() {
    _lines.clear();
    notifyListeners();
  }
}
