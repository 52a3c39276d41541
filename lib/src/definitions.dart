/// Definition files for Rhai's language server.
///
/// The format is that of `Definitions::single_file` in Rhai: `module static;`, and below it
/// what all scripts see. A namespace is a nested `module name { … }`. The server knows no
/// optional parameters, so such a function is there once for each number of arguments.
library;

import 'dart:convert';

import 'rhai_function_info.dart';

/// The text of a definition file (`.d.rhai`) for some functions.
String definitionsOf(Iterable<RhaiFunctionInfo> functions) {
  final root = _Module();
  for (final function in functions) {
    final path = function.name.split('::');
    var module = root;
    for (final name in path.take(path.length - 1)) {
      module = module.modules[name] ??= _Module();
    }
    module.functions.add((path.last, function));
  }
  final text = StringBuffer('module static;\n');
  _write(text, root, '');
  return '$text';
}

/// A namespace.
final class _Module {
  final List<(String, RhaiFunctionInfo)> functions = [];
  final Map<String, _Module> modules = {};
}

void _write(StringBuffer text, _Module module, String indent) {
  for (final (name, function) in module.functions) {
    final parameters = function.parameters;
    final required = parameters.where((parameter) => !parameter.isOptional);
    for (var n = required.length; n <= parameters.length; n++) {
      text.writeln();
      _writeFunction(text, name, function, parameters.take(n), indent);
    }
  }
  for (final MapEntry(key: name, value: inner) in module.modules.entries) {
    text.write('\n${indent}module $name {');
    _write(text, inner, '$indent    ');
    text.writeln('$indent}');
  }
}

void _writeFunction(
  StringBuffer text,
  String name,
  RhaiFunctionInfo function,
  Iterable<RhaiParameterInfo> parameters,
  String indent,
) {
  if (function.doc case final doc?) {
    for (final line in const LineSplitter().convert(doc)) {
      text.writeln('$indent/// $line'.trimRight());
    }
  }
  final list = [
    for (final RhaiParameterInfo(:name, :type) in parameters)
      '${name ?? '_'}: $type',
  ];
  final result = function.returnType ?? '?';
  text.writeln('${indent}fn $name(${list.join(', ')}) -> $result;');
}
