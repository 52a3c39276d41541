/// Engines for the scripts of the command.
library;

import 'dart:io';

import '../../rhai_dart.dart';
import 'confined_folder.dart';
import 'http_functions.dart';
import 'permissions.dart';
import 'script_modules.dart';
import 'usage_error.dart';

/// An engine whose scripts may do what the command's options say.
final class ScriptEngine {
  /// Creates the engine for scripts that may import [modules], and print by [onPrint], with
  /// [arguments] for the script.
  ///
  /// Throws a [UsageError] if a folder does not exist.
  ScriptEngine(
    Permissions permissions,
    ScriptModules modules, {
    required void Function(String text) onPrint,
    List<String> arguments = const [],
  }) : _http = permissions.http ? HttpFunctions(_config.maxStringLength) : null,
       engine = RhaiEngine(_configFor(permissions, modules, onPrint)) {
    engine.setConstant('ARGS', arguments);
    if (_http case final http?) _addHttp(http);
    if (permissions.env) _addEnvironment();
    if (permissions.readFolder case final path?) _addReading(_folder(path));
    if (permissions.writeFolder case final path?) _addWriting(_folder(path));
  }

  /// The engine itself.
  final RhaiEngine engine;

  final HttpFunctions? _http;

  static const _config = RhaiConfig();

  static RhaiConfig _configFor(
    Permissions permissions,
    ScriptModules modules,
    void Function(String text) onPrint,
  ) {
    final config = _config.copyWith(
      moduleLoader: modules.load,
      onPrint: onPrint,
    );
    final time = permissions.runTime;
    if (time == null) return config;
    return config.copyWith(
      // They would end the script before that.
      maxOperations: 0,
      timeout: time,
      totalTimeout: time > _config.totalTimeout ? time : _config.totalTimeout,
    );
  }

  /// Ends scripts that wait, and requests.
  void dispose() {
    engine.dispose();
    _http?.close();
  }

  static ConfinedFolder _folder(String path) {
    try {
      return ConfinedFolder(path, _config.maxStringLength);
    } on FileSystemException {
      throw UsageError('--allow: there is no folder $path.');
    }
  }

  void _addHttp(HttpFunctions http) => engine
    ..registerFunction(
      'http::get',
      http.get,
      doc: 'Gets the text at a URL. A status other than 2xx is an exception.',
      parameterNames: const ['url'],
    )
    ..registerFunction(
      'http::post',
      http.post,
      doc:
          'Sends text, a blob, or anything else as JSON, and returns the text of the '
          'response. A status other than 2xx is an exception.',
      parameterNames: const ['url', 'body'],
    );

  void _addEnvironment() => engine.registerFunction(
    'env::get',
    (String name) => Platform.environment[name],
    doc: 'The environment variable of that name, or ().',
    parameterNames: const ['name'],
  );

  void _addReading(ConfinedFolder folder) => engine
    ..registerFunction(
      'fs::read',
      folder.read,
      doc: 'Reads a file as text.',
      parameterNames: const ['path'],
    )
    ..registerFunction(
      'fs::exists',
      folder.exists,
      doc: 'Whether there is a file or folder.',
      parameterNames: const ['path'],
    )
    ..registerFunction(
      'fs::list',
      folder.list,
      doc: 'Names of what is in a folder, sorted; "." is the whole folder.',
      parameterNames: const ['path'],
    );

  void _addWriting(ConfinedFolder folder) => engine.registerFunction(
    'fs::write',
    folder.write,
    doc: 'Writes text to a file, in place of the one that there is.',
    parameterNames: const ['path', 'text'],
  );
}
