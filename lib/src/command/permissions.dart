import 'usage_error.dart';

/// The things that scripts may do, beside computing and printing.
final class Permissions {
  /// Creates permissions; without arguments, scripts may do nothing.
  const Permissions({
    this.http = false,
    this.env = false,
    this.readFolder,
    this.writeFolder,
    this.runTime,
  });

  /// Reads the values of `--allow`.
  ///
  /// Throws a [UsageError] if one means nothing.
  factory Permissions.parse(List<String> things) {
    final given = <String, String>{};
    for (final thing in things) {
      final end = thing.indexOf('=');
      final name = end < 0 ? thing : thing.substring(0, end);
      final value = end < 0 ? '' : thing.substring(end + 1);
      final needsValue = _needValues[name];
      if (needsValue == null) {
        throw UsageError(
          '--allow=$thing: there is no such thing; there are '
          '${_needValues.keys.join(', ')}.',
        );
      }
      if (needsValue != value.isNotEmpty) {
        throw UsageError(
          needsValue
              ? '--allow=$thing: $name needs a value, as in '
                    '$name=${name == _runTime ? '10s' : 'FOLDER'}.'
              : '--allow=$thing: $name has no value.',
        );
      }
      if (given.containsKey(name)) {
        throw UsageError('--allow=$thing: $name is there twice.');
      }
      given[name] = value;
    }
    final runTime = given[_runTime];
    return Permissions(
      http: given.containsKey(_http),
      env: given.containsKey(_env),
      readFolder: given[_read],
      writeFolder: given[_write],
      runTime: runTime == null ? null : _parseDuration(runTime),
    );
  }

  static const _http = 'http';
  static const _env = 'env';
  static const _read = 'read';
  static const _write = 'write';
  static const _runTime = 'run-time';

  /// Whether each thing needs a value.
  static const _needValues = {
    _http: false,
    _read: true,
    _write: true,
    _env: false,
    _runTime: true,
  };

  /// Whether scripts may make requests with HTTP.
  final bool http;

  /// Whether scripts may read environment variables.
  final bool env;

  /// The folder that scripts may read, or null.
  final String? readFolder;

  /// The folder that scripts may write to, or null.
  final String? writeFolder;

  /// The time that scripts may compute for, or null for that of every engine.
  final Duration? runTime;

  /// An explanation of each thing.
  static const usage = '''
  http            http::get(url), http::post(url, body)
  read=FOLDER     fs::read(path), fs::exists(path), fs::list(path)
  write=FOLDER    fs::write(path, text)
  env             env::get(name)
  run-time=TIME   compute for longer than 5 seconds: 500ms, 10s, 5m, 2h
''';
}

const _units = {
  'ms': Duration(milliseconds: 1),
  's': Duration(seconds: 1),
  'm': Duration(minutes: 1),
  'h': Duration(hours: 1),
};

/// The longest `run-time`.
const _longest = Duration(days: 30);

Duration _parseDuration(String text) {
  final match = RegExp(r'^(\d{1,9})(ms|s|m|h)$').firstMatch(text);
  final time = match == null
      ? Duration.zero
      : _units[match[2]]! * int.parse(match[1]!);
  if (time > Duration.zero && time <= _longest) return time;
  throw UsageError(
    '--allow=run-time=$text: write a number with ms, s, m or h, as in 10s; at most '
    '${_longest.inHours}h.',
  );
}
