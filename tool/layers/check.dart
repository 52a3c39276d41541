/// Checks a package against the rules of its architecture.
library;

import 'dart:io';

import 'dart_imports.dart';
import 'files.dart';
import 'import_graph.dart';
import 'manifest.dart';
import 'rules.dart';
import 'rust_imports.dart';
import 'source_text.dart';

/// Everything in the package at [root] that is against the rules, in words.
List<String> checkLayers(Directory root) {
  final found = crateFolders(root, rustFolder);
  final known = _knownCrates(root, found);
  final dart = dartArrows(root);
  return [
    for (final crate in crates.keys)
      if (!found.contains(crate)) '$crate: there is no such crate',
    for (final crate in found) ...[
      ...describeCircles(rustArrows(root, crate)),
      ..._checkCrate(root, crate, known),
    ],
    ...describeCircles(dart),
    ...forbiddenDartImports(root, dart),
  ];
}

List<String> _checkCrate(
  Directory root,
  String crate,
  Map<String, String> known,
) {
  final rule = crates[crate];
  if (rule == null) {
    return ['$crate: no layer has this crate; see tool/layers/rules.dart'];
  }
  final problems = <String>[
    for (final dependency in dependenciesOf(root, crate, rustFolder))
      if (!_allows(rule, dependency))
        '$crate/Cargo.toml: $crate may not depend on ${dependency.crate}',
  ];
  for (final path in filesIn(root, '$crate/src', '.rs')) {
    final code = rustCode(readFile(root, path)!);
    crateNames(code, known.keys.toSet()).forEach((name, line) {
      if (!rule.allows(known[name]!)) {
        problems.add('$path:$line uses $name, which $crate may not');
      }
    });
    rule.forbidden.forEach((pattern, reason) {
      for (final match in RegExp(pattern).allMatches(code)) {
        final line = lineAt(code, match.start);
        problems.add('$path:$line has `${match[0]}`: $reason');
      }
    });
  }
  return problems;
}

bool _allows(CrateRule rule, Dependency dependency) {
  final Dependency(:crate, :isForTests) = dependency;
  if (rule.allows(crate)) return true;
  final isOurs = crate.startsWith('$rustFolder/');
  return isForTests && (!isOurs || rule.forTests.contains(crate));
}

/// Crates by the names that code has for them.
Map<String, String> _knownCrates(Directory root, List<String> folders) => {
  for (final rule in crates.values)
    for (final name in rule.outside) name: name,
  for (final crate in folders)
    for (final dependency in dependenciesOf(root, crate, rustFolder))
      dependency.alias: dependency.crate,
};
