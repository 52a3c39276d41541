import '../errors.dart';

/// The variables or constants of an engine that hold functions of its scripts.
///
/// Such a function belongs to its engine. So an engine that has one in a variable cannot be
/// forked.
final class HeldFunctions {
  final Set<String> _names = {};

  /// Notes whether the value of [name] holds one.
  void note(String name, {required bool isHeld}) =>
      isHeld ? _names.add(name) : _names.remove(name);

  /// Notes that the names in a namespace stand for nothing any more.
  void removeNamespace(String namespace) =>
      _names.removeWhere((name) => name.startsWith('$namespace::'));

  /// Notes that no name stands for anything any more.
  void clear() => _names.clear();

  /// Throws a [RhaiConversionError] if there is one.
  void check() {
    if (_names.isEmpty) return;
    throw RhaiConversionError(
      _names.first,
      'a function of a script cannot go to a fork',
      hint: 'set it after the fork was made, in each engine',
    );
  }
}
