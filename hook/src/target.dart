import 'package:code_assets/code_assets.dart';

import 'build_failure.dart';

/// The target of the compilation, in Rust's terms.
final class Target {
  Target._({
    required this.triple,
    required this.libraryName,
    required this.sanitizer,
    required this.rustFlags,
    required this.linker,
    required this.deploymentTarget,
  });

  /// Translates what the Dart or Flutter SDK asks for.
  ///
  /// The SDK does not tell musl from glibc: [isMusl] says which of them this machine
  /// has, which counts if the library is for its like. Throws a [BuildFailure] for what this package cannot be built for.
  factory Target.of(CodeConfig config, {bool isMusl = false}) {
    if (config.linkModePreference == LinkModePreference.static) {
      throw BuildFailure(
        'static linking is not supported: the native library is a shared one.',
      );
    }
    final os = config.targetOS;
    final isCross =
        os != OS.current || config.targetArchitecture != Architecture.current;
    final glibcTriple = _triple(config);
    final triple = os == OS.linux && isMusl && !isCross
        ? glibcTriple.replaceFirst('-gnu', '-musl')
        : glibcTriple;
    final compiler = config.cCompiler?.compiler;
    // Elsewhere Rust finds the platform's own linker.
    final needsLinker = os == OS.android || os == OS.linux && isCross;
    return Target._(
      triple: triple,
      libraryName: os.dylibFileName('rhai_dart'),
      sanitizer: config.sanitizer,
      rustFlags: [
        ..._sanitizerFlags(config.sanitizer),
        // Without NEON, the registers d8 to d15 are lost when a script waits.
        if (os == OS.linux && config.targetArchitecture == Architecture.arm)
          '-Ctarget-feature=+neon',
        // Rust links musl into a library otherwise, and cannot make a shared one.
        if (triple.contains('-musl')) '-Ctarget-feature=-crt-static',
        if (os == OS.android) ...[
          // The NDK's clang compiles for the machine it runs on by default.
          '-Clink-arg=--target=${_clangTriple(triple)}'
              '${config.android.targetNdkApi}',
          // Devices with pages of 16 KiB load nothing that is aligned to less.
          '-Clink-arg=-Wl,-z,max-page-size=16384',
        ],
        // So does any other clang; a gcc compiles for one platform.
        if (os == OS.linux && isCross && _isClang(compiler))
          '-Clink-arg=--target=${_clangTriple(triple)}',
        // The SDK rewrites the library's install name, and needs room for it.
        if (os == OS.macOS || os == OS.iOS)
          '-Clink-arg=-Wl,-headerpad_max_install_names',
      ],
      linker: needsLinker ? compiler?.toFilePath() : null,
      deploymentTarget: switch (os) {
        OS.macOS => {
          'MACOSX_DEPLOYMENT_TARGET': '${config.macOS.targetVersion}.0',
        },
        OS.iOS => {
          'IPHONEOS_DEPLOYMENT_TARGET': '${config.iOS.targetVersion}.0',
        },
        _ => const {},
      },
    );
  }

  /// Rust's name for the platform, such as `aarch64-linux-android`.
  final String triple;

  /// The library's file name, such as `librhai_dart.so`.
  final String libraryName;

  /// The sanitizer to instrument the crate with, if any.
  final Sanitizer? sanitizer;

  /// Flags for rustc.
  final List<String> rustFlags;

  /// The program that links, if Rust does not find it.
  final String? linker;

  /// The oldest version of the platform that the library must run on, as Apple's
  /// tools are told it.
  final Map<String, String> deploymentTarget;

  /// Environment variables that the build needs.
  Map<String, String> get environment => {
    'CARGO_TARGET_${triple.toUpperCase().replaceAll('-', '_')}_LINKER': ?linker,
    ...deploymentTarget,
    // Lets a stable compiler instrument code for a sanitizer.
    if (sanitizer != null) 'RUSTC_BOOTSTRAP': '1',
  };

  /// This target as a compiler names it that runs on [platform].
  ///
  /// Distributions with musl have compilers that know their own platform only, by a
  /// name of their own.
  Target compiledOn(String platform) {
    final isOwn =
        triple.contains('-musl') &&
        platform.contains('-musl') &&
        platform.split('-').first == triple.split('-').first;
    return !isOwn
        ? this
        : Target._(
            triple: platform,
            libraryName: libraryName,
            sanitizer: sanitizer,
            rustFlags: rustFlags,
            linker: linker,
            deploymentTarget: deploymentTarget,
          );
  }
}

String _triple(CodeConfig config) {
  final os = config.targetOS;
  final architecture = config.targetArchitecture;
  final triple = switch ((os, architecture)) {
    (OS.linux, Architecture.x64) => 'x86_64-unknown-linux-gnu',
    (OS.linux, Architecture.arm64) => 'aarch64-unknown-linux-gnu',
    (OS.linux, Architecture.riscv64) => 'riscv64gc-unknown-linux-gnu',
    (OS.linux, Architecture.arm) => 'armv7-unknown-linux-gnueabihf',
    (OS.linux, Architecture.ia32) => 'i686-unknown-linux-gnu',
    (OS.macOS, Architecture.x64) => 'x86_64-apple-darwin',
    (OS.macOS, Architecture.arm64) => 'aarch64-apple-darwin',
    // On arm64 there is no code that switches stacks.
    (OS.windows, Architecture.x64) => 'x86_64-pc-windows-msvc',
    (OS.android, Architecture.x64) => 'x86_64-linux-android',
    (OS.android, Architecture.arm64) => 'aarch64-linux-android',
    (OS.android, Architecture.riscv64) => 'riscv64-linux-android',
    // With NEON, as the NDK compiles by default.
    (OS.android, Architecture.arm) => 'thumbv7neon-linux-androideabi',
    (OS.android, Architecture.ia32) => 'i686-linux-android',
    // On iOS, x64 can only be a simulator on an Intel Mac.
    (OS.iOS, Architecture.x64) => 'x86_64-apple-ios',
    (OS.iOS, Architecture.arm64) =>
      config.iOS.targetSdk == IOSSdk.iPhoneSimulator
          ? 'aarch64-apple-ios-sim'
          : 'aarch64-apple-ios',
    _ => null,
  };
  return triple ??
      (throw BuildFailure(
        '$os on $architecture is not supported. '
        'Supported are Linux, macOS, Windows, Android and iOS '
        'on their usual processors.',
      ));
}

/// The name that clang has for a platform.
String _clangTriple(String triple) => switch (triple) {
  'thumbv7neon-linux-androideabi' => 'armv7a-linux-androideabi',
  'riscv64gc-unknown-linux-gnu' => 'riscv64-unknown-linux-gnu',
  _ => triple,
};

bool _isClang(Uri? compiler) =>
    compiler != null && compiler.pathSegments.last.startsWith('clang');

List<String> _sanitizerFlags(Sanitizer? sanitizer) => switch (sanitizer) {
  null => const [],
  // Line tables, so that a report names source lines.
  Sanitizer.asan => const ['-Zsanitizer=address', '-Cdebuginfo=1'],
  // Rust's own library comes without instrumentation; rustc wants to hear that
  // this is known.
  Sanitizer.tsan => const [
    '-Zsanitizer=thread',
    '-Cdebuginfo=1',
    '-Cunsafe-allow-abi-mismatch=sanitizer',
  ],
  _ => throw BuildFailure(
    'the sanitizer "$sanitizer" is not supported (asan and tsan are).',
  ),
};
