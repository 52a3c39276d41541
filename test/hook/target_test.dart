import 'package:code_assets/code_assets.dart';
import 'package:hooks/hooks.dart';
import 'package:test/test.dart';

import '../../hook/src/build_failure.dart';
import '../../hook/src/target.dart';

void main() {
  const triples = {
    (OS.linux, Architecture.x64): 'x86_64-unknown-linux-gnu',
    (OS.linux, Architecture.arm64): 'aarch64-unknown-linux-gnu',
    (OS.linux, Architecture.arm): 'armv7-unknown-linux-gnueabihf',
    (OS.linux, Architecture.ia32): 'i686-unknown-linux-gnu',
    (OS.linux, Architecture.riscv64): 'riscv64gc-unknown-linux-gnu',
    (OS.macOS, Architecture.x64): 'x86_64-apple-darwin',
    (OS.macOS, Architecture.arm64): 'aarch64-apple-darwin',
    (OS.windows, Architecture.x64): 'x86_64-pc-windows-msvc',
    (OS.android, Architecture.x64): 'x86_64-linux-android',
    (OS.android, Architecture.arm64): 'aarch64-linux-android',
    (OS.android, Architecture.arm): 'thumbv7neon-linux-androideabi',
    (OS.android, Architecture.ia32): 'i686-linux-android',
    (OS.android, Architecture.riscv64): 'riscv64-linux-android',
    (OS.iOS, Architecture.x64): 'x86_64-apple-ios',
    (OS.iOS, Architecture.arm64): 'aarch64-apple-ios',
  };

  for (final MapEntry(key: (os, architecture), value: triple)
      in triples.entries) {
    test('$os on $architecture is $triple', () {
      expect(_target(os, architecture).triple, triple);
    });
  }

  test('what is not in the table is refused by name', () {
    for (final os in {for (final (os, _) in triples.keys) os}) {
      for (final architecture in Architecture.values) {
        if (triples.containsKey((os, architecture))) continue;
        expect(
          () => _target(os, architecture),
          throwsA(
            isA<BuildFailure>().having(
              (failure) => '$failure',
              'text',
              startsWith('$os on $architecture is not supported.'),
            ),
          ),
        );
      }
    }
  });

  test('a simulator of iOS on arm64 is a target of its own', () {
    final target = _target(
      OS.iOS,
      Architecture.arm64,
      iOSSdk: IOSSdk.iPhoneSimulator,
    );
    expect(target.triple, 'aarch64-apple-ios-sim');
  });

  test('32-bit ARM has NEON', () {
    expect(_target(OS.linux, Architecture.arm).rustFlags, [
      '-Ctarget-feature=+neon',
    ]);
    expect(_target(OS.android, Architecture.arm).triple, contains('neon'));
  });

  test('the linker of Android is told the platform and its version', () {
    for (final (architecture, platform) in [
      (Architecture.arm, 'armv7a-linux-androideabi24'),
      (Architecture.arm64, 'aarch64-linux-android24'),
      (Architecture.ia32, 'i686-linux-android24'),
    ]) {
      final target = _target(
        OS.android,
        architecture,
        linker: Uri.file('/ndk/clang'),
      );
      expect(target.rustFlags.first, '-Clink-arg=--target=$platform');
      final variable = target.triple.toUpperCase().replaceAll('-', '_');
      expect(target.environment, {
        'CARGO_TARGET_${variable}_LINKER': '/ndk/clang',
      });
    }
  });

  test('a static library is refused', () {
    expect(
      () => _target(
        OS.linux,
        Architecture.x64,
        linkMode: LinkModePreference.static,
      ),
      throwsA(isA<BuildFailure>()),
    );
  });
}

/// The target of what an SDK asks for.
Target _target(
  OS os,
  Architecture architecture, {
  IOSSdk iOSSdk = IOSSdk.iPhoneOS,
  LinkModePreference linkMode = LinkModePreference.dynamic,
  Uri? linker,
}) {
  final folder = Uri.directory('/unused');
  final builder = BuildInputBuilder()
    ..setupShared(
      packageRoot: folder,
      packageName: 'rhai_dart',
      outputDirectoryShared: folder,
      outputFile: folder.resolve('output.json'),
    )
    ..setupBuildInput();
  builder.config.setupBuild(linkingEnabled: false);
  builder.addExtension(
    CodeAssetExtension(
      targetOS: os,
      targetArchitecture: architecture,
      linkModePreference: linkMode,
      android: AndroidCodeConfig(targetNdkApi: 24),
      iOS: IOSCodeConfig(targetSdk: iOSSdk, targetVersion: 17),
      macOS: MacOSCodeConfig(targetVersion: 13),
      cCompiler: linker == null
          ? null
          : CCompilerConfig(compiler: linker, linker: linker, archiver: linker),
    ),
  );
  return Target.of(builder.build().config.code);
}
