/// Checks the architecture: that no files import each other in a circle, and that
/// every layer imports only what it may.
///
///     ./dartw run tool/check_layers.dart [ROOT]
///
/// ROOT is the folder of the package, by default the current one. The rules are in
/// `tool/layers/rules.dart`.
library;

import 'dart:io';

import 'layers/check.dart';

void main(List<String> arguments) {
  final root = Directory(arguments.isEmpty ? '.' : arguments.single);
  final problems = checkLayers(root);
  problems.forEach(stderr.writeln);
  if (problems.isEmpty) {
    print('check_layers: no circle, and every import allowed');
  } else {
    stderr.writeln('check_layers: ${problems.length} problems');
    exitCode = 1;
  }
}
