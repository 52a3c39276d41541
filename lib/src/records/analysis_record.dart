/// Reads analyses, which the native side writes as arrays of [AnalysisField]s.
library;

import '../analysis_result.dart';
import '../errors.dart';
import '../rhai_position.dart';
import '../wire/protocol.dart';
import 'place.dart';

/// Makes a result of the [fields] of an analysis.
AnalysisResult readAnalysis(List<Object?> fields) => AnalysisResult(
  isValid: fields[AnalysisField.error] == null,
  syntaxErrors: List.unmodifiable([
    if (fields[AnalysisField.error] case final String message)
      _syntaxError(message, fields),
  ]),
  warnings: _list(fields[AnalysisField.warnings], _warning),
  functions: _list(fields[AnalysisField.functions], readFunction),
  imports: _list(fields[AnalysisField.imports], _import),
  freeVariables: _list(fields[AnalysisField.freeVariables], _freeVariable),
  astSummary: fields[AnalysisField.summary]! as String,
);

RhaiSyntaxError _syntaxError(String message, List<Object?> fields) {
  final line = fields[AnalysisField.faultyLine]! as String;
  final caret = fields[AnalysisField.caret]! as int;
  return RhaiSyntaxError(
    message,
    position: positionOrNull(
      fields[AnalysisField.line]! as int,
      fields[AnalysisField.column]! as int,
    ),
    sourceLine: line.isEmpty ? null : line,
    caret: line.isEmpty ? null : knownOrNull(caret),
  );
}

AnalysisWarning _warning(List<Object?> fields) => AnalysisWarning(
  kind: AnalysisWarningKind.values[fields[WarningField.kind]! as int],
  name: fields[WarningField.name]! as String,
  message: fields[WarningField.message]! as String,
  position: _position(fields, WarningField.line, WarningField.column),
);

/// Reads the description of a function, an array of [DeclarationField]s.
ScriptFunctionInfo readFunction(List<Object?> fields) => ScriptFunctionInfo(
  name: fields[DeclarationField.name]! as String,
  parameters: List<String>.unmodifiable(
    fields[DeclarationField.parameters]! as List<Object?>,
  ),
  position: _position(fields, DeclarationField.line, DeclarationField.column),
  documentation: fields.length > DeclarationField.comment
      ? fields[DeclarationField.comment]! as String
      : '',
);

ScriptImport _import(List<Object?> fields) => ScriptImport(
  path: fields[ImportField.path] as String?,
  alias: fields[ImportField.alias] as String?,
  position: _position(fields, ImportField.line, ImportField.column),
);

FreeVariable _freeVariable(List<Object?> fields) => FreeVariable(
  name: fields[FreeVariableField.name]! as String,
  position: _position(fields, FreeVariableField.line, FreeVariableField.column),
);

List<T> _list<T>(Object? entries, T Function(List<Object?> fields) read) =>
    List.unmodifiable([
      for (final entry in entries! as List<Object?>)
        read(entry! as List<Object?>),
    ]);

RhaiPosition _position(List<Object?> fields, int line, int column) =>
    positionOf(fields[line]! as int, fields[column]! as int);
