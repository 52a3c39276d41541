/// Definition files for Rhai's language server.
///
/// The format is that of `Definitions::single_file` in Rhai: `module static;`, and below it
/// what all scripts see. A namespace is a nested `module name { … }`. The server knows no
/// optional parameters, so such a function is there once for each number of arguments. It knows
/// no elements and no iterators: they are in the comment of their type.
library;

import 'dart:convert';

import 'rhai_constant_info.dart';
import 'rhai_function_info.dart';

/// The text of a definition file (`.d.rhai`) for some functions, constants and types.
String definitionsOf(
  Iterable<RhaiFunctionInfo> functions, {
  Iterable<RhaiConstantInfo> constants = const [],
  Iterable<String> types = const [],
}) {
  final root = _Module();
  final unsaid = functions.where(_isUnsaid).toList();
  for (final type in types) {
    root.items.add((indent) => _typeLines(type, unsaid, indent));
  }
  for (final RhaiConstantInfo(:name, :type) in constants) {
    final (module, last) = root.find(name);
    module.items.add((indent) => ['${indent}const $last: $type;']);
  }
  for (final function in functions.where((one) => !_isUnsaid(one))) {
    final (module, name) = root.find(function.name);
    final parameters = function.parameters;
    final required = parameters.where((parameter) => !parameter.isOptional);
    for (var n = required.length; n <= parameters.length; n++) {
      final given = parameters.take(n);
      module.items.add(
        (indent) => _functionLines(name, function, given, indent),
      );
    }
  }
  final text = StringBuffer('module static;\n');
  _write(text, root, '');
  return '$text';
}

/// A namespace.
final class _Module {
  /// Writers of the lines of what is in it, with an indent.
  final List<Iterable<String> Function(String indent)> items = [];
  final Map<String, _Module> modules = {};

  /// Finds the namespace in a name that is seen from here, and the last part of the name.
  (_Module, String) find(String name) {
    final path = name.split('::');
    var module = this;
    for (final part in path.take(path.length - 1)) {
      module = module.modules[part] ??= _Module();
    }
    return (module, path.last);
  }
}

void _write(StringBuffer text, _Module module, String indent) {
  for (final item in module.items) {
    text.writeln();
    item(indent).forEach(text.writeln);
  }
  for (final MapEntry(key: name, value: inner) in module.modules.entries) {
    text.write('\n${indent}module $name {');
    _write(text, inner, '$indent    ');
    text.writeln('$indent}');
  }
}

/// Whether the format has no definition for a function.
bool _isUnsaid(RhaiFunctionInfo function) => switch (function.origin) {
  RhaiFunctionOrigin.indexGet ||
  RhaiFunctionOrigin.indexSet ||
  RhaiFunctionOrigin.iterator => true,
  _ => false,
};

/// Defines a type, with the functions of it that have no definition.
Iterable<String> _typeLines(
  String type,
  Iterable<RhaiFunctionInfo> unsaid,
  String indent,
) => [
  for (final function in unsaid)
    if (function.owner == type) '$indent/// - `$function`',
  '${indent}type $type = ...;',
];

Iterable<String> _functionLines(
  String name,
  RhaiFunctionInfo function,
  Iterable<RhaiParameterInfo> parameters,
  String indent,
) {
  final list = [
    for (final RhaiParameterInfo(:name, :type) in parameters)
      // Those of an operator have no names.
      if (function.origin == RhaiFunctionOrigin.operator)
        type
      else
        '${name ?? '_'}: $type',
  ];
  final word = switch (function.origin) {
    RhaiFunctionOrigin.operator => 'op ',
    RhaiFunctionOrigin.getter => 'fn get ',
    RhaiFunctionOrigin.setter => 'fn set ',
    _ => 'fn ',
  };
  final result = function.returnType ?? '?';
  return [
    if (function.doc case final doc?)
      for (final line in const LineSplitter().convert(doc))
        '$indent/// $line'.trimRight(),
    '$indent$word$name(${list.join(', ')}) -> $result;',
  ];
}
