import 'dart:async';
import 'dart:io';

import 'package:rhai_dart/rhai_dart.dart';

import 'handlers.dart';
import 'store.dart';

/// Makes an engine for rules: its limits are for each request.
RhaiEngine rulesEngine(
  Store store, {
  required void Function(String line) log,
  int maxWaiting = 100,
}) =>
    RhaiEngine(
      RhaiConfig(
        maxOperations: 50000,
        maxMemory: 4 << 20,
        maxStackDepth: 30,
        maxStringLength: 256 << 10,
        maxArraySize: 10000,
        maxMapSize: 1000,
        maxOutputLength: 4096,
        timeout: const Duration(seconds: 1),
        asyncTimeout: const Duration(seconds: 5),
        totalTimeout: const Duration(seconds: 10),
        maxWaiting: maxWaiting,
        onPrint: (text) => log('print: $text'),
        onDebug: (text, position) => log('debug, $position: $text'),
      ),
    )..registerModule('store', {
      'find': store.find,
      'add': store.add,
      'price_of': store.priceOf,
    });

/// One version of the rules: the functions in the scripts of a folder whose comment says what
/// they answer, such as `/// GET /orders/{id}`.
final class Rules {
  Rules._(this._engine);

  /// Compiles the scripts in [folder], in a fork of [engine].
  ///
  /// Fails with a [RhaiException] or a [FormatException] if one of them is not valid.
  static Future<Rules> load(RhaiEngine engine, Directory folder) async {
    final rules = Rules._(engine.fork());
    try {
      final files = [
        await for (final file in folder.list())
          if (file is File && file.path.endsWith('.rhai')) file,
      ]..sort((a, b) => a.path.compareTo(b.path));
      for (final file in files) {
        await rules._add(file);
      }
      return rules;
    } catch (_) {
      rules.retire();
      rethrow;
    }
  }

  final RhaiEngine _engine;
  final List<_Route> _routes = [];
  int _underWay = 0;
  bool _isRetired = false;

  /// The requests that there are functions for.
  Iterable<String> get routes =>
      _routes.map((route) => '${route.method} ${route.pattern}');

  Future<void> _add(File file) async {
    final name = file.uri.pathSegments.last;
    final script = await _engine.compileAsync(
      await file.readAsString(),
      name: name,
    );
    for (final function in script.functions) {
      final route = _comment.firstMatch(function.documentation);
      if (route == null) continue;
      if (function.parameters.length != 1) {
        throw FormatException('$name: ${function.name} must have 1 parameter');
      }
      _routes.add(_Route(route[1]!, route[2]!, script, function.name));
    }
  }

  static final _comment = RegExp(
    r'^(GET|POST|PUT|DELETE) (/\S*)$',
    multiLine: true,
  );

  /// Answers a request by the function for it.
  Future<Object?> answer(Request request) async {
    for (final route in _routes) {
      final parameters = route.match(request);
      if (parameters != null) return _call(route, request, parameters);
    }
    throw const Refusal(HttpStatus.notFound, 'there is nothing here');
  }

  Future<Object?> _call(
    _Route route,
    Request request,
    Map<String, String> parameters,
  ) async {
    _underWay++;
    try {
      return await route.script.callAsync<Object?>(route.function, [
        {...parameters, 'query': request.query, 'body': request.body},
      ]);
    } on RhaiException catch (error) {
      throw _refusalOf(error);
    } finally {
      _underWay--;
      _disposeIfDone();
    }
  }

  /// Frees the engine, once the requests that it answers now have their answers.
  void retire() {
    _isRetired = true;
    _disposeIfDone();
  }

  void _disposeIfDone() {
    if (_isRetired && _underWay == 0) _engine.dispose();
  }
}

/// A function of a script, and the requests that it is for.
final class _Route {
  _Route(this.method, this.pattern, this.script, this.function)
    : _parts = Uri(path: pattern).pathSegments;

  final String method;
  final String pattern;
  final RhaiScript script;
  final String function;
  final List<String> _parts;

  /// The parts of the path that the pattern names, or null if the request is another one.
  Map<String, String>? match(Request request) {
    final path = request.path;
    if (request.method != method || path.length != _parts.length) return null;
    final found = <String, String>{};
    for (final (i, part) in _parts.indexed) {
      if (part.startsWith('{')) {
        found[part.substring(1, part.length - 1)] = path[i];
      } else if (part != path[i]) {
        return null;
      }
    }
    return found;
  }
}

Refusal _refusalOf(RhaiException error) => switch (error) {
  RhaiLimitError(limit: RhaiLimit.waiting) => const Refusal(
    HttpStatus.serviceUnavailable,
    'too many requests at once',
  ),
  // Thrown by the script, for the client.
  RhaiRuntimeError(
    cause: {'status': final int status, 'message': final String message},
  )
      when status >= 400 && status < 500 =>
    Refusal(status, message),
  RhaiTimeoutError() => Refusal(
    HttpStatus.gatewayTimeout,
    'that took too long',
    details: error,
  ),
  _ => Refusal(
    HttpStatus.internalServerError,
    'the rule failed',
    details: error,
  ),
};
