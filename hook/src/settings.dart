import 'package:hooks/hooks.dart';

import 'build_failure.dart';

/// Places that the library can come from.
enum Source {
  /// Cargo compiles it.
  build,

  /// Somebody has compiled it before.
  prebuilt,

  /// It is on the machine that the app runs on.
  system,
}

/// The wishes of the user: `hooks: user_defines: rhai_dart:` in the pubspec of the app.
final class Settings {
  Settings._({this.source, this.path, this.url});

  /// Reads the settings in [input].
  ///
  /// Throws a [BuildFailure] for what is not understood.
  factory Settings.of(BuildInput input) {
    for (final key in _defines(input).keys) {
      if (!_keys.contains(key)) {
        throw _failure('"$key" is unknown. Valid are ${_keys.join(', ')}.');
      }
      if (input.userDefines[key] is! String) {
        throw _failure('"$key" must be a text.');
      }
    }
    final settings = Settings._(
      source: _source(input.userDefines['source'] as String?),
      path: input.userDefines.path('path'),
      url: _url(input.userDefines['url'] as String?),
    );
    settings._check();
    return settings;
  }

  /// The only source to take the library from; the hook decides if there is none.
  final Source? source;

  /// A file or folder of the user's.
  final Uri? path;

  /// A folder on a server, with the prebuilt libraries.
  final Uri? url;

  void _check() {
    if (path != null && source != Source.prebuilt && source != Source.system) {
      throw _failure('"path" needs "source: prebuilt" or "source: system".');
    }
    if (url != null && path != null) {
      throw _failure('"path" and "url" exclude each other.');
    }
    if (url != null && source != null && source != Source.prebuilt) {
      throw _failure('"url" needs "source: prebuilt", or no source.');
    }
  }
}

const _keys = ['source', 'path', 'url'];

/// The settings as they are written. `input.userDefines` has single keys only.
Map<String, Object?> _defines(BuildInput input) =>
    switch (input.json['user_defines']) {
      {'workspace_pubspec': {'defines': final Map<String, Object?> defines}} =>
        defines,
      _ => const {},
    };

Source? _source(String? name) {
  if (name == null) return null;
  return Source.values.asNameMap()[name] ??
      (throw _failure(
        '"source: $name" is unknown. '
        'Valid are ${Source.values.map((source) => source.name).join(', ')}.',
      ));
}

/// The folder [text], with a slash at its end.
Uri? _url(String? text) {
  if (text == null) return null;
  final url = Uri.tryParse(text.endsWith('/') ? text : '$text/');
  if (url == null || !const {'http', 'https'}.contains(url.scheme)) {
    throw _failure('"url: $text" must begin with https:// or http://.');
  }
  if (url.host.isEmpty || url.hasQuery || url.hasFragment) {
    throw _failure(
      '"url: $text" must name a folder on a server, without "?" or "#".',
    );
  }
  return url;
}

BuildFailure _failure(String message) => BuildFailure(
  'in pubspec.yaml, under hooks: user_defines: rhai_dart: $message',
);
