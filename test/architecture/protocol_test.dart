/// The protocol is the same in Dart and in Rust.
library;

import 'dart:io';

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

/// Constants by the names of their groups and their own, all in Rust's style.
typedef Protocol = Map<String, Map<String, String>>;

Protocol parseDart(String text) => {
  for (final group in RegExp(
    r'^abstract final class (\w+) \{\n(.*?)^\}',
    multiLine: true,
    dotAll: true,
  ).allMatches(text))
    snakeCase(group[1]!): {
      for (final constant in RegExp(
        r'static const \w+ (\w+) =\s*([^;]+);',
      ).allMatches(group[2]!))
        snakeCase(constant[1]!).toUpperCase(): literal(constant[2]!),
    },
};

Protocol parseRust(String text) => {
  for (final group in RegExp(
    r'^pub mod (\w+) \{\n(.*?)^\}',
    multiLine: true,
    dotAll: true,
  ).allMatches(text))
    group[1]!: {
      for (final constant in RegExp(
        r'pub const (\w+): [^=]+=\s*([^;]+);',
      ).allMatches(group[2]!))
        constant[1]!: literal(constant[2]!),
    },
};

String snakeCase(String name) => name.replaceAllMapped(
  RegExp('(?<=[a-z0-9])[A-Z]|^[A-Z]'),
  (letter) => '${letter.start == 0 ? '' : '_'}${letter[0]!.toLowerCase()}',
);

/// A literal as both languages would have it.
String literal(String text) {
  final plain = text.replaceAll(RegExp("['\"_]"), '').trim();
  return int.tryParse(plain)?.toString() ?? plain;
}

void main() {
  const path = 'lib/src/wire/protocol.dart';
  final dart = parseDart(File(path).readAsStringSync());
  final rust = parseRust(
    File('rust/dart/src/wire/protocol.rs').readAsStringSync(),
  );

  test('both languages are understood', () {
    const inDart = '''
/// One.
abstract final class EngineNumber {
  /// Two.
  static const int maxMemory = 0x10;

  static const String path = 'path';
}
''';
    const inRust = '''
/// One.
pub mod engine_number {
    /// Two.
    pub const MAX_MEMORY: usize = 16;

    pub const PATH: &str = "path";
}
''';
    expect(parseDart(inDart), {
      'engine_number': {'MAX_MEMORY': '16', 'PATH': 'path'},
    });
    expect(parseRust(inRust), parseDart(inDart));
    expect(
      parseRust(inRust.replaceFirst('16', '17')),
      isNot(parseDart(inDart)),
    );
  });

  test('there are groups', () {
    expect(dart.keys, containsAll(['tag', 'frame_word', 'limit', 'step']));
    expect(dart['tag'], hasLength(16));
  });

  for (final group in {...dart.keys, ...rust.keys}) {
    test('$group is the same in both', () => expect(rust[group], dart[group]));
  }

  /// The constants of a group that are no negative numbers, by their values.
  List<String> inOrder(String group) {
    final entries = dart[group]!.entries.toList()
      ..removeWhere((constant) => int.parse(constant.value) < 0)
      ..sort((a, b) => int.parse(a.value).compareTo(int.parse(b.value)));
    expect(
      entries.map((constant) => int.parse(constant.value)),
      List.generate(entries.length, (index) => index),
    );
    return [for (final constant in entries) constant.key];
  }

  final enums = {
    // The last one is Dart's alone.
    'limit': RhaiLimit.values.sublist(0, RhaiLimit.waiting.index),
    'runtime_error_kind': RhaiRuntimeErrorKind.values,
    'warning_kind': AnalysisWarningKind.values,
  };
  enums.forEach((group, values) {
    test('$group has the order of ${values.first.runtimeType}', () {
      expect(inOrder(group), [
        for (final value in values) snakeCase(value.name).toUpperCase(),
      ]);
    });
  });
}
