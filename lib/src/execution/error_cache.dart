import 'dart:collection';

import '../errors.dart';
import '../parameters/member_error.dart';
import '../parameters/mismatch.dart';
import '../records/error_record.dart';
import '../records/error_text.dart';
import '../wire/protocol.dart';

/// The errors of Dart functions that one script may still hold.
///
/// A script can catch an error, keep it and throw it again. It then has a description, by
/// whose id the error is found here.
final class ErrorCache {
  /// Creates an empty cache. Scripts see stack traces only with [exposeStackTraces].
  ErrorCache({required this.exposeStackTraces});

  /// Whether scripts see stack traces.
  final bool exposeStackTraces;

  /// The number of errors that are kept. Of older ones the script still has the
  /// description.
  static const _capacity = 1000;

  /// The most characters of a stack trace. Through nested scripts it gets longer by all
  /// that is below.
  static const _maxTrace = 1 << 14;

  final LinkedHashMap<int, DartError> _byId = LinkedHashMap();
  int _lastId = 0;

  /// Keeps an error of [function], and describes it as an array of [DartErrorField]s.
  List<Object?> describe(Object error, StackTrace stackTrace, String function) {
    final id = ++_lastId;
    final trace = textOf(
      () => shorten('$stackTrace'.trimRight(), _maxTrace),
      '',
    );
    // In the order of DartErrorField.
    final description = [
      id,
      textOf(() => _typeName(error), 'Object'),
      textOf(() => messageOf(error), 'an error that cannot describe itself'),
      exposeStackTraces ? trace : '',
      if (error case RhaiConversionError(
        :final path,
        :final problem,
        :final hint,
      ))
        {
          ConversionKey.path: path,
          ConversionKey.problem: problem,
          ConversionKey.hint: hint,
        },
    ];
    _byId[id] = (error: error, trace: trace, function: function);
    if (_byId.length > _capacity) _byId.remove(_byId.keys.first);
    return description;
  }

  /// The error with an id, if it is still kept.
  DartError? operator [](int id) => _byId[id];
}

/// The name by which a script knows the type of a Dart error.
String _typeName(Object error) {
  if (error is RhaiTimeoutError && error.functionName != null) return 'timeout';
  if (error is RhaiChannelClosedError) return 'channel_closed';
  if (error is ArgumentMismatch) return 'TypeError';
  if (error is MemberError) return 'NoSuchMemberError';
  // Dart's own classes are often private ones behind a public name:
  // `_TypeError`, `_Exception`.
  final name = error.runtimeType.toString();
  return name.startsWith('_') ? name.substring(1) : name;
}
