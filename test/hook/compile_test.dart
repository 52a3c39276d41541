/// The library compiled by cargo, in a folder that projects share.
@TestOn('linux')
library;

import 'dart:io';

import 'package:code_assets/code_assets.dart';
import 'package:test/test.dart';

import '../../hook/src/host.dart';
import '../support/folders.dart';
import '../support/hook/failures.dart';
import '../support/hook/fake_cargo.dart';
import '../support/hook/hook_project.dart';

void main() {
  test('a second project uses the build of the first', () async {
    final cargo = FakeCargo();
    final project = HookProject();
    final (asset, dependencies) = await project.run(path: cargo.folder);
    final first = cargo.arguments;
    expect(textOf(asset), startsWith('library of '));
    expect(asset.file!.path, startsWith(project.folder.path));
    expect(
      dependencies,
      containsAll([
        project.sources.workspace.resolve('Cargo.lock'),
        project.sources.workspace.resolve('runtime/src/'),
        project.sources.workspace.resolve('runtime/src/lib.rs'),
        project.package.uri.resolve('prebuilt.json'),
      ]),
    );

    final other = HookProject(other: project);
    final (copy, _) = await other.run(path: cargo.folder);
    expect(cargo.arguments, first);
    expect(copy.file!.path, startsWith(other.folder.path));
    expect(first.last, startsWith('--target-dir=${project.cache.path}/build/'));
  });

  test(
    'another copy of the package, or another compiler, shares nothing',
    () async {
      final cargo = FakeCargo();
      final project = HookProject();
      Future<String> targetFolder(HookProject project, FakeCargo cargo) async {
        await project.run(path: cargo.folder);
        return cargo.arguments.last;
      }

      final folders = {
        await targetFolder(project, cargo),
        await targetFolder(HookProject(home: project.home), cargo),
        await targetFolder(
          project,
          FakeCargo(platform: 'aarch64-unknown-linux-gnu'),
        ),
      };
      expect(folders, hasLength(3));
    },
  );

  test('builds with a sanitizer have folders of their own', () async {
    final cargo = FakeCargo();
    final project = HookProject();
    final folders = <String>{};
    for (final sanitizer in [null, Sanitizer.asan, Sanitizer.tsan]) {
      await project.run(path: cargo.folder, sanitizer: sanitizer);
      folders.add(
        cargo.arguments.singleWhere((a) => a.startsWith('--target-dir=')),
      );
    }
    expect(folders.map((folder) => folder.split('/').reversed.elementAt(1)), [
      'target',
      'target-asan',
      'target-tsan',
    ]);
    expect(cargo.environment['RUSTC_BOOTSTRAP'], '1');
  });

  test('a cache that cannot be written is not needed', () async {
    final cargo = FakeCargo();
    final project = HookProject();
    File('${project.home.path}/.cache').createSync();
    final (asset, _) = await project.run(path: cargo.folder);
    expect(textOf(asset), startsWith('library of '));
    expect(
      cargo.arguments.last,
      '--target-dir=${project.folder.path}/shared/target/',
    );
    expect(
      project.messages.first,
      contains('stays in the .dart_tool of this project'),
    );

    // Nor is a home folder.
    await project.run(path: cargo.folder, variables: {'HOME': ''});
    expect(
      cargo.arguments.last,
      '--target-dir=${project.folder.path}/shared/target/',
    );
  });

  test('builds of packages that are gone are removed', () async {
    final cargo = FakeCargo();
    final home = temporaryFolder();
    final gone = HookProject(home: home);
    final unused = HookProject(home: home);
    await gone.run(path: cargo.folder);
    await unused.run(path: cargo.folder);
    List<Directory> folders() => Directory(
      '${gone.cache.path}/build',
    ).listSync().whereType<Directory>().toList();
    expect(folders(), hasLength(2));

    gone.package.renameSync('${home.path}/elsewhere');
    final project = HookProject(home: home);
    await project.run(path: cargo.folder);
    expect(folders(), hasLength(2));

    for (final folder in folders()) {
      final stamp = File('${folder.path}/package.txt');
      if (stamp.readAsStringSync() == unused.package.uri.toFilePath()) {
        stamp.setLastModifiedSync(
          DateTime.now().subtract(const Duration(days: 31)),
        );
      }
    }
    await project.run(path: cargo.folder);
    expect(
      File('${folders().single.path}/package.txt').readAsStringSync(),
      project.package.uri.toFilePath(),
    );
    gone.package.createSync();
  });

  test('what has changed is compiled, however old its files are', () async {
    final cargo = FakeCargo();
    final project = HookProject();
    await project.run(path: cargo.folder);
    await project.run(path: cargo.folder);
    expect(File('${cargo.folder.path}/forgotten').existsSync(), isFalse);

    const file = 'rust/runtime/src/lib.rs';
    project.write(file, '// of an archive\n');
    File('${project.package.path}/$file').setLastModifiedSync(DateTime(2020));
    await project.run(path: cargo.folder);
    expect(cargo.forgotten, ['runtime']);
    expect(cargo.calls, 3);
  });

  test("cargo's messages are shown line by line", () async {
    final cargo = FakeCargo(
      messages: '''
   Compiling rhai v1.27.0
   Compiling dart v0.1.0
    Finished `release` profile [optimized] target(s) in 99.9s''',
    );
    final project = HookProject();
    await project.run(path: cargo.folder);
    expect(project.messages, [
      allOf(
        contains('compiling the library for '),
        contains('with cargo: there are no prebuilt libraries of this version'),
        contains('this takes minutes the first time'),
      ),
      '   Compiling rhai v1.27.0',
      '   Compiling dart v0.1.0',
    ]);
    project.messages.clear();
    await project.run(path: cargo.folder);
    expect(project.messages, hasLength(2));
  });

  test('without cargo, the message says what to do', () async {
    await expectLater(
      HookProject().run(),
      failsWith(
        'cargo not found. The library must be compiled: '
            'there are no prebuilt libraries of this version.',
        'Install Rust (https://rustup.rs)',
      ),
    );
  });

  test('cargo is found where rustup installs it', () async {
    final cargo = FakeCargo();
    final project = HookProject();
    Directory('${project.home.path}/.cargo').createSync();
    Link('${project.home.path}/.cargo/bin').createSync(cargo.folder.path);
    await project.run();
    expect(cargo.calls, 1);
  });

  test('cargo is not looked for beside the hook', () async {
    final cargo = FakeCargo();
    final path = '.${'/..' * Directory.current.uri.pathSegments.length}';
    await expectLater(
      HookProject().run(path: Directory('$path${cargo.folder.path}')),
      failsWith('cargo not found'),
    );
  });

  test('a target that Rust does not have is named', () async {
    final cargo = FakeCargo(
      exitCode: 101,
      messages: 'note: the `x` target may not be installed',
    );
    await expectLater(
      HookProject().run(
        path: cargo.folder,
        os: OS.android,
        architecture: Architecture.arm64,
      ),
      failsWith('rustup target add aarch64-linux-android'),
    );
  });

  test('a failure of cargo is one of the hook', () async {
    final project = HookProject();
    await expectLater(
      project.run(
        path: FakeCargo(exitCode: 101, messages: 'error: broken').folder,
      ),
      failsWith('compiling the Rust library failed', '(exit code 101)'),
    );
    expect(project.messages, contains('error: broken'));
  });

  test('a library that is replaced is a new file', () async {
    final project = HookProject();
    final (asset, _) = await project.run(path: FakeCargo().folder);
    final running = File.fromUri(asset.file!).openSync();
    addTearDown(running.closeSync);
    final library = File('${temporaryFolder().path}/new')
      ..writeAsStringSync('new');
    await project.run(path: FakeCargo(library: library).folder);
    expect(textOf(asset), 'new');
    expect(String.fromCharCodes(running.readSync(7)), 'library');
  });

  test('musl is told from glibc by the loader of a program', () {
    final program = File('${temporaryFolder().path}/program');
    for (final loader in [
      '/lib64/ld-linux-x86-64.so.2',
      '/lib/ld-musl-x86_64.so.1',
    ]) {
      program.writeAsStringSync('\x7fELF${'\x00' * 700}$loader\x00');
      expect(isMuslProgram(program), loader.contains('musl'));
    }
  });

  test('the cache folder is in the home folder', () {
    final host = Host(environment: const {'HOME': '/home/a'}, say: print);
    expect(host.cache, Uri.parse('file:///home/a/.cache/rhai_dart/'));
    expect(Host(environment: const {}, say: print).cache, isNull);
    for (final home in ['', '.', 'home/a']) {
      expect(Host(environment: {'HOME': home}, say: print).cache, isNull);
    }
  });
}
