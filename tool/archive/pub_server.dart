import 'dart:convert';
import 'dart:io';

import 'package:yaml/yaml.dart';

/// A package repository on this machine, in the place of pub.dev.
///
/// It has the packages that are in a pub cache, and those that are published to it.
final class PubServer {
  PubServer._(this._server, this._cached, this._published) {
    _server.listen((request) async {
      try {
        await _answer(request);
      } finally {
        await request.response.close();
      }
    });
  }

  /// Starts one that serves the packages of the folder [cached], each in a folder
  /// `NAME-VERSION`, and keeps what is published in the folder [published].
  static Future<PubServer> start({
    required Directory cached,
    required Directory published,
  }) async => PubServer._(
    await HttpServer.bind(InternetAddress.loopbackIPv4, 0),
    cached,
    published,
  );

  final HttpServer _server;
  final Directory _cached;
  final Directory _published;

  /// The address to give to pub.
  String get url => 'http://127.0.0.1:${_server.port}';

  /// Stops the server.
  Future<void> close() => _server.close(force: true);

  Future<void> _answer(HttpRequest request) async {
    final response = request.response;
    response.headers.contentType = ContentType.json;
    switch (request.uri.pathSegments) {
      case ['api', 'packages', 'versions', 'new']:
        response.write(
          jsonEncode({'url': '$url/upload', 'fields': <String, String>{}}),
        );
      case ['upload']:
        await _publish(request);
        response.statusCode = HttpStatus.noContent;
        response.headers.set(HttpHeaders.locationHeader, '$url/published');
      case ['published']:
        response.write('{"success": {"message": "published"}}');
      case ['api', 'packages', _, 'advisories']:
        response.write(
          '{"advisories": [], "advisoriesUpdated": "2020-01-01T00:00:00Z"}',
        );
      case ['api', 'packages', final name]:
        final versions = _versionsOf(name);
        if (versions.isEmpty) {
          response.statusCode = HttpStatus.notFound;
          response.write('{"error": {"code": "NotFound", "message": "$name"}}');
        } else {
          response.write(
            jsonEncode({
              'name': name,
              'latest': versions.last,
              'versions': versions,
            }),
          );
        }
      case ['archives', final folder]:
        response.add(await _archive(folder));
      default:
        response.statusCode = HttpStatus.notFound;
    }
  }

  List<Map<String, Object?>> _versionsOf(String name) => [
    for (final folder in [..._cached.listSync(), ..._published.listSync()])
      if (folder is Directory && _nameOf(folder).split('-').first == name)
        _version(folder),
  ];

  Map<String, Object?> _version(Directory folder) {
    final text = File('${folder.path}/pubspec.yaml').readAsStringSync();
    final pubspec = loadYaml(text) as YamlMap;
    return {
      'version': pubspec['version'],
      'pubspec': pubspec,
      'archive_url': '$url/archives/${_nameOf(folder)}',
    };
  }

  Future<List<int>> _archive(String folder) async {
    final root = Directory('${_published.path}/$folder').existsSync()
        ? _published
        : _cached;
    final tar = await Process.run('tar', [
      // What pub's own reader of archives knows.
      ...['--format=ustar', '--owner=0', '--group=0'],
      ...['-cz', '-C', '${root.path}/$folder', '.'],
    ], stdoutEncoding: null);
    return tar.stdout as List<int>;
  }

  /// Unpacks the only file of a form.
  Future<void> _publish(HttpRequest form) async {
    final boundary = form.headers.contentType!.parameters['boundary']!;
    final bytes = await form.expand((chunk) => chunk).toList();
    final text = latin1.decode(bytes);
    final start = text.indexOf('\r\n\r\n') + 4;
    final end = text.lastIndexOf('\r\n--$boundary');
    final archive = File('${_published.path}/archive.tar.gz')
      ..writeAsBytesSync(bytes.sublist(start, end));
    final folder = Directory('${_published.path}/unpacked')..createSync();
    await Process.run('tar', ['-xzf', archive.path, '-C', folder.path]);
    final pubspec = File('${folder.path}/pubspec.yaml').readAsStringSync();
    final {'name': name, 'version': version} = loadYaml(pubspec) as YamlMap;
    folder.renameSync('${_published.path}/$name-$version');
  }
}

String _nameOf(Directory folder) =>
    folder.uri.pathSegments.lastWhere((part) => part.isNotEmpty);
