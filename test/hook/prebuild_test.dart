/// `tool/prebuild.dart`: the libraries of a release and their list.
@TestOn('linux')
library;

import 'dart:convert';
import 'dart:io';

import 'package:test/test.dart';

import '../../hook/src/host.dart';
import '../../tool/prebuild/platforms.dart';
import '../../tool/prebuild/release.dart';
import '../support/folders.dart';
import '../support/hook/failures.dart';
import '../support/hook/fake_cargo.dart';
import '../support/hook/hook_project.dart';

const _linux = 'x86_64-unknown-linux-gnu';
const _mac = 'aarch64-apple-darwin';
const _windows = 'x86_64-pc-windows-msvc';

void main() {
  late HookProject project;
  late Release release;
  setUp(() {
    project = HookProject()..write('pubspec.yaml', 'name: x\nversion: 1.2.3\n');
    release = Release(project.package.uri);
  });

  Future<Directory> build(List<String> triples, {Directory? folder}) async {
    final out = folder ?? temporaryFolder();
    final host = Host(
      environment: {'PATH': FakeCargo().folder.path, 'HOME': project.home.path},
      say: project.messages.add,
    );
    for (final triple in triples) {
      await release.add(targetOf(triple, isMusl: false), out, host);
    }
    return out;
  }

  test('libraries are named by version and target, and listed', () async {
    final folder = await build([_linux, _mac, _windows]);
    final list = _read(folder);
    expect(
      list['url'],
      'https://github.com/rhai-dart/rhai_dart/releases/download/v1.2.3/',
    );
    expect(list['sources'], project.sources.hash);
    final libraries = list['libraries'] as Map<String, Object?>;
    expect(libraries.keys, [_mac, _windows, _linux]);
    for (final (triple, name) in [
      (_linux, 'librhai_dart-1.2.3-$_linux.so'),
      (_mac, 'librhai_dart-1.2.3-$_mac.dylib'),
      (_windows, 'rhai_dart-1.2.3-$_windows.dll'),
    ]) {
      final sum = Process.runSync('sha256sum', ['${folder.path}/$name']);
      expect(libraries[triple], {
        'file': name,
        'sha256': '${sum.stdout}'.split(' ').first,
      });
    }
  });

  test('a later run adds to the list', () async {
    final folder = await build([_linux]);
    await build([_mac], folder: folder);
    expect(_read(folder)['libraries'], hasLength(2));
  });

  test('what several machines have made is joined in the package', () async {
    release.join([
      await build([_linux]),
      await build([_mac]),
    ]);
    final (asset, _) = await project.run(
      defines: {
        'source': 'prebuilt',
        'path': (await build([ownTarget(isMusl: false).triple])).path,
      },
    );
    expect(textOf(asset), startsWith('library of '));
    expect(_read(project.package)['libraries'], hasLength(2));
  });

  test('a library that was changed on its way is refused', () async {
    final folder = await build([_linux]);
    final library = File('${folder.path}/librhai_dart-1.2.3-$_linux.so')
      ..writeAsStringSync('changed');
    expect(
      () => release.join([folder]),
      failsWith('${library.path} is missing, or not the file'),
    );
  });

  test('libraries of other sources are refused', () async {
    final folder = await build([_linux]);
    project.write('rust/Cargo.lock', '// changed\n');
    expect(
      () => Release(project.package.uri).join([folder]),
      failsWith('is of other sources'),
    );
  });

  test('an unknown target is refused', () {
    expect(
      () => targetOf('wasm32-unknown-unknown', isMusl: false),
      failsWith('wasm32-unknown-unknown cannot be compiled'),
    );
  });

  test('the NDK has the linker for Android', () {
    final ndk = temporaryFolder();
    Directory(
      '${ndk.path}/toolchains/llvm/prebuilt/linux-x86_64',
    ).createSync(recursive: true);
    expect(
      targetOf('aarch64-linux-android', isMusl: false, ndk: ndk).linker,
      '${ndk.path}/toolchains/llvm/prebuilt/linux-x86_64/bin/clang',
    );
  });
}

Map<String, Object?> _read(Directory folder) =>
    jsonDecode(File('${folder.path}/prebuilt.json').readAsStringSync())
        as Map<String, Object?>;
