import '../ffi/bindings.dart';
import '../wire/frame.dart';
import '../wire/protocol.dart';
import 'held_functions.dart';
import 'outcome.dart';

/// The variables and constants that later executions start with.
final class Variables {
  /// Sees to the variables of the engine of [_frame].
  Variables(this._frame);

  final Frame _frame;

  /// Names that are known to be usable.
  final Set<String> _names = {};

  /// Those that hold functions.
  final HeldFunctions held = HeldFunctions();

  /// Sets a variable, or a [constant].
  ///
  /// Throws an [ArgumentError] if scripts cannot use the name, and what [writeInput] throws
  /// for the value.
  void set(String name, Object? value, {required bool constant}) => held.note(
    name,
    isHeld: write(
      name,
      value,
      (length) => rhaiSetVariable(_frame.engine, length, constant),
    ),
  );

  /// Writes a name of some length and a value, and sets it by [native], which returns a
  /// [Step]. Returns whether the value holds functions of scripts.
  ///
  /// Throws what [set] throws.
  bool write(String name, Object? value, int Function(int length) native) {
    final length = _writeName(name);
    // Functions of a value that was given up.
    _frame.forgetReleased();
    writeInput(_frame, value, name, offset: length);
    final holdsFunctions = _frame.sent.isNotEmpty;
    // Again: encoding may have run code that used the input.
    if (value is! num) _frame.rewriteText(name);
    final step = native(length);
    _frame.forgetReleased();
    if (step != Step.done) readOutcome(_frame, step, null);
    return holdsFunctions;
  }

  int _writeName(String name) {
    if (_names.contains(name)) return _frame.writeText(name, 'name');
    final length = _frame.writeName(name);
    if (!rhaiIsUsableName(_frame.engine, length, false)) {
      throw ArgumentError.value(name, 'name', 'is not a name for a variable');
    }
    _names.add(name);
    return length;
  }

  /// Takes over the names of another engine, which has the same variables.
  void takeOver(Variables other) => _names.addAll(other._names);

  /// Removes all variables.
  void clear() {
    _names.clear();
    held.clear();
    rhaiClearScope(_frame.engine);
    _frame.forgetReleased();
  }
}
