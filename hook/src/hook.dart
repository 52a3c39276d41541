import 'package:code_assets/code_assets.dart';
import 'package:hooks/hooks.dart';

import 'host.dart';
import 'library.dart';

/// Runs the hook as an SDK calls it, with [arguments] that name its input.
///
/// Throws a `BuildFailure` when there is no library.
Future<void> runHook(List<String> arguments, Host host) =>
    build(arguments, (input, output) async {
      if (!input.config.buildCodeAssets) return;
      final library = await libraryFor(input, host);
      output.dependencies.addAll(library.dependencies);
      output.assets.code.add(
        CodeAsset(
          package: input.packageName,
          name: 'src/ffi/bindings.dart',
          linkMode: library.linkMode,
          file: library.file,
        ),
      );
    });
