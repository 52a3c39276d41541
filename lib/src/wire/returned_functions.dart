/// Recognizes functions of scripts that come back to Dart.
library;

import 'dart:typed_data';

import '../ffi/script_function.dart';

/// Gives the functions in [value], which has just been read, their identity.
///
/// A function becomes another object each time that it is read. So each is replaced by the
/// object in [sent] for the same function, or else by the first such object in [value].
void restoreFunctions(List<ScriptFunction> sent, List<Object?> value) {
  if (sent.isEmpty) return;
  final known = <int, ScriptFunction>{};
  for (final function in sent) {
    // One that was disposed meanwhile is of no use.
    if (!function.isDisposed) known[function.serial] ??= function;
  }
  // Not by recursion: data may be nested more deeply than the stack is made for.
  final open = <Object>[value];
  void visit(Object? part, void Function(ScriptFunction function) replace) {
    switch (part) {
      case Uint8List():
      case List<Object?>() || Map<Object?, Object?>():
        open.add(part!);
      case final ScriptFunction function:
        replace(known[function.serial] ??= function);
    }
  }

  while (open.isNotEmpty) {
    switch (open.removeLast()) {
      case final List<Object?> list:
        for (var i = 0; i < list.length; i++) {
          visit(list[i], (function) => list[i] = function);
        }
      case final Map<Object?, Object?> map:
        map.forEach(
          (key, part) => visit(part, (function) => map[key] = function),
        );
    }
  }
}
