/// A hook that runs while another one does, as of two projects that are built at once.
@TestOn('linux')
@Tags(['sdk'])
library;

import 'dart:async';
import 'dart:convert';
import 'dart:io';

import 'package:test/test.dart';

import '../../hook/src/process_lock.dart';
import '../../tool/prebuild/platforms.dart';
import '../support/hook/fake_cargo.dart';
import '../support/hook/hook_project.dart';
import '../support/hook/prebuilt_server.dart';

void main() {
  test('a hook waits for the build of another', () async {
    final cargo = FakeCargo();
    final project = HookProject();
    await project.run(path: cargo.folder);
    final builds = Directory('${project.cache.path}/build');
    final lock = await _lock('${builds.listSync().single.path}/lock');

    final hook = await _Hook.start(project, cargo.folder);
    await hook.says('rhai_dart: waiting for another build');
    expect(cargo.calls, 1);
    await lock.release();
    expect(await hook.exitCode, 0);
    expect(cargo.calls, 2);
  });

  test('a hook waits for the download of another, and uses it', () async {
    final server = await PrebuiltServer.start();
    final file = PrebuiltServer.file;
    final project = HookProject()
      ..list({ownTarget(isMusl: false).triple: file}, url: server.url);
    final folder = Directory(
      '${project.cache.path}/prebuilt/${file.sha256.substring(0, 16)}',
    )..createSync(recursive: true);
    final lock = await _lock('${folder.path}/lock');

    final hook = await _Hook.start(project, Directory('/nowhere'));
    await hook.says('rhai_dart: waiting for another download');
    File(
      '${folder.path}/librhai_dart.so',
    ).writeAsStringSync(PrebuiltServer.library);
    await lock.release();
    expect(await hook.exitCode, 0);
    expect(server.requests, isEmpty);
  });
}

Future<ProcessLock> _lock(String path) =>
    ProcessLock.acquire(File(path), onWait: () => fail('$path is locked'));

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
final class _Hook {
  _Hook._(this._process) {
    addTearDown(_process.kill);
    _process.stderr
        .transform(utf8.decoder)
        .transform(const LineSplitter())
        .listen(_lines.add, onDone: _lines.close);
    unawaited(_process.stdout.drain<void>());
  }

  static Future<_Hook> start(HookProject project, Directory path) async =>
      _Hook._(
        await Process.start(
          Platform.resolvedExecutable,
          [
            '--packages=.dart_tool/package_config.json',
            _program,
            '--config=${project.writeInput().path}',
          ],
          environment: {'PATH': path.path, 'HOME': project.home.path},
          includeParentEnvironment: false,
        ),
      );

  final Process _process;
  final _lines = StreamController<String>.broadcast();

  Future<int> get exitCode => _process.exitCode;

  /// Waits until the hook has shown [line].
  Future<void> says(String line) =>
      _lines.stream.firstWhere((shown) => shown == line);
}
