/// Programs of the SDK, with the environment of somebody else.
library;

import 'dart:async';
import 'dart:convert';
import 'dart:io';

import 'package:test/test.dart';

import '../folders.dart';
import 'hook_project.dart';

/// Packages of this package.
final File packageConfig = File('.dart_tool/package_config.json').absolute;

/// The hook as the SDK has compiled it, to run this test.
final String _program = Directory('.dart_tool/hooks_runner/rhai_dart')
    .listSync(recursive: true)
    .whereType<File>()
    .where((file) => file.path.endsWith('/hook.dill'))
    .reduce(
      (a, b) => a.lastModifiedSync().isAfter(b.lastModifiedSync()) ? a : b,
    )
    .path;

/// The program `hook/build.dart`, as an SDK starts it.
final class HookProgram {
  HookProgram._(this._process) {
    addTearDown(_process.kill);
    _process.stderr
        .transform(utf8.decoder)
        .transform(const LineSplitter())
        .listen(_lines.add, onDone: _lines.close);
    unawaited(_process.stdout.drain<void>());
  }

  /// Starts the hook for [project]. The programs in [path] are all that it finds.
  static Future<HookProgram> start(HookProject project, Directory path) async =>
      HookProgram._(
        await Process.start(
          Platform.resolvedExecutable,
          [
            '--packages=${packageConfig.path}',
            _program,
            '--config=${project.writeInput().path}',
          ],
          environment: {'PATH': path.path, 'HOME': project.home.path},
          includeParentEnvironment: false,
        ),
      );

  final Process _process;
  final _lines = StreamController<String>.broadcast();

  /// Completes when the program has ended.
  Future<int> get exitCode => _process.exitCode;

  /// Waits until the hook has shown [line].
  Future<void> says(String line) =>
      _lines.stream.firstWhere((shown) => shown == line);
}

/// Runs Dart with [arguments] in [folder], and without a shell's environment; returns
/// its output.
///
/// The programs in [path] are all that it finds. The user's home folder is [home].
Future<String> runDart(
  List<String> arguments, {
  Directory? path,
  Directory? folder,
  Directory? home,
}) async {
  final config =
      jsonDecode(packageConfig.readAsStringSync()) as Map<String, Object?>;
  final result = await Process.run(
    Platform.resolvedExecutable,
    arguments,
    workingDirectory: folder?.path,
    environment: {
      'PATH': path?.path ?? '/nowhere',
      'HOME': (home ?? temporaryFolder()).path,
      'PUB_CACHE': Uri.parse(config['pubCache']! as String).toFilePath(),
    },
    includeParentEnvironment: false,
  );
  expect(result.exitCode, 0, reason: '${result.stdout}\n${result.stderr}');
  return '${result.stdout}'.trim();
}
