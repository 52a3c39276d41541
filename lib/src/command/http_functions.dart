import 'dart:convert';
import 'dart:io';
import 'dart:typed_data';

/// The functions by which scripts make requests with HTTP.
final class HttpFunctions {
  /// Creates them for bodies of [_maxLength] bytes at most.
  HttpFunctions(this._maxLength);

  final int _maxLength;
  final _client = HttpClient();

  /// Gets the body of a page.
  ///
  /// Throws an [HttpException] if the status is no success, or the body is too large.
  Future<String> get(String url) async =>
      _read('GET', url, await _client.getUrl(_parse(url)));

  /// Sends a body, and gets the one of the response. Lists and maps are sent as JSON.
  ///
  /// Throws an [HttpException] if the status is no success, or the body is too large.
  Future<String> post(String url, Object? body) async {
    final request = await _client.postUrl(_parse(url));
    final (type, bytes) = switch (body) {
      String() => (ContentType.text, utf8.encode(body)),
      Uint8List() => (ContentType.binary, body),
      _ => (ContentType.json, utf8.encode(jsonEncode(body))),
    };
    request
      ..headers.contentType = type
      ..contentLength = bytes.length
      ..add(bytes);
    return _read('POST', url, request);
  }

  /// Ends all requests.
  void close() => _client.close(force: true);

  static Uri _parse(String url) {
    final uri = Uri.tryParse(url);
    if (uri != null && uri.host.isNotEmpty) {
      if (uri.isScheme('http') || uri.isScheme('https')) return uri;
    }
    throw HttpException('$url is no URL that begins with http:// or https://');
  }

  Future<String> _read(
    String method,
    String url,
    HttpClientRequest request,
  ) async {
    final response = await request.close();
    final bytes = BytesBuilder(copy: false);
    await for (final part in response) {
      bytes.add(part);
      if (bytes.length > _maxLength) {
        throw HttpException('$method $url: more than $_maxLength bytes');
      }
    }
    final status = response.statusCode;
    if (status < 200 || status > 299) {
      throw HttpException('$method $url: $status ${response.reasonPhrase}');
    }
    return utf8.decode(bytes.takeBytes(), allowMalformed: true);
  }
}
