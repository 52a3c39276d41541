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
      throw DownloadFailure(
        'HTTP status ${response.statusCode} of ${withoutPassword(url)}',
      );
    }
    await response.timeout(host.patience).pipe(file.openWrite());
  } on TimeoutException {
    throw DownloadFailure(
      'no answer within ${host.patience.inSeconds} s from '
      '${withoutPassword(url)}',
    );
  } on FileSystemException {
    rethrow; // A file that cannot be written is another matter.
  } on IOException catch (e) {
    throw _failure(url, e);
  } on FormatException catch (e) {
    throw _failure(url, e); // The server redirects to what is no address.
  } on ArgumentError catch (e) {
    throw _failure(url, e); // Or to a file, or the proxy's port is none.
  } finally {
    client.close(force: true);
  }
}

DownloadFailure _failure(Uri url, Object reason) => DownloadFailure(
  '${withoutPassword(url)} cannot be downloaded: '
  '${url.userInfo.isEmpty ? reason : '$reason'.replaceAll('${url.userInfo}@', '')}',
);

/// The address [url] as messages may show it: they end up in logs.
Uri withoutPassword(Uri url) => url.replace(userInfo: '');
