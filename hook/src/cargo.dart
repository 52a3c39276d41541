import 'dart:convert';
import 'dart:io';

import 'build_failure.dart';
import 'host.dart';
import 'target.dart';

/// The program that compiles Rust.
final class Cargo {
  Cargo._(this._program, this._workspace, this._host);

  /// Finds cargo on the PATH, or where rustup installs it: an app that is built
  /// from an IDE often does not have the shell's PATH. Returns null if there is none.
  static Cargo? find(Host host, {required Uri workspace}) {
    final home = host.home;
    final folders = [
      ...?host.environment['PATH']?.split(Platform.isWindows ? ';' : ':'),
      if (home != null) '$home/.cargo/bin',
    ];
    for (final folder in folders) {
      final cargo = File('$folder/cargo${Platform.isWindows ? '.exe' : ''}');
      // A relative folder is one beside the user's: where that was, a hook does not know.
      if (Directory(folder).isAbsolute && cargo.existsSync()) {
        return Cargo._(cargo, workspace, host);
      }
    }
    return null;
  }

  final File _program;
  final Uri _workspace;
  final Host _host;

  /// The version of cargo, and the platform it runs on.
  late final Future<String> version = () async {
    final lines = <String>[];
    if (await _run(['-vV'], const {}, lines.add) != 0) {
      throw BuildFailure(
        '${_program.path} does not work:\n${lines.join('\n')}',
      );
    }
    return lines.join('\n');
  }();

  /// Rust's name for the platform that cargo runs on.
  Future<String> get platform async =>
      RegExp(r'^host: (\S+)', multiLine: true).firstMatch(await version)?[1] ??
      '';

  /// Removes what was compiled of [crates] for [target] below [targetFolder].
  Future<void> forget(
    List<String> crates,
    Target target,
    Uri targetFolder,
  ) async {
    final lines = <String>[];
    final exitCode = await _run(
      [
        'clean',
        '--release',
        '--locked',
        '--target=${target.triple}',
        '--target-dir=${targetFolder.toFilePath()}',
        for (final crate in crates) '--package=$crate',
      ],
      const {},
      lines.add,
    );
    if (exitCode == 0) return;
    throw BuildFailure('cargo clean failed:\n${lines.join('\n')}');
  }

  /// Compiles the library for [target] below [targetFolder]; returns its file.
  ///
  /// Shows cargo's messages while it works. Throws a [BuildFailure] when it fails.
  Future<File> compile(Target target, Uri targetFolder) async {
    final missing = 'target may not be installed';
    var isMissing = false;
    final exitCode = await _run(
      [
        // `cargo rustc` and not `cargo build`, to leave out the crate's Rust
        // library: cargo does not optimise at link time what is both.
        'rustc', '--package=dart', '--lib', '--crate-type=cdylib', '--release',
        '--locked',
        '--target=${target.triple}',
        '--target-dir=${targetFolder.toFilePath()}',
        // Tells the sanitizer about every stack switch.
        if (target.sanitizer != null) '--features=sanitizer',
      ],
      {
        ...target.environment,
        if (target.rustFlags.isNotEmpty)
          // Unlike RUSTFLAGS, it is not split at spaces in a path.
          'CARGO_ENCODED_RUSTFLAGS': target.rustFlags.join('\x1f'),
      },
      (line) {
        isMissing |= line.contains(missing);
        // The only line when nothing has changed.
        if (!line.trimLeft().startsWith('Finished')) _host.say(line);
      },
    );
    if (isMissing) {
      throw BuildFailure(
        'Rust cannot compile for ${target.triple} yet. Run:\n'
        '  rustup target add ${target.triple}\n'
        'Without rustup, install the standard library for it from where your '
        'Rust is.',
      );
    }
    if (exitCode != 0) {
      throw BuildFailure(
        'compiling the Rust library failed. '
        "The reason is in cargo's messages above (exit code $exitCode).",
      );
    }
    return File.fromUri(
      targetFolder.resolve('${target.triple}/release/${target.libraryName}'),
    );
  }

  Future<int> _run(
    List<String> arguments,
    Map<String, String> environment,
    void Function(String line) onLine,
  ) async {
    final Process process;
    try {
      process = await Process.start(
        _program.path,
        arguments,
        workingDirectory: _workspace.toFilePath(),
        environment: {..._rustHomes, ..._host.environment, ...environment},
        includeParentEnvironment: false,
      );
    } on ProcessException catch (e) {
      throw BuildFailure('cannot run ${_program.path}: ${e.message}');
    }
    await [
      for (final output in [process.stdout, process.stderr])
        output
            .transform(const Utf8Decoder(allowMalformed: true))
            .transform(const LineSplitter())
            .forEach(onLine),
    ].wait;
    return process.exitCode;
  }

  /// The folders where rustup keeps its toolchains, if that can be told from where
  /// cargo is.
  ///
  /// Not every SDK gives a hook the variables that say so, and without them rustup
  /// looks in the home folder only. Installed elsewhere (as in Rust's container
  /// images), its two folders are usually siblings, as they are in a home folder.
  Map<String, String> get _rustHomes {
    final cargoHome = _program.parent.parent;
    for (final name in const ['.rustup', 'rustup']) {
      final rustupHome = Directory('${cargoHome.parent.path}/$name');
      if (Directory('${rustupHome.path}/toolchains').existsSync()) {
        return {'CARGO_HOME': cargoHome.path, 'RUSTUP_HOME': rustupHome.path};
      }
    }
    return const {};
  }
}
