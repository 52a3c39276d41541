/// Converts values of scripts to the types that callers expect.
library;

import '../errors.dart';
import '../wire/protocol.dart';
import '../wire/value_path.dart';
import 'mismatch.dart';
import 'parameter_type.dart';
import 'parameter_types.dart';

/// The types that were found so far: finding one takes longer than a short script.
final Map<Type, ParameterType<Object?>> _types = {};

/// Converts a [value] that messages call [name] to [T], where nothing is lost.
///
/// Throws a [RhaiConversionError] with the path to what is not of its type.
T expected<T>(Object? value, [String name = 'result']) =>
    value is T ? value : _convert<T>(value, name);

/// Converts the value of a [Future] like [expected].
Future<T> expectedLater<T>(Future<Object?> value) =>
    value is Future<T> ? value : _await<T>(value);

Future<T> _await<T>(Future<Object?> value) async => expected<T>(await value);

T _convert<T>(Object? value, String name) {
  final type = _types[T] ??= typeOf<T>();
  Mismatch mismatch;
  try {
    final converted = type.convert(value, _Place('the function in $name'));
    if (converted is T) return converted;
    mismatch = Mismatch.of(value);
  } on Mismatch catch (caught) {
    mismatch = caught;
  }
  // About classes there is nothing to be found out.
  final isOther = type.kinds & ~Kind.unit == Kind.object;
  final Mismatch(:steps, :expected, :found) = mismatch.expecting(
    isOther ? 'a value of type $T' : type.one,
  );
  throw RhaiConversionError(
    describePath(name, steps),
    'it must be $expected; it is $found',
    hint: steps.isNotEmpty && expected == OtherType.anyObject
        ? 'ask for a List<Object?> or a Map<String, Object?>, and cast that'
        : '',
  );
}

/// A place that a value goes to.
final class _Place implements Target {
  const _Place(this.name);

  @override
  final String name;
}
