/// Decides whether a script goes on in the next line.
///
/// Rhai says where a script is not valid. If that place moves along with line feeds that are
/// added, it is the end of the text: something is open there. What is open within a text or
/// comment is not seen so; there, the end of one is tried.
library;

import '../../rhai_dart.dart';

/// Ends of texts that go on over lines: of multi-line and raw strings, and of lines that end
/// with a backslash.
const _endsOfTexts = ['`', '"#', '"##', '"'];

/// Whether [text] is the beginning of a script whose brackets, texts or comments are open.
Future<bool> isIncomplete(RhaiEngine engine, String text) async {
  Future<RhaiPosition?> errorOf(String text) async {
    final result = await engine.analyzeAsync(text);
    return result.isValid ? null : result.syntaxErrors.first.position;
  }

  try {
    final lines = '\n'.allMatches(text).length + 1;
    final error = await errorOf('$text\n ');
    // In a comment, even this is valid.
    if (error == null) return await errorOf('$text\n)') == null;
    if ((error.line ?? 0) > lines) return true;
    for (final end in _endsOfTexts) {
      if (await errorOf('$text\n$end') != error) return true;
    }
    return false;
  } on RhaiException {
    // It takes too long to find out: so will running it, and that says why.
    return false;
  }
}
