/// Output to standard output and standard error.
library;

import 'dart:io';

import 'output.dart';

/// The streams that the command writes to.
final class Console {
  /// Creates the console of this process.
  Console()
    : hasColor = _isColored(stderr),
      isInteractive = _isTerminal(stdin) && _isTerminal(stdout);

  final _output = Output(stdout);
  final _errors = Output(stderr);

  /// Whether errors are written in colour.
  final bool hasColor;

  /// Whether somebody types the input and sees the output.
  final bool isInteractive;

  /// Not `hasTerminal`, which is false for one whose size is not known.
  static bool _isTerminal(Object stream) =>
      stdioType(stream) == StdioType.terminal;

  static bool _isColored(Stdout stream) =>
      _isTerminal(stream) &&
      stream.supportsAnsiEscapes &&
      // See https://no-color.org.
      (Platform.environment['NO_COLOR'] ?? '').isEmpty;

  /// Writes a line to standard output.
  void write(String line) => _output.write('$line\n');

  /// Writes a line to standard error.
  void writeError(String line) => _errors.write('$line\n');

  /// Writes text to standard output that asks for input, if somebody sees it.
  void prompt(String text) {
    if (isInteractive) _output.write(text);
  }

  /// Returns [text] in a [color], if errors have one.
  String paint(String text, AnsiColor color) =>
      hasColor ? '\x1b[${color.code}m$text\x1b[0m' : text;

  /// Waits until everything has been written. Returns whether all output was, or whoever read it
  /// has stopped to do so.
  Future<bool> flush() async {
    final failure = await _output.flush();
    if (failure != null) writeError('rhai: cannot write the output: $failure.');
    // There is nowhere to say that this fails.
    await _errors.flush();
    return failure == null;
  }
}

/// Colours of parts of an error.
enum AnsiColor {
  /// Of the word "error".
  red('1;31'),

  /// Of the caret.
  green('1;32'),

  /// Of places.
  bold('1');

  const AnsiColor(this.code);

  /// The number in the escape sequence.
  final String code;
}

/// Returns [text] without control characters, except tabs and line feeds.
///
/// They could make a terminal do things.
String harmless(String text) =>
    text.replaceAll(RegExp(r'[\x00-\x08\x0b-\x1f\x7f-\x9f]'), '\u{fffd}');
