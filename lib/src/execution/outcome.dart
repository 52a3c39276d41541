/// Passes values and errors between the frame and whoever called the engine.
library;

import '../errors.dart';
import '../ffi/bindings.dart';
import '../records/error_record.dart';
import '../wire/frame.dart';
import '../wire/protocol.dart';
import '../wire/value_limits.dart';
import 'execution.dart';

/// Reads how a script has ended: returns its value, or throws its error.
///
/// [execution] is null if it has made no request.
Object? readOutcome(Frame frame, int step, Execution? execution) =>
    switch (step) {
      Step.done => frame.readResult(),
      Step.failed => throwScriptError(
        frame.readResult()! as List<Object?>,
        (id) => execution?.errors[id],
      ),
      _ => throw const RhaiFFIError('the native side refused the call'),
    };

/// Writes a value that no script waits for, after the first [offset] bytes of the input.
///
/// Throws what [Frame.writeValue] throws, but for a broken limit a [RhaiLimitError] or a
/// [RhaiTimeoutError].
void writeInput(Frame frame, Object? value, String what, {int offset = 0}) {
  try {
    frame.writeValue(value, what, offset: offset);
  } on BrokenLimit catch (broken) {
    _throwBroken(frame, broken);
  }
}

/// Writes the arguments of a function of a script.
///
/// Throws what [writeInput] throws.
void writeArguments(Frame frame, List<Object?> arguments) {
  try {
    frame.writeArguments(arguments);
  } on BrokenLimit catch (broken) {
    _throwBroken(frame, broken);
  }
}

void _throwBroken(Frame frame, BrokenLimit broken) =>
    readOutcome(frame, rhaiValueError(frame.engine, broken.limit), null);
