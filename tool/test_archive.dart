/// Publishes the package to a server on this machine, and builds and runs a new project
/// with what arrived there: nothing that it needs may be missing in the archive, and pub
/// may warn of nothing.
///
///     ./dartw run tool/test_archive.dart
///
/// The packages that it depends on come from the pub cache, crates from cargo's.
library;

import 'dart:convert';
import 'dart:io';

import 'archive/pub_server.dart';

/// More would be something that users do not need.
const _maxArchiveBytes = 500 * 1024;

const _program = r'''
import 'package:rhai_dart/rhai_dart.dart';

Future<void> main() async {
  final engine = RhaiEngine();
  engine.registerFunction('later', (int n) => Future(() => n + 1));
  print(await engine.eval('[40, 41].map(|n| later(n))'));
  engine.dispose();
}
''';

Future<void> main() async {
  final work = Directory.systemTemp.createTempSync('rhai_dart_archive');
  final published = Directory('${work.path}/published')..createSync();
  final server = await PubServer.start(
    cached: _pubCache(),
    published: published,
  );
  final pub = _Pub(work, server.url);
  try {
    // A copy: pub would write a lock file here that names the server.
    final package = Directory('${work.path}/package');
    _copyPackage(to: package);
    await pub.run(['pub', 'token', 'add', server.url, '--env-var=PUB_TOKEN']);
    // It fails if there is a warning; the other one would publish all the same.
    final report = await pub.run([
      'pub',
      'publish',
      '--dry-run',
    ], folder: package);
    await pub.run(['pub', 'publish', '--force'], folder: package);
    final archive = File('${published.path}/archive.tar.gz').lengthSync();
    if (archive > _maxArchiveBytes) {
      throw _Failure('the archive has $archive bytes:\n$report');
    }

    // Cargo reads it from above the folder that it builds.
    File('${work.path}/.cargo/config.toml')
      ..createSync(recursive: true)
      ..writeAsStringSync(
        '[profile.release]\nlto = "off"\ncodegen-units = 16\nopt-level = 0\n',
      );
    final project = Directory('${work.path}/project')..createSync();
    File('${project.path}/pubspec.yaml').writeAsStringSync(
      'name: project\n'
      'environment:\n'
      '  sdk: ^3.10.0\n',
    );
    File('${project.path}/bin/project.dart')
      ..createSync(recursive: true)
      ..writeAsStringSync(_program);
    await pub.run(['pub', 'add', 'rhai_dart'], folder: project);
    final output = await pub.run(['run'], folder: project);
    if (!output.endsWith('[41, 42]\n')) throw _Failure(output);
    print(
      'test_archive: no warning; a project with the archive '
      '(${archive ~/ 1024} KiB) builds and runs',
    );
  } on _Failure catch (failure) {
    stderr.writeln('test_archive: $failure');
    exitCode = 1;
  } finally {
    await server.close();
    work.deleteSync(recursive: true);
  }
}

/// A failure, in words for whoever runs the test.
final class _Failure implements Exception {
  _Failure(this.message);

  final String message;

  @override
  String toString() => message;
}

/// Runs `dart` as a machine would that knows nothing but a server and an empty cache.
final class _Pub {
  _Pub(this._work, this._url);

  final Directory _work;
  final String _url;

  Future<String> run(List<String> arguments, {Directory? folder}) async {
    final result = await Process.run(
      Platform.resolvedExecutable,
      arguments,
      workingDirectory: (folder ?? _work).path,
      environment: {
        'PUB_HOSTED_URL': _url,
        'PUB_CACHE': '${_work.path}/cache',
        'PUB_TOKEN': 'anyone',
        'XDG_CONFIG_HOME': '${_work.path}/config',
        'CI': 'true',
      },
    );
    if (result.exitCode == 0) return result.stdout as String;
    throw _Failure(
      'dart ${arguments.join(' ')} failed:\n${result.stdout}${result.stderr}',
    );
  }
}

/// The packages that this one was resolved with, and others.
Directory _pubCache() {
  final config = File('.dart_tool/package_config.json').readAsStringSync();
  final cache = (jsonDecode(config) as Map<String, Object?>)['pubCache'];
  return Directory('${Uri.parse('$cache').toFilePath()}/hosted/pub.dev');
}

void _copyPackage({required Directory to}) {
  final files = Process.runSync('git', [
    ...['ls-files', '-z', '--cached', '--others', '--exclude-standard'],
  ]).stdout;
  for (final path in (files as String).split('\x00')) {
    // A file that git knows may have been deleted.
    if (!File(path).existsSync()) continue;
    File('${to.path}/$path').parent.createSync(recursive: true);
    File(path).copySync('${to.path}/$path');
  }
}
