import 'dart:convert';
import 'dart:io';

import 'package:crypto/crypto.dart';
import 'package:test/test.dart';

import '../../../hook/src/prebuilt_list.dart';

/// A server with one prebuilt library.
final class PrebuiltServer {
  PrebuiltServer._(this._server, this._answer) {
    url = Uri.parse('http://127.0.0.1:${_server.port}/v1.0.0/');
    _server.listen((request) async {
      requests.add(request.requestedUri);
      await (_answer ?? serveLibrary)(request);
    });
  }

  /// Starts a server that answers requests by [answer], or else with the library.
  static Future<PrebuiltServer> start([
    Future<void> Function(HttpRequest request)? answer,
  ]) async {
    final server = await HttpServer.bind(InternetAddress.loopbackIPv4, 0);
    addTearDown(() => server.close(force: true));
    return PrebuiltServer._(server, answer);
  }

  /// Text of the library.
  static const library = 'a prebuilt library';

  /// The library as a list has it.
  static final PrebuiltFile file = (
    name: 'librhai_dart-1.0.0-x.so',
    sha256: '${sha256.convert(utf8.encode(library))}',
  );

  final HttpServer _server;
  final Future<void> Function(HttpRequest request)? _answer;

  /// Addresses that were asked for.
  final List<Uri> requests = [];

  /// Folder of the library.
  late final Uri url;

  /// Stops the server: nothing answers at its address then.
  Future<void> stop() => _server.close(force: true);

  /// Answers with the library.
  static Future<void> serveLibrary(HttpRequest request) {
    if (request.uri.pathSegments.last != file.name) {
      request.response.statusCode = HttpStatus.notFound;
    } else {
      request.response.write(library);
    }
    return request.response.close();
  }
}
