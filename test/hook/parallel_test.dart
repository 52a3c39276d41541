/// A hook that runs while another one does, as of two projects that are built at once.
@TestOn('linux')
@Tags(['sdk'])
library;

import 'dart:io';

import 'package:test/test.dart';

import '../../hook/src/process_lock.dart';
import '../../tool/prebuild/platforms.dart';
import '../support/hook/fake_cargo.dart';
import '../support/hook/hook_project.dart';
import '../support/hook/prebuilt_server.dart';
import '../support/hook/run_program.dart';

void main() {
  test('a hook waits for the build of another', () async {
    final cargo = FakeCargo();
    final project = HookProject();
    await project.run(path: cargo.folder);
    final builds = Directory('${project.cache.path}/build');
    final folder = builds.listSync().whereType<Directory>().single;
    final lock = await _lock('${folder.path}.lock');

    final hook = await HookProgram.start(project, cargo.folder);
    await hook.says('rhai_dart: waiting for another build');
    expect(cargo.calls, 1);
    await lock.release();
    expect(await hook.exitCode, 0);
    expect(cargo.calls, 2);
  });

  test('a hook does not remove a folder that another uses', () async {
    final cargo = FakeCargo();
    final other = HookProject();
    await other.run(path: cargo.folder);
    final builds = Directory('${other.cache.path}/build');
    final folder = builds.listSync().whereType<Directory>().single;
    // As it is for a moment, before the other hook writes its name.
    File('${folder.path}/package.txt').writeAsStringSync('');
    final lock = await _lock('${folder.path}.lock');

    final project = HookProject(home: other.home);
    expect(await (await HookProgram.start(project, cargo.folder)).exitCode, 0);
    expect(folder.existsSync(), isTrue);
    await lock.release();
    expect(await (await HookProgram.start(project, cargo.folder)).exitCode, 0);
    expect(folder.existsSync(), isFalse);
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

    final hook = await HookProgram.start(project, Directory('/nowhere'));
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
