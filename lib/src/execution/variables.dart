import '../ffi/bindings.dart';
import '../wire/frame.dart';
import '../wire/protocol.dart';
import 'outcome.dart';

/// The variables and constants that later executions start with.
final class Variables {
  /// Sees to the variables of the engine of [_frame].
  Variables(this._frame);

  final Frame _frame;

  /// Names that are known to be usable.
  final Set<String> _names = {};

  /// Sets a variable, or a [constant].
  ///
  /// Throws an [ArgumentError] if scripts cannot use the name, and what [writeInput] throws
  /// for the value.
  void set(String name, Object? value, {required bool constant}) => write(
    name,
    value,
    (length) => rhaiSetVariable(_frame.engine, length, constant),
  );

  /// Writes a name of some length and a value, and sets it by [native], which returns a
  /// [Step].
  ///
  /// Throws what [set] throws.
  void write(String name, Object? value, int Function(int length) native) {
    final length = _writeName(name);
    writeInput(_frame, value, name, offset: length);
    // Again: encoding may have run code that used the input.
    if (value is! num) _frame.rewriteText(name);
    final step = native(length);
    _frame.forgetReleased();
    if (step != Step.done) readOutcome(_frame, step, null);
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

  /// Removes all variables.
  void clear() {
    _names.clear();
    rhaiClearScope(_frame.engine);
    _frame.forgetReleased();
  }
}
