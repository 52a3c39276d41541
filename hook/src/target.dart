import 'package:code_assets/code_assets.dart';

import 'build_failure.dart';

/// The target of the compilation, in Rust's terms.
final class Target {
  Target._({
    required this.triple,
    required this.libraryName,
    required this.sanitizer,
    required this.rustFlags,
    required this.environment,
  });

  /// Translates what the Dart or Flutter SDK asks for.
  ///
  /// Throws a [BuildFailure] for what this package cannot be built for.
  factory Target.of(CodeConfig config) {
    if (config.linkModePreference == LinkModePreference.static) {
      throw BuildFailure(
        'static linking is not supported: the native library is a shared one.',
      );
    }
    final triple = _triple(config);
    final os = config.targetOS;
    final linker = config.cCompiler?.compiler.toFilePath();
    return Target._(
      triple: triple,
      libraryName: os.dylibFileName('rhai_dart'),
      sanitizer: config.sanitizer,
      rustFlags: [
        ..._sanitizerFlags(config.sanitizer),
        // Without NEON, the registers d8 to d15 are lost when a script waits.
        if (os == OS.linux && config.targetArchitecture == Architecture.arm)
          '-Ctarget-feature=+neon',
        if (os == OS.android) ...[
          // The NDK's clang compiles for the machine it runs on by default.
          '-Clink-arg=--target=${_clangTriple(triple)}'
              '${config.android.targetNdkApi}',
          // Devices with pages of 16 KiB load nothing that is aligned to less.
          '-Clink-arg=-Wl,-z,max-page-size=16384',
        ],
        // The SDK rewrites the library's install name, and needs room for it.
        if (os == OS.macOS || os == OS.iOS)
          '-Clink-arg=-Wl,-headerpad_max_install_names',
      ],
      environment: {
        // Elsewhere Rust finds the platform's own linker.
        if (os == OS.android && linker != null)
          'CARGO_TARGET_${_envName(triple)}_LINKER': linker,
        if (os == OS.macOS)
          'MACOSX_DEPLOYMENT_TARGET': '${config.macOS.targetVersion}.0',
        if (os == OS.iOS)
          'IPHONEOS_DEPLOYMENT_TARGET': '${config.iOS.targetVersion}.0',
        // Lets a stable compiler instrument code for a sanitizer.
        if (config.sanitizer != null) 'RUSTC_BOOTSTRAP': '1',
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

  /// Environment variables that the build needs.
  final Map<String, String> environment;
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

/// The name that clang has for an Android platform.
String _clangTriple(String triple) => switch (triple) {
  'thumbv7neon-linux-androideabi' => 'armv7a-linux-androideabi',
  _ => triple,
};

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

String _envName(String triple) => triple.toUpperCase().replaceAll('-', '_');
