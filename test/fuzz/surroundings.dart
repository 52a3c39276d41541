/// The things of Dart that random scripts find.
library;

import 'dart:async';

import 'package:rhai_dart/rhai_dart.dart';

import '../support/futures.dart';

/// A Dart class that scripts know as `Row`.
final class _Row {
  _Row(this.id);

  final Object? id;
  Object? name = 'row';
}

/// Texts of modules by their paths: those that work, and those that cannot.
const _modules = {
  'a': 'export const X = [1, 2]; fn f(x) { x } fn g(f, x) { f.call(x) }',
  'b': 'import "a" as a; export const X = a::X; fn f(x) { later([a::f(x)]) }',
  'c': 'import "c" as c; export const X = 1;',
  'd': 'let x = ;',
  'e': 'throw "e";',
  'f': 'export let X = parallel([1, 2], |x| later(x)); fn f(x) { Row(x) }',
};

/// The paths that scripts import.
final modulePaths = [..._modules.keys, './a', '../a', 'nowhere', ''];

/// Loads a module, now or later.
FutureOr<String?> _load(String path, String? importer) => switch (path) {
  'b' => Future(() => _modules[path]),
  _ => _modules[path],
};

/// Makes an engine with a loader of modules, and with all that scripts call. Functions that
/// they want to be kept are passed to [keep].
RhaiEngine engineForRandomScripts(
  RhaiConfig config, {
  required void Function(RhaiFunction f) keep,
}) => RhaiEngine.withConfig(config.copyWith(moduleLoader: _load))
  ..registerFunction('id', (Object? x) => x)
  ..registerFunction('add', (int a, int b) => a + b)
  ..registerFunction('fail', () => throw StateError('failed'))
  ..registerFunction('fail_with', (Object? x) => throw ArgumentError(x))
  ..registerFunction('later', later)
  ..registerFunction('later_fail', () async => throw StateError('late'))
  ..registerFunction('run', (RhaiFunction f, [Object? x]) => f.call(x))
  ..registerFunction(
    'run_later',
    (RhaiFunction f) async => await later(await f.call()),
  )
  ..registerFunction('keep', keep)
  ..registerType<_Row>(
    'Row',
    constructors: {'Row': _Row.new},
    getters: {
      'id': (row) => row.id,
      'name': (row) => row.name,
      'slow': (row) => later([row.id, row.name]),
    },
    setters: {'name': (_Row row, Object? name) => row.name = name},
    methods: {
      'call_with': (_Row row, RhaiFunction f) => f.call(row),
      'to_int': (_Row row) => 1,
    },
    operators: {'+': (_Row row, Object? other) => _Row(other)},
    index: (_Row row, Object? index) => index,
    iterator: (row) => [row.id, row.name, row],
  )
  ..registerModule('lib', {
    'ONE': 1,
    'LIST': [1, 'two'],
    'two': (Object? x) => [x, x],
    'slow': later,
  })
  ..setVar('v', [1, 2]);
