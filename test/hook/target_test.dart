/// The cargo that the hook runs for each target that an SDK can ask for.
@TestOn('linux')
library;

import 'package:code_assets/code_assets.dart';
import 'package:test/test.dart';

import '../support/hook/failures.dart';
import '../support/hook/fake_cargo.dart';
import '../support/hook/hook_project.dart';

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

  // The Android NDK and cross compilers; the hook only passes their names on.
  final clang = Uri.file('/usr/bin/clang');
  final gcc = Uri.file('/usr/bin/gcc-of-the-target');

  late FakeCargo cargo;
  late HookProject project;
  setUp(() {
    cargo = FakeCargo();
    project = HookProject();
  });

  Future<CodeAsset> run(
    OS os,
    Architecture architecture, {
    Uri? compiler,
    IOSSdk iOSSdk = IOSSdk.iPhoneOS,
    LinkModePreference linkMode = LinkModePreference.dynamic,
    bool isMusl = false,
  }) async {
    final (asset, _) = await project.run(
      path: cargo.folder,
      os: os,
      architecture: architecture,
      compiler: compiler,
      iOSSdk: iOSSdk,
      linkMode: linkMode,
      isMusl: isMusl,
    );
    return asset;
  }

  Map<String, String> linkers() => {
    for (final MapEntry(:key, :value) in cargo.environment.entries)
      if (key.endsWith('_LINKER')) key: value,
  };

  List<String> flags() =>
      cargo.environment['CARGO_ENCODED_RUSTFLAGS']?.split('\x1f') ?? const [];

  for (final MapEntry(key: (os, architecture), value: triple)
      in triples.entries) {
    test('$os on $architecture is $triple', () async {
      final asset = await run(os, architecture);
      expect(cargo.arguments, [
        'rustc',
        '--package=dart',
        '--lib',
        '--crate-type=cdylib',
        '--release',
        '--locked',
        '--target=$triple',
        startsWith('--target-dir=${project.cache.path}/build/'),
      ]);
      expect(textOf(asset), 'library of $triple');
      expect(asset.linkMode, DynamicLoadingBundled());
      expect(asset.file!.pathSegments.last, switch (os) {
        OS.windows => 'rhai_dart.dll',
        OS.macOS || OS.iOS => 'librhai_dart.dylib',
        _ => 'librhai_dart.so',
      });
      expect(cargo.environment, isNot(contains('RUSTC_BOOTSTRAP')));
    });
  }

  test('other targets are refused by name', () async {
    for (final os in {for (final (os, _) in triples.keys) os}) {
      for (final architecture in Architecture.values) {
        if (triples.containsKey((os, architecture))) continue;
        await expectLater(
          run(os, architecture),
          failsWith('$os on $architecture is not supported.'),
        );
      }
    }
  });

  test('a simulator of iOS on arm64 is a target of its own', () async {
    await run(OS.iOS, Architecture.arm64, iOSSdk: IOSSdk.iPhoneSimulator);
    expect(cargo.arguments, contains('--target=aarch64-apple-ios-sim'));
  });

  test(
    'Apple platforms have a version, and room for an install name',
    () async {
      await run(OS.iOS, Architecture.arm64);
      expect(cargo.environment['IPHONEOS_DEPLOYMENT_TARGET'], '17.0');
      expect(flags(), ['-Clink-arg=-Wl,-headerpad_max_install_names']);
      await run(OS.macOS, Architecture.x64);
      expect(cargo.environment['MACOSX_DEPLOYMENT_TARGET'], '13.0');
      expect(flags(), ['-Clink-arg=-Wl,-headerpad_max_install_names']);
    },
  );

  test('32-bit ARM has NEON', () async {
    await run(OS.linux, Architecture.arm);
    expect(flags(), ['-Ctarget-feature=+neon']);
  });

  test('on Android, the clang of the NDK links', () async {
    for (final (architecture, platform, variable) in [
      (
        Architecture.arm,
        'armv7a-linux-androideabi24',
        'THUMBV7NEON_LINUX_ANDROIDEABI',
      ),
      (Architecture.arm64, 'aarch64-linux-android24', 'AARCH64_LINUX_ANDROID'),
      (Architecture.x64, 'x86_64-linux-android24', 'X86_64_LINUX_ANDROID'),
      (Architecture.ia32, 'i686-linux-android24', 'I686_LINUX_ANDROID'),
    ]) {
      await run(OS.android, architecture, compiler: clang);
      expect(flags(), [
        '-Clink-arg=--target=$platform',
        '-Clink-arg=-Wl,-z,max-page-size=16384',
      ]);
      expect(linkers(), {'CARGO_TARGET_${variable}_LINKER': clang.path});
    }
  });

  test('on Linux, a given compiler links for another processor', () async {
    final (other, triple, variable) = switch (Architecture.current) {
      Architecture.arm64 => (
        Architecture.x64,
        'x86_64-unknown-linux-gnu',
        'X86_64_UNKNOWN_LINUX_GNU',
      ),
      _ => (
        Architecture.arm64,
        'aarch64-unknown-linux-gnu',
        'AARCH64_UNKNOWN_LINUX_GNU',
      ),
    };
    await run(OS.linux, other, compiler: gcc);
    expect(linkers(), {'CARGO_TARGET_${variable}_LINKER': gcc.path});
    expect(flags(), isEmpty);

    await run(OS.linux, other, compiler: clang);
    expect(flags(), ['-Clink-arg=--target=$triple']);

    // Without one, it is for the user's configuration of cargo to name it.
    await run(OS.linux, other);
    expect(linkers(), isEmpty);
  });

  test('elsewhere, Rust finds the linker', () async {
    for (final (os, architecture) in [
      (OS.linux, Architecture.current),
      (OS.macOS, Architecture.arm64),
      (OS.iOS, Architecture.arm64),
      (OS.windows, Architecture.x64),
    ]) {
      await run(os, architecture, compiler: clang);
      expect(linkers(), isEmpty);
    }
  });

  group('on musl', () {
    final glibc = triples[(OS.linux, Architecture.current)]!;
    final processor = glibc.split('-').first;

    test('the library is shared, and links to musl', () async {
      await run(OS.linux, Architecture.current, isMusl: true);
      expect(
        cargo.arguments,
        contains('--target=${glibc.replaceFirst('-gnu', '-musl')}'),
      );
      expect(flags(), contains('-Ctarget-feature=-crt-static'));
    });

    test("a distribution's compiler has its own name for it", () async {
      cargo = FakeCargo(platform: '$processor-alpine-linux-musl');
      await run(OS.linux, Architecture.current, isMusl: true);
      expect(
        cargo.arguments,
        contains('--target=$processor-alpine-linux-musl'),
      );
    });

    test('libraries for other platforms are as elsewhere', () async {
      cargo = FakeCargo(platform: '$processor-alpine-linux-musl');
      await run(OS.android, Architecture.arm64, isMusl: true);
      expect(cargo.arguments, contains('--target=aarch64-linux-android'));
      await run(OS.linux, Architecture.riscv64, isMusl: true);
      expect(cargo.arguments, contains('--target=riscv64gc-unknown-linux-gnu'));
    });
  });

  test('a static library is refused, and not made if only preferred', () async {
    for (final linkMode in LinkModePreference.values) {
      final asset = run(OS.iOS, Architecture.arm64, linkMode: linkMode);
      if (linkMode == LinkModePreference.static) {
        await expectLater(asset, failsWith('static linking is not supported'));
      } else {
        expect((await asset).linkMode, DynamicLoadingBundled());
      }
    }
  });
}
