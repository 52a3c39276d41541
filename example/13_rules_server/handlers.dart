/// A request, as handlers get it.
final class Request {
  /// Creates a request for the [method] and [path], without its query.
  const Request(this.method, this.path, {this.query = const {}, this.body});

  /// The method, such as `GET`.
  final String method;

  /// The parts of the path.
  final List<String> path;

  /// The parameters of the query.
  final Map<String, String> query;

  /// The JSON in the body, or null if that is empty.
  final Object? body;
}

/// A reason not to answer a request, and the status that says so.
final class Refusal implements Exception {
  /// Creates a refusal. The [message] is for the client, [details] are for the log.
  const Refusal(this.status, this.message, {this.details});

  /// The status of HTTP.
  final int status;

  /// The reason, for the client.
  final String message;

  /// The reason for those who run the server, if there is more to say.
  final Object? details;
}

/// Something that answers requests.
abstract interface class Handlers {
  /// The value to answer with, which is sent as JSON. Fails with a [Refusal].
  Future<Object?> answer(Request request);
}
