/// Errors of scripts as people read them.
library;

import '../../rhai_dart.dart';
import 'console.dart';
import 'sources.dart';

/// Describes an error with its place, the line that it is in, and the script's calls.
String describeError(RhaiException error, Sources sources, Console console) {
  final calls = error is RhaiScriptError
      ? error.callStack
      : const <RhaiStackFrame>[];
  final module = calls.isEmpty ? '' : calls.first.source;
  return [
    _headline(error, sources.pathOf(module), console),
    if (error.position case final position?)
      ?_line(sources.lineOf(module, position.line ?? 0), position, console),
    // One alone says nothing new.
    if (calls.length > 1)
      for (final call in calls)
        '  at ${harmless(call.function)} '
            '(${_place(sources.pathOf(call.source), call.position)})',
  ].join('\n');
}

String _headline(RhaiException error, String path, Console console) {
  final place = console.paint(_place(path, error.position), AnsiColor.bold);
  final word = console.paint('error', AnsiColor.red);
  return '$place: $word: ${harmless(error.message)}';
}

/// Describes a place as compilers do: `path:line:column`.
String _place(String path, RhaiPosition? position) =>
    [path, ?position?.line, ?position?.column].join(':');

/// A line as tools read it: `path:line:column: error: message`.
String finding(
  String path,
  RhaiPosition? position,
  String kind,
  String message,
) => '${_place(path, position)}: $kind: ${harmless(message)}';

/// Characters of a long line that are shown.
const _maxWidth = 120;

/// Characters that are shown before the place in a long line.
const _before = 80;

/// A line with a caret below the place.
String? _line(String? line, RhaiPosition position, Console console) {
  if (line == null) return null;
  final column = position.column;
  var runes = line.runes.toList();
  if (column == null || column > runes.length + 1) {
    return harmless(String.fromCharCodes(runes.take(_maxWidth)));
  }
  var before = column - 1;
  if (runes.length > _maxWidth) {
    final start = before > _before ? before - _before : 0;
    runes = runes.skip(start).take(_maxWidth).toList();
    before -= start;
  }
  // A tab is as wide as the one above it.
  final indent = runes.take(before).map((rune) => rune == 0x09 ? '\t' : ' ');
  final caret = console.paint('^', AnsiColor.green);
  return '${harmless(String.fromCharCodes(runes))}\n${indent.join()}$caret';
}
