import 'dart:io';

import 'build_failure.dart';
import 'build_folder.dart';
import 'cargo.dart';
import 'compiled_sources.dart';
import 'host.dart';
import 'install.dart';
import 'rust_sources.dart';
import 'target.dart';

/// Compiles the library for [target] and copies it to [folder]; returns the copy.
///
/// [reason] says why it is compiled and not downloaded. [alternative] is the folder for
/// what cargo makes if the user's cache cannot be written. Throws a [BuildFailure] when
/// cargo is missing or fails.
Future<File> compileLibrary({
  required RustSources sources,
  required Target target,
  required Host host,
  required String reason,
  required Uri folder,
  required Uri alternative,
}) async {
  final cargo = Cargo.find(host, workspace: sources.workspace);
  if (cargo == null) {
    throw BuildFailure(
      'cargo not found. The library must be compiled: $reason.\n'
      'Install Rust (https://rustup.rs) and make sure that cargo is on the PATH.',
    );
  }
  final compiledTarget = target.compiledOn(await cargo.platform);
  return withBuildFolder(
    host: host,
    packageRoot: sources.packageRoot,
    compiler: await cargo.version,
    alternative: alternative,
    action: (buildFolder) async {
      final sanitizer = target.sanitizer;
      // A sanitized build has other flags: in the same folder, each kind of build
      // would throw away the other's.
      final targetFolder = buildFolder.resolve(
        sanitizer == null ? 'target/' : 'target-$sanitizer/',
      );
      final triple = compiledTarget.triple;
      if (!Directory.fromUri(targetFolder.resolve(triple)).existsSync()) {
        host.say(
          'rhai_dart: compiling the library for $triple with cargo: $reason.\n'
          'rhai_dart: this takes minutes the first time, and seconds afterwards.',
        );
      }
      final compiled = CompiledSources(targetFolder.resolve('$triple/'));
      final changed = compiled.changedIn(sources);
      if (changed.isNotEmpty) {
        await cargo.forget(changed, compiledTarget, targetFolder);
      }
      compiled.record(sources);
      final library = await cargo.compile(compiledTarget, targetFolder);
      return installLibrary(library, target.libraryName, folder);
    },
  );
}
