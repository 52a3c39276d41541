import 'dart:async';
import 'dart:io';

import 'host.dart';

/// The reason why there is no file, in words for the user.
final class DownloadFailure implements Exception {
  /// Creates a failure.
  DownloadFailure(this.message);

  /// The reason.
  final String message;
}

/// Downloads [url] into [file], through the proxy that the environment names.
///
/// Throws a [DownloadFailure] when the server cannot be reached, refuses, or is silent
/// for too long. Then [file] may be incomplete.
Future<void> download(Uri url, File file, Host host) async {
  final client = HttpClient()
    ..connectionTimeout = host.patience
    ..findProxy = (url) =>
        HttpClient.findProxyFromEnvironment(url, environment: host.environment);
  try {
    final request = await client.getUrl(url).timeout(host.patience);
    final response = await request.close().timeout(host.patience);
    if (response.statusCode != HttpStatus.ok) {
      throw DownloadFailure('HTTP status ${response.statusCode} of $url');
    }
    await response.timeout(host.patience).pipe(file.openWrite());
  } on TimeoutException {
    throw DownloadFailure(
      'no answer within ${host.patience.inSeconds} s from $url',
    );
  } on IOException catch (e) {
    // A file that cannot be written is another matter.
    if (e is FileSystemException) rethrow;
    throw DownloadFailure('$url cannot be downloaded: $e');
  } finally {
    client.close(force: true);
  }
}
