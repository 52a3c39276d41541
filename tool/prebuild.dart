/// Makes the prebuilt libraries of a release.
///
///     ./dartw run tool/prebuild.dart --out=FOLDER [--ndk=FOLDER] [TARGET...]
///
/// compiles the library for each TARGET, a name such as `aarch64-apple-darwin`; without
/// one, for this machine. Libraries and their list `prebuilt.json` are in FOLDER
/// then, beside those that were there.
///
///     ./dartw run tool/prebuild.dart --join FOLDER...
///
/// writes to the package the list of all libraries in the FOLDERs, which come from
/// several machines.
library;

import 'dart:io';

import 'package:args/args.dart';

import '../hook/src/build_failure.dart';
import '../hook/src/host.dart';
import 'prebuild/platforms.dart';
import 'prebuild/release.dart';

Future<void> main(List<String> arguments) async {
  final options =
      (ArgParser()
            ..addOption('out')
            ..addOption('ndk')
            ..addFlag('join', negatable: false))
          .parse(arguments);
  final out = options.option('out');
  final release = Release(Platform.script.resolve('../'));
  try {
    if (options.flag('join') && options.rest.isNotEmpty) {
      release.join(options.rest.map(Directory.new));
    } else if (out != null) {
      await _build(release, options, Directory(out));
    } else {
      stderr.writeln('prebuild: --out=FOLDER or --join FOLDER... is needed');
      exitCode = 64;
    }
  } on BuildFailure catch (failure) {
    stderr.writeln('prebuild: $failure');
    exitCode = 1;
  }
}

Future<void> _build(Release release, ArgResults options, Directory out) async {
  final host = Host.current();
  final ndk = options.option('ndk');
  final targets = [
    for (final triple in options.rest)
      targetOf(
        triple,
        isMusl: host.isMusl,
        ndk: ndk == null ? null : Directory(ndk),
      ),
    if (options.rest.isEmpty) ownTarget(isMusl: host.isMusl),
  ];
  for (final target in targets) {
    await release.add(target, out, host);
  }
}
