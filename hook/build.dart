/// Compiles the Rust code in `rust/` and bundles it with the app.
///
/// Dart and Flutter run this before they run, test or build anything that
/// depends on this package. It runs again only when a file it reported has
/// changed; then cargo decides what there is to do.
library;

import 'dart:io';

import 'package:code_assets/code_assets.dart';
import 'package:hooks/hooks.dart';

import 'src/build_failure.dart';
import 'src/cargo.dart';
import 'src/target.dart';

Future<void> main(List<String> arguments) => build(arguments, (
  input,
  output,
) async {
  if (!input.config.buildCodeAssets) return;
  try {
    final target = Target.of(input.config.code);
    final library = await buildLibrary(
      workspace: input.packageRoot.resolve('rust/'),
      target: target,
      // Shared by every configuration of this package, so that running and
      // compiling the same app share one Rust build.
      outputDirectory: input.outputDirectoryShared,
    );
    output.dependencies.addAll(library.sources);
    output.assets.code.add(
      CodeAsset(
        package: input.packageName,
        name: 'src/ffi/bindings.dart',
        linkMode: DynamicLoadingBundled(),
        file: library.file,
      ),
    );
  } on BuildFailure catch (failure) {
    // Not thrown as a BuildError, for two reasons. It would be printed with
    // its stack trace, which hides the message. And it would leave an output
    // file that says "failed": if the SDK is interrupted before it deletes
    // the file, every later run fails at once and without a message.
    stderr.writeln('rhai_dart: $failure');
    exit(1);
  }
});
