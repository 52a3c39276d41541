/// Tests the program that draws how a script waits.
library;

import 'dart:convert';
import 'dart:io';

import 'package:test/test.dart';

import '../../tool/draw_waiting.dart' as program;
import '../../tool/waiting/recording.dart';
import '../support/folders.dart';

void main() {
  late String picture;
  setUpAll(() async {
    final file = '${temporaryFolder().path}/waiting.svg';
    await program.main([file]);
    picture = File(file).readAsStringSync();
  });

  test('the picture is well-formed', () {
    final open = <String>[];
    for (final tag in RegExp('<(/?)([a-z]+)[^<>]*?(/?)>').allMatches(picture)) {
      if (tag[1]!.isNotEmpty) {
        expect(tag[2], open.removeLast());
      } else if (tag[3]!.isEmpty) {
        open.add(tag[2]!);
      }
    }
    expect(open, isEmpty);
    final outsideTags = picture.replaceAll(RegExp('<[^<>]*>'), '');
    expect(outsideTags, isNot(matches('[<>]')));
  });

  test('it shows three waits, and ticks meanwhile', () {
    expect('>waits '.allMatches(picture), hasLength(3));
    expect('<circle'.allMatches(picture), isNotEmpty);
  });

  test('the committed picture shows the same script', () {
    final committed = File('docs/images/waiting.svg').readAsStringSync();
    const escape = HtmlEscape(HtmlEscapeMode.element);
    for (final line in [for (final step in script) ...step.lines]) {
      expect(committed, contains('>${escape.convert(line)}<'));
    }
  });
}
