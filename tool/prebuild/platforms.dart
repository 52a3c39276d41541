import 'dart:io';

import 'package:code_assets/code_assets.dart';
import 'package:hooks/hooks.dart';

import '../../hook/src/build_failure.dart';
import '../../hook/src/target.dart';

/// The target of the machine that this runs on.
Target ownTarget({required bool isMusl}) => Target.of(
  _config(OS.current, Architecture.current, IOSSdk.iPhoneOS, null),
  isMusl: isMusl,
);

/// The target that Rust calls [triple]; [ndk] is the NDK's folder, for Android.
///
/// Throws a [BuildFailure] if there is none.
Target targetOf(String triple, {required bool isMusl, Directory? ndk}) {
  for (final os in const [OS.linux, OS.macOS, OS.windows, OS.android, OS.iOS]) {
    for (final architecture in Architecture.values) {
      for (final sdk in IOSSdk.values) {
        final linker = os == OS.android && ndk != null ? _clang(ndk) : null;
        try {
          final config = _config(os, architecture, sdk, linker);
          final target = Target.of(config, isMusl: isMusl);
          if (target.triple == triple) return target;
        } on BuildFailure {
          continue; // There is no such platform.
        }
      }
    }
  }
  throw BuildFailure('$triple cannot be compiled on this machine.');
}

Uri _clang(Directory ndk) {
  final hosts = Directory('${ndk.path}/toolchains/llvm/prebuilt');
  final name = Platform.isWindows ? 'clang.exe' : 'clang';
  return hosts.listSync().single.uri.resolve('bin/$name');
}

/// A configuration as an SDK has it. The versions are the oldest that Dart, Flutter and
/// Rust support.
CodeConfig _config(OS os, Architecture architecture, IOSSdk sdk, Uri? linker) {
  final unused = Directory.systemTemp.uri;
  final builder = BuildInputBuilder()
    ..setupShared(
      packageRoot: unused,
      packageName: 'rhai_dart',
      outputDirectoryShared: unused,
      outputFile: unused.resolve('output.json'),
    )
    ..setupBuildInput();
  builder.config.setupBuild(linkingEnabled: false);
  builder.addExtension(
    CodeAssetExtension(
      targetOS: os,
      targetArchitecture: architecture,
      linkModePreference: LinkModePreference.dynamic,
      android: AndroidCodeConfig(targetNdkApi: 21),
      iOS: IOSCodeConfig(targetSdk: sdk, targetVersion: 13),
      macOS: MacOSCodeConfig(targetVersion: 13),
      cCompiler: linker == null
          ? null
          : CCompilerConfig(compiler: linker, linker: linker, archiver: linker),
    ),
  );
  return builder.build().config.code;
}
