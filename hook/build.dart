/// Bundles the native library with the app: downloads it, or compiles the Rust code in
/// `rust/`.
///
/// Dart and Flutter run this before they run, test or build anything that
/// depends on this package. It runs again only when a file it reported has
/// changed; then cargo decides what there is to do.
library;

import 'dart:io';

import 'src/build_failure.dart';
import 'src/hook.dart';
import 'src/host.dart';

Future<void> main(List<String> arguments) async {
  try {
    await runHook(arguments, Host.current());
  } on BuildFailure catch (failure) {
    // Not thrown as a BuildError, for two reasons. It would be printed with
    // its stack trace, which hides the message. And it would leave an output
    // file that says "failed": if the SDK is interrupted before it deletes
    // the file, every later run fails at once and without a message.
    stderr.writeln('rhai_dart: $failure');
    await stderr.flush();
    exit(1);
  }
}
