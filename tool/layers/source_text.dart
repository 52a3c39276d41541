/// The parts of a source file that count: no comments, no string literals, no tests.
library;

/// [source] of a Rust file in which comments, literals and `#[cfg(test)]` modules are
/// blank. Every character keeps its offset. The text in `extern "C"` stays.
String rustCode(String source) => _withoutTests(_blanked(source, _rustNoise));

/// [source] of a Dart file in which comments and multi-line strings are blank.
String dartCode(String source) => _blanked(source, _dartNoise);

/// Number of the line in [text] that holds [offset], from 1.
int lineAt(String text, int offset) =>
    '\n'.allMatches(text.substring(0, offset)).length + 1;

/// The offset behind the brace that closes the one at [open].
int closingBrace(String code, int open) {
  var depth = 0;
  for (var i = open; i < code.length; i++) {
    if (code[i] == '{') depth++;
    if (code[i] == '}' && --depth == 0) return i + 1;
  }
  return code.length;
}

// The group `kept` of each expression is matched so that nothing in it is taken for
// noise, and stays.

final _rustNoise = RegExp(
  r'(?<kept>\bextern\s*"[^"]*")'
  r'|//[^\n]*'
  r'|/\*'
  r'|\b[bc]?r(#*)"[\s\S]*?"\2'
  r'|"(?:\\[\s\S]|[^"\\])*"'
  // A lifetime has no quote at its end.
  r"|'(?:\\(?:u\{[^}]*\}|x[0-9a-fA-F]{2}|.)|[^\\'])'",
  unicode: true,
);

final _dartNoise = RegExp(
  r'//[^\n]*'
  r'|/\*'
  r"|r?'''[\s\S]*?'''"
  r'|r?"""[\s\S]*?"""'
  r'''|(?<kept>r'[^'\n]*'|r"[^"\n]*"|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*")''',
);

/// [source] with each match of [noise] replaced by blanks. Comments between `/*` and
/// `*/` may be nested.
String _blanked(String source, RegExp noise) {
  final code = StringBuffer();
  var at = 0;
  while (true) {
    final match = noise.allMatches(source, at).cast<RegExpMatch>().firstOrNull;
    if (match == null) break;
    final end = match[0] == '/*'
        ? _endOfComment(source, match.start)
        : match.end;
    final text = source.substring(match.start, end);
    code
      ..write(source.substring(at, match.start))
      ..write(match.namedGroup('kept') ?? _blank(text));
    at = end;
  }
  return (code..write(source.substring(at))).toString();
}

int _endOfComment(String source, int start) {
  var depth = 0;
  for (final match in RegExp(r'/\*|\*/').allMatches(source, start)) {
    depth += match[0] == '/*' ? 1 : -1;
    if (depth == 0) return match.end;
  }
  return source.length;
}

String _withoutTests(String code) {
  final test = RegExp(
    r'#\[cfg\((?![^\]]*not\(test\))[^\]]*\btest\b[^\]]*\)\]\s*mod\s+\w+\s*\{',
  );
  final match = test.firstMatch(code);
  if (match == null) return code;
  final end = closingBrace(code, match.end - 1);
  return _withoutTests(
    code.replaceRange(
      match.start,
      end,
      _blank(code.substring(match.start, end)),
    ),
  );
}

String _blank(String text) => text.replaceAll(RegExp(r'[^\n]'), ' ');
