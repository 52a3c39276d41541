/// The paths in the code of a Rust file: in `use` declarations, and between others.
library;

import 'rust_modules.dart';
import 'source_text.dart';

/// A path in the code, such as `crate::a::B`, and where it is.
class RustPath {
  /// Creates a path.
  RustPath(this.names, this.offset, this.scope, {this.alias});

  /// Its names, as they are written.
  final Names names;

  /// Where it starts.
  final int offset;

  /// Names of the modules within the file around it, from the outermost.
  final Names scope;

  /// The name that a `use` declaration gives to it; `*` where all that it contains
  /// is imported, and null outside such declarations.
  final String? alias;
}

final _use = RegExp(r'\buse\s+([^;]+);');
final _path = RegExp(r'(?<![\w:.])\w+(?:\s*::\s*\w+)+');
final _visibility = RegExp(r'\bpub\s*\([^)]*\)');
final _inlineModule = RegExp(r'\bmod\s+(\w+)\s*\{');

/// Paths that the `use` declarations in [code] import.
List<RustPath> usedPaths(String code) {
  final scopes = _Scopes(code);
  return [
    for (final use in _use.allMatches(code))
      ..._UseTree(use[1]!, use.start, scopes.at(use.start)).paths,
  ];
}

/// Paths of more than one name in [code] outside of `use` declarations.
List<RustPath> inlinePaths(String code) {
  final scopes = _Scopes(code);
  final rest = code
      .replaceAllMapped(_use, (use) => ' ' * use[0]!.length)
      .replaceAllMapped(_visibility, (match) => ' ' * match[0]!.length);
  return [
    for (final path in _path.allMatches(rest))
      RustPath(
        path[0]!.split('::').map((name) => name.trim()).toList(),
        path.start,
        scopes.at(path.start),
      ),
  ];
}

/// The modules within a file.
class _Scopes {
  _Scopes(String code)
    : _modules = [
        for (final match in _inlineModule.allMatches(code))
          (match[1]!, match.end, closingBrace(code, match.end - 1)),
      ];

  final List<(String, int, int)> _modules;

  Names at(int offset) => [
    for (final (name, start, end) in _modules)
      if (offset >= start && offset < end) name,
  ];
}

/// Reads the tree of a `use` declaration: `a::{b, c::{self, d as e}, f::*}`.
class _UseTree {
  _UseTree(String text, this._offset, this._scope)
    : _tokens = [
        for (final match in RegExp(r'\w+|::|[{},*]').allMatches(text))
          match[0]!,
      ] {
    _tree(const []);
  }

  final List<String> _tokens;
  final int _offset;
  final Names _scope;
  final paths = <RustPath>[];
  var _next = 0;

  String? get _token => _next < _tokens.length ? _tokens[_next] : null;

  void _tree(Names start) {
    final names = [...start];
    // A path from the root of all crates.
    if (_token == '::') _next++;
    while (_token != null && _token != ',' && _token != '}') {
      final token = _tokens[_next++];
      switch (token) {
        case '{':
          while (_token != null && _token != '}') {
            _tree(names);
            if (_token == ',') _next++;
          }
          _next++;
          return;
        case '*':
          _add(names, '*');
          return;
        case 'as':
          _add(names, _tokens[_next++]);
          return;
        case '::':
          break;
        case 'self' when names.isNotEmpty:
          break;
        default:
          names.add(token);
      }
    }
    if (names.isNotEmpty) _add(names, names.last);
  }

  void _add(Names names, String alias) =>
      paths.add(RustPath(names, _offset, _scope, alias: alias));
}
