import 'package:flutter/material.dart';
import 'package:rhai_dart/rhai_dart.dart';

import '../scripting/problem.dart';

/// The text of a script, with colors, and wavy lines below problems.
class CodeController extends TextEditingController {
  /// The problems that are underlined.
  List<Problem> get problems => _problems;
  List<Problem> _problems = const [];
  set problems(List<Problem> problems) {
    _problems = problems;
    notifyListeners();
  }

  @override
  TextSpan buildTextSpan({
    required BuildContext context,
    TextStyle? style,
    required bool withComposing,
  }) {
    final colors = Theme.of(context).colorScheme;
    final ranges = [
      for (final problem in _problems)
        (range: rangeOf(problem.position, text), isError: problem.isError),
    ];
    // Every place where the style may change.
    final cuts = {0, text.length};
    final tokens = _tokens.allMatches(text).toList();
    for (final token in tokens) {
      cuts.addAll([token.start, token.end]);
    }
    for (final (:range, isError: _) in ranges) {
      cuts.addAll([range.start, range.end]);
    }
    final places = cuts.toList()..sort();
    final spans = <TextSpan>[];
    var token = 0;
    for (var i = 0; i + 1 < places.length; i++) {
      final start = places[i];
      while (token < tokens.length && tokens[token].end <= start) {
        token++;
      }
      final isInToken = token < tokens.length && tokens[token].start <= start;
      final problem = ranges
          .where(
            (problem) =>
                problem.range.start <= start && start < problem.range.end,
          )
          .firstOrNull;
      spans.add(
        TextSpan(
          text: text.substring(start, places[i + 1]),
          style: TextStyle(
            color: isInToken ? _colorOf(tokens[token], colors) : null,
            decoration: problem == null ? null : TextDecoration.underline,
            decorationStyle: TextDecorationStyle.wavy,
            decorationThickness: 1.5,
            decorationColor: switch (problem?.isError) {
              true => colors.error,
              _ => const Color(0xFFB26A00),
            },
          ),
        ),
      );
    }
    return TextSpan(style: style, children: spans);
  }
}

/// Parts of a script that have a color.
final _tokens = RegExp(
  r'(?<comment>//[^\n]*)'
  r'|(?<string>"(?:\\.|[^"\\\n])*"?|`[^`]*`?)'
  r'|(?<number>\b\d[\d_.]*\b)'
  r'|(?<keyword>\b(?:let|const|if|else|for|in|while|loop|do|until|break'
  r'|continue|return|throw|try|catch|fn|import|export|as|switch|true|false'
  r'|this)\b)',
);

/// The color of a part.
Color _colorOf(RegExpMatch token, ColorScheme colors) {
  if (token.namedGroup('comment') != null) return colors.outline;
  if (token.namedGroup('string') != null) return const Color(0xFF9A4600);
  if (token.namedGroup('number') != null) return const Color(0xFF7A3BA8);
  return colors.primary;
}

/// The word at a position in a script: at least one character, where there is any.
TextRange rangeOf(RhaiPosition position, String text) {
  var start = 0;
  for (var line = 1; line < (position.line ?? 1); line++) {
    start = text.indexOf('\n', start) + 1;
  }
  final lineEnd = switch (text.indexOf('\n', start)) {
    -1 => text.length,
    final end => end,
  };
  final column = position.column;
  if (column == null) return TextRange(start: start, end: lineEnd);
  // Rhai counts characters, and Dart units of UTF-16.
  final before = text.substring(start, lineEnd).runes.take(column - 1);
  start += String.fromCharCodes(before).length;
  final word = RegExp(r'\w+').matchAsPrefix(text, start);
  if (word != null) return TextRange(start: start, end: word.end);
  if (start < lineEnd) return TextRange(start: start, end: start + 1);
  // The end of a line has nothing to underline: the character before it has.
  return TextRange(start: start == 0 ? 0 : start - 1, end: start);
}
