import 'dart:convert';
import 'dart:io';

import 'package:code_assets/code_assets.dart';
import 'package:hooks/hooks.dart';
import 'package:test/test.dart';

import '../../../hook/src/hook.dart';
import '../../../hook/src/host.dart';
import '../../../hook/src/prebuilt_list.dart';
import '../../../hook/src/rust_sources.dart';
import '../folders.dart';

/// The package with a few Rust sources, and a project that uses it.
final class HookProject {
  /// Creates a project. Its package has the sources of [other] if given, and else its
  /// own; its user has the home folder [home].
  HookProject({HookProject? other, Directory? home})
    : package = other?.package ?? temporaryFolder(),
      home = home ?? other?.home ?? temporaryFolder() {
    if (other != null) return;
    for (final name in [
      'rust/Cargo.toml',
      'rust/Cargo.lock',
      for (final layer in ['fibers', 'memory', 'runtime', 'dart']) ...[
        'rust/$layer/Cargo.toml',
        'rust/$layer/src/lib.rs',
      ],
      'hook/src/cargo.dart',
      'hook/src/target.dart',
    ]) {
      write(name, '// $name\n');
    }
    list({});
  }

  /// Folder of the package.
  final Directory package;

  /// Home folder of the user.
  final Directory home;

  /// Folder of the project that uses the package.
  final Directory folder = temporaryFolder();

  late CodeAssetExtension _extension;

  /// Messages that the user saw.
  final List<String> messages = [];

  /// Sources of the package.
  RustSources get sources => RustSources(package.absolute.uri);

  /// The user's cache folder, on Linux.
  Directory get cache => Directory('${home.path}/.cache/rhai_dart');

  /// Writes a file of the package.
  void write(String name, String text) => File('${package.path}/$name')
    ..createSync(recursive: true)
    ..writeAsStringSync(text);

  /// Lists [libraries] as prebuilt from the sources that there are now.
  void list(Map<String, PrebuiltFile> libraries, {Uri? url}) => PrebuiltList(
    sources: sources.hash,
    url: url ?? Uri.parse('http://127.0.0.1:9/'),
    libraries: libraries,
  ).write(File('${package.path}/prebuilt.json'));

  /// Runs the hook; returns the asset and the dependencies that it reports.
  ///
  /// The programs in [path] are all that it finds. The environment has [variables], too.
  Future<(CodeAsset, List<Uri>)> run({
    Directory? path,
    Map<String, String> variables = const {},
    Map<String, Object?> defines = const {},
    OS? os,
    Architecture? architecture,
    IOSSdk iOSSdk = IOSSdk.iPhoneOS,
    LinkModePreference linkMode = LinkModePreference.dynamic,
    Sanitizer? sanitizer,
    Uri? compiler,
    bool isMusl = false,
    Duration patience = const Duration(seconds: 30),
  }) async {
    final input = writeInput(
      defines: defines,
      os: os,
      architecture: architecture,
      iOSSdk: iOSSdk,
      linkMode: linkMode,
      sanitizer: sanitizer,
      compiler: compiler,
    );
    final host = Host(
      environment: {'PATH': path?.path ?? '', 'HOME': home.path, ...variables},
      say: messages.add,
      isMusl: isMusl,
      patience: patience,
    );
    await runHook(['--config=${input.path}'], host);
    return _readOutput(readInput(input));
  }

  /// Writes the file by which an SDK tells the hook what it wants.
  File writeInput({
    Map<String, Object?> defines = const {},
    OS? os,
    Architecture? architecture,
    IOSSdk iOSSdk = IOSSdk.iPhoneOS,
    LinkModePreference linkMode = LinkModePreference.dynamic,
    Sanitizer? sanitizer,
    Uri? compiler,
  }) {
    final targetOS = os ?? OS.current;
    final builder = BuildInputBuilder()
      ..setupShared(
        packageRoot: package.absolute.uri,
        packageName: 'rhai_dart',
        outputDirectoryShared: folder.uri.resolve('shared/'),
        outputFile: folder.uri.resolve('output.json'),
        userDefines: PackageUserDefines(
          workspacePubspec: PackageUserDefinesSource(
            defines: defines,
            basePath: folder.uri,
          ),
        ),
      )
      ..setupBuildInput();
    builder.config.setupBuild(linkingEnabled: false);
    builder.addExtension(
      _extension = CodeAssetExtension(
        targetOS: targetOS,
        targetArchitecture: architecture ?? Architecture.current,
        linkModePreference: linkMode,
        sanitizer: sanitizer,
        android: targetOS == OS.android
            ? AndroidCodeConfig(targetNdkApi: 24)
            : null,
        iOS: targetOS == OS.iOS
            ? IOSCodeConfig(targetSdk: iOSSdk, targetVersion: 17)
            : null,
        macOS: targetOS == OS.macOS ? MacOSCodeConfig(targetVersion: 13) : null,
        cCompiler: compiler == null
            ? null
            : CCompilerConfig(
                compiler: compiler,
                linker: compiler,
                archiver: compiler,
              ),
      ),
    );
    return File('${folder.path}/input.json')
      ..writeAsStringSync(jsonEncode(builder.build().json));
  }

  Future<(CodeAsset, List<Uri>)> _readOutput(BuildInput input) async {
    final output = BuildOutput(_read(input.outputFile));
    expect(await _extension.validateBuildOutput(input, output), isEmpty);
    return (output.assets.code.single, output.dependencies);
  }
}

/// The input in [file].
BuildInput readInput(File file) => BuildInput(_read(file.uri));

Map<String, Object?> _read(Uri file) =>
    jsonDecode(File.fromUri(file).readAsStringSync()) as Map<String, Object?>;

/// Text of the library that the hook has reported as [asset].
String textOf(CodeAsset asset) =>
    File.fromUri(asset.file!).readAsStringSync().trim();
