import 'dart:io';

import 'build_failure.dart';
import 'target.dart';

/// A compiled library and the files it was compiled from.
typedef Library = ({Uri file, List<Uri> sources});

/// Compiles the package `dart` of the workspace in the folder [workspace] for [target].
///
/// Throws a [BuildFailure] when cargo is missing or fails.
Future<Library> buildLibrary({
  required Uri workspace,
  required Target target,
  required Uri outputDirectory,
}) async {
  final sanitizer = target.sanitizer;
  // A sanitized build has other flags: in the same folder, each kind of build
  // would throw away the other's.
  final targetDirectory = outputDirectory.resolve(
    sanitizer == null ? 'target/' : 'target-$sanitizer/',
  );
  await _runCargo(
    [
      // `cargo rustc` and not `cargo build`, to leave out the crate's Rust
      // library: cargo does not optimise at link time what is both.
      'rustc', '--package=dart', '--lib', '--crate-type=cdylib', '--release',
      '--locked', '--quiet',
      '--target=${target.triple}',
      '--target-dir=${targetDirectory.toFilePath()}',
      // Tells the sanitizer about every stack switch.
      if (sanitizer != null) '--features=sanitizer',
    ],
    workspace: workspace,
    target: target,
  );
  final file = targetDirectory.resolve(
    '${target.triple}/release/${target.libraryName}',
  );
  return (
    file: file,
    sources: [
      workspace.resolve('Cargo.toml'),
      workspace.resolve('Cargo.lock'),
      for (final layer in const ['fibers', 'memory', 'runtime', 'dart']) ...[
        workspace.resolve('$layer/Cargo.toml'),
        ..._folders(workspace.resolve('$layer/src/')),
      ],
      ...await _readDependencies(file),
    ],
  );
}

/// The folder [root] and those in it. A folder stands for the names in it: a new file
/// counts as a change.
Iterable<Uri> _folders(Uri root) => [
  root,
  for (final entity in Directory.fromUri(root).listSync(recursive: true))
    if (entity is Directory) entity.uri,
];

Future<void> _runCargo(
  List<String> arguments, {
  required Uri workspace,
  required Target target,
}) async {
  final cargo = _findCargo();
  final ProcessResult result;
  try {
    result = await Process.run(
      cargo.path,
      arguments,
      workingDirectory: workspace.toFilePath(),
      environment: {
        ..._rustHomes(cargo),
        ...target.environment,
        if (target.rustFlags.isNotEmpty)
          // Unlike RUSTFLAGS, it is not split at spaces in a path.
          'CARGO_ENCODED_RUSTFLAGS': target.rustFlags.join('\x1f'),
      },
    );
  } on ProcessException catch (e) {
    throw BuildFailure('cannot run ${cargo.path}: ${e.message}');
  }
  if (result.exitCode == 0) return;

  final errors = '${result.stderr}'.trim();
  if (errors.contains('target may not be installed')) {
    throw BuildFailure(
      'Rust cannot compile for ${target.triple} yet. Run:\n'
      '  rustup target add ${target.triple}',
    );
  }
  throw BuildFailure(
    'compiling the Rust library failed '
    '(cargo, exit code ${result.exitCode}):\n$errors',
  );
}

/// Finds cargo on the PATH, or where rustup installs it: an app that is built
/// from an IDE often does not have the shell's PATH.
File _findCargo() {
  final environment = Platform.environment;
  final home = environment[Platform.isWindows ? 'USERPROFILE' : 'HOME'];
  final folders = [
    ...?environment['PATH']?.split(Platform.isWindows ? ';' : ':'),
    if (home != null) '$home/.cargo/bin',
  ];
  for (final folder in folders) {
    final cargo = File('$folder/cargo${Platform.isWindows ? '.exe' : ''}');
    if (folder.isNotEmpty && cargo.existsSync()) return cargo;
  }
  throw BuildFailure(
    'cargo not found: this package compiles Rust code.\n'
    'Install Rust (https://rustup.rs) and make sure that cargo is on the PATH.',
  );
}

/// Says where rustup keeps its toolchains, if that can be told from where
/// [cargo] is.
///
/// A hook does not get the variables that say so, and without them rustup looks
/// in the home folder only. Installed elsewhere (as in Rust's container
/// images), its two folders are usually siblings, as they are in a home folder.
Map<String, String> _rustHomes(File cargo) {
  final cargoHome = cargo.parent.parent;
  for (final name in const ['.rustup', 'rustup']) {
    final rustupHome = Directory('${cargoHome.parent.path}/$name');
    if (Directory('${rustupHome.path}/toolchains').existsSync()) {
      return {'CARGO_HOME': cargoHome.path, 'RUSTUP_HOME': rustupHome.path};
    }
  }
  return const {};
}

/// Reads the sources of [library] from the file that cargo writes next to it:
/// `library: source source`, with escaped spaces.
Future<List<Uri>> _readDependencies(Uri library) async {
  final path = library.toFilePath();
  final file = File('${path.substring(0, path.lastIndexOf('.'))}.d');
  return [
    for (final line in await file.readAsLines())
      if (line.contains(': '))
        for (final source
            in line
                .substring(line.indexOf(': ') + 2)
                .split(RegExp(r'(?<!\\) ')))
          Uri.file(source.replaceAll(r'\ ', ' ')),
  ];
}
