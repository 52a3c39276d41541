import 'package:rhai_dart/rhai_dart.dart';

/// A place in a script that is wrong, or looks wrong.
typedef Problem = ({RhaiPosition position, String message, bool isError});

/// The problems that an engine sees in a script.
List<Problem> problemsOf(AnalysisResult analysis) => [
  for (final error in analysis.syntaxErrors)
    if (error.position case final position?)
      (position: position, message: error.message, isError: true),
  for (final warning in analysis.warnings)
    (position: warning.position, message: warning.message, isError: false),
];
