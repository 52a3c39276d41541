import 'dart:convert';
import 'dart:io';

/// Fetches JSON from a server.
Future<Object?> httpGet(String url) async {
  final client = HttpClient();
  try {
    final request = await client.getUrl(Uri.parse(url));
    final response = await request.close();
    if (response.statusCode != HttpStatus.ok) {
      throw HttpException('status ${response.statusCode}', uri: Uri.parse(url));
    }
    return jsonDecode(await utf8.decodeStream(response));
  } finally {
    client.close(force: true);
  }
}
