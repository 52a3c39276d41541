/// Runs the examples, and compares what they print with the comments at their ends.
@Tags(['sdk'])
@Timeout(Duration(minutes: 5))
library;

import 'dart:io';

import 'package:test/test.dart';

import '../support/example_output.dart';

void main() {
  final programs = [
    'example/13_rules_server/main.dart',
    for (final file in Directory('example').listSync())
      if (file.path.endsWith('.dart')) file.path,
  ];

  test('there are examples', () => expect(programs.length, greaterThan(11)));

  test('the output in a comment is found', () {
    const source =
        'void main() {}\n\n// Output:\n//\n// a (b)\n//\n//  1 <number>';
    final patterns = expectedOutput(source);
    expect(['a (b)', '', ' 1 23'], patterns.map(matches));
    expect(' 1 x', isNot(matches(patterns.last)));
  });

  test('example/README.md links every program, and no other', () {
    final links = RegExp(r'\]\((main|\d\d_\w+)(\.dart|/)\)')
        .allMatches(File('example/README.md').readAsStringSync())
        .map((link) => link[1]);
    expect(links.toSet(), _programNames().toSet());
  });

  for (final path in programs) {
    test('$path prints what it says', () => expectOutput(path));
  }
}

/// Names of the programs that are a file or a folder of their own, without those that have a
/// package of their own.
List<String> _programNames() => [
  for (final entry in Directory('example').listSync())
    if (RegExp(r'/(main|\d\d_\w+)(\.dart)?$').firstMatch(entry.path)
        case final match?)
      match[1]!,
];
