import 'dart:convert';
import 'dart:io';

/// The machine that the hook runs on, as far as the hook must know it.
final class Host {
  /// Creates a host with these properties; tests do that.
  Host({
    required this.environment,
    required this.say,
    this.isMusl = false,
    this.patience = const Duration(seconds: 30),
  });

  /// The machine that this program runs on, with messages on standard error: the
  /// SDKs show that while a hook runs.
  Host.current()
    : this(
        environment: Platform.environment,
        say: stderr.writeln,
        isMusl:
            Platform.isLinux &&
            isMuslProgram(File(Platform.resolvedExecutable)),
      );

  /// Environment variables. A hook gets only those that the SDK lets through.
  final Map<String, String> environment;

  /// Shows a line to the user.
  final void Function(String line) say;

  /// Whether Dart itself runs on musl, as on Alpine Linux, and not on glibc.
  final bool isMusl;

  /// How long a server may be silent.
  final Duration patience;

  /// The user's home folder, if there is one.
  String? get home {
    final home = environment[Platform.isWindows ? 'USERPROFILE' : 'HOME'];
    return home == null || home.isEmpty ? null : home;
  }

  /// The folder for files that all projects of the user share.
  ///
  /// It is where the platform has caches. `XDG_CACHE_HOME` is not looked at, as a
  /// hook does not get it.
  Uri? get cache {
    final home = this.home;
    final caches = Platform.isWindows
        ? environment['LOCALAPPDATA'] ??
              (home == null ? null : '$home\\AppData\\Local')
        : home == null
        ? null
        : Platform.isMacOS
        ? '$home/Library/Caches'
        : '$home/.cache';
    return caches != null && Directory(caches).isAbsolute
        ? Uri.directory(caches).resolve('rhai_dart/')
        : null;
  }

  /// Says that [what] is not shared by projects, as the cache cannot be written.
  void sayNotShared(String what, FileSystemException reason) => say(
    'rhai_dart: the cache folder cannot be written, so the $what stays in the '
    '.dart_tool of this project: ${reason.message} (${reason.path})',
  );
}

/// Whether [program] is loaded by musl.
///
/// The name of a program's loader is in its first page, behind its headers.
bool isMuslProgram(File program) {
  final file = program.openSync();
  try {
    return latin1.decode(file.readSync(4096)).contains('/ld-musl-');
  } finally {
    file.closeSync();
  }
}
