/// Reads what `rust/src/analysis.rs` writes.
library;

import '../analysis_result.dart';
import '../errors.dart';
import '../rhai_position.dart';
import 'place.dart';

/// Makes a result of the fields that `analyze` in `rust/src/analysis.rs` lists.
AnalysisResult readAnalysis(List<Object?> fields) {
  final [
    error,
    faultyLine as String,
    caret as int,
    line as int,
    column as int,
    warnings,
    functions,
    imports,
    freeVariables,
    summary,
  ] = fields;
  return AnalysisResult(
    isValid: error == null,
    syntaxErrors: List.unmodifiable([
      if (error is String)
        RhaiSyntaxError(
          error,
          lineNumber: knownOrNull(line),
          columnNumber: knownOrNull(column),
          sourceLine: faultyLine.isEmpty ? null : faultyLine,
          caret: faultyLine.isEmpty ? null : knownOrNull(caret),
        ),
    ]),
    warnings: _list(
      warnings,
      (entry) => AnalysisWarning(
        kind: AnalysisWarningKind.values[entry[0]! as int],
        name: entry[1]! as String,
        message: entry[2]! as String,
        position: _position(entry),
      ),
    ),
    functions: _list(
      functions,
      (entry) => ScriptFunctionInfo(
        name: entry[0]! as String,
        parameters: List<String>.unmodifiable(entry[1]! as List<Object?>),
        position: _position(entry),
      ),
    ),
    imports: _list(
      imports,
      (entry) => ScriptImport(
        path: entry[0] as String?,
        alias: entry[1] as String?,
        position: _position(entry),
      ),
    ),
    freeVariables: _list(
      freeVariables,
      (entry) =>
          FreeVariable(name: entry[0]! as String, position: _position(entry)),
    ),
    astSummary: summary! as String,
  );
}

List<T> _list<T>(Object? entries, T Function(List<Object?> entry) read) =>
    List.unmodifiable([
      for (final entry in entries! as List<Object?>)
        read(entry! as List<Object?>),
    ]);

/// The position that an entry ends with.
RhaiPosition _position(List<Object?> entry) =>
    positionOf(entry[entry.length - 2]! as int, entry.last! as int);
