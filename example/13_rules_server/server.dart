import 'dart:async';
import 'dart:convert';
import 'dart:io';
import 'dart:typed_data';

import 'handlers.dart';

/// An HTTP server that takes and sends JSON.
///
/// It bounds the body of a request and the time in which that must come. It bounds neither the
/// number of connections nor the time that a client takes for the head of a request: what is
/// open to the internet has a proxy in front that does.
final class Server {
  Server._(this._server, this._handlers, this._log, this._maxBodyTime) {
    _server.listen((request) => unawaited(_answer(request)));
  }

  /// Starts a server on this machine only, on a free port if that is 0.
  static Future<Server> start(
    Handlers handlers, {
    required void Function(String line) log,
    int port = 0,
    Duration maxBodyTime = const Duration(seconds: 10),
  }) async => Server._(
    await HttpServer.bind(InternetAddress.loopbackIPv4, port),
    handlers,
    log,
    maxBodyTime,
  );

  static const _leavesBody = {
    HttpStatus.requestEntityTooLarge,
    HttpStatus.requestTimeout,
  };

  /// Bytes that the body of a request may have.
  static const maxBody = 64 << 10;

  final HttpServer _server;
  final Handlers _handlers;
  final void Function(String line) _log;
  final Duration _maxBodyTime;

  /// The port that it listens to.
  int get port => _server.port;

  /// Ends all connections.
  Future<void> close() => _server.close(force: true);

  Future<void> _answer(HttpRequest request) async {
    var status = HttpStatus.ok;
    String json;
    try {
      final answer = await _handlers.answer(await _read(request));
      // What a rule returns may be no JSON, or be nested too deeply for it.
      json = jsonEncode(answer);
    } on Refusal catch (refusal) {
      status = refusal.status;
      json = jsonEncode({'error': refusal.message});
      if (refusal.details case final details?) {
        _log('${request.method} ${request.uri.path}: $details');
      }
    } catch (error) {
      status = HttpStatus.internalServerError;
      json = jsonEncode({'error': 'internal error'});
      _log('${request.method} ${request.uri.path}: $error');
    }
    final response = request.response
      ..statusCode = status
      // What is left of a body that was refused is not read.
      ..persistentConnection = !_leavesBody.contains(status)
      ..headers.contentType = ContentType.json
      ..write(json);
    // The client may have gone.
    await response.close().then<void>((_) {}, onError: (Object _) {});
  }

  Future<Request> _read(HttpRequest request) async {
    final List<String> path;
    final Map<String, String> query;
    try {
      path = request.uri.pathSegments;
      query = request.uri.queryParameters;
    } catch (_) {
      // Such as `%FF`, which is no UTF-8.
      throw const Refusal(HttpStatus.badRequest, 'the address is not valid');
    }
    return Request(
      request.method,
      path,
      query: query,
      body: await _jsonIn(request),
    );
  }

  Future<Object?> _jsonIn(HttpRequest request) async {
    try {
      final body = await _bodyOf(request).timeout(_maxBodyTime);
      return body.isEmpty ? null : jsonDecode(utf8.decode(body));
    } on TimeoutException {
      throw const Refusal(HttpStatus.requestTimeout, 'too slow');
    } on FormatException {
      throw const Refusal(HttpStatus.badRequest, 'the body is no JSON');
    }
  }

  static Future<List<int>> _bodyOf(HttpRequest request) async {
    const tooLarge = Refusal(
      HttpStatus.requestEntityTooLarge,
      'more than $maxBody bytes',
    );
    if (request.contentLength > maxBody) throw tooLarge;
    final bytes = BytesBuilder(copy: false);
    await for (final part in request) {
      if (bytes.length + part.length > maxBody) throw tooLarge;
      bytes.add(part);
    }
    return bytes.takeBytes();
  }
}
