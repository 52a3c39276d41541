import '../errors.dart';

/// A use of a Dart object that its registered type does not allow. No member was called.
final class MemberError implements Exception {
  /// Creates it for the member that scripts call [name].
  const MemberError(this.name, this.message, this.kind);

  /// The name of the property, the method or the operator.
  final String name;

  /// The sentence that names the type, and says what there is.
  final String message;

  /// The kind of error that a script ends with.
  final RhaiRuntimeErrorKind kind;

  @override
  String toString() => message;
}
