/// A release, from its making to a program that runs with its library.
@TestOn('linux')
@Tags(['sdk'])
@Timeout(Duration(minutes: 5))
library;

import 'dart:io';

import 'package:test/test.dart';

import '../../tool/prebuild/release.dart';
import '../support/folders.dart';
import '../support/hook/fake_cargo.dart';
import '../support/hook/run_program.dart';
import '../support/project_files.dart';

void main() {
  test('a program gets the library without Rust, and later offline', () async {
    final package = _copyOfPackage();
    final released = temporaryFolder();
    await runDart([
      '--packages=${packageConfig.path}',
      '${package.path}/tool/prebuild.dart',
      '--out=${released.path}',
    ], path: FakeCargo(library: _library).folder);
    Release(package.uri).join([released]);

    final server = await HttpServer.bind(InternetAddress.loopbackIPv4, 0);
    addTearDown(() => server.close(force: true));
    final served = <String>[];
    server.listen((request) async {
      final name = request.uri.pathSegments.last;
      served.add(name);
      await File('${released.path}/$name').openRead().pipe(request.response);
    });

    final project = _project(package, 'http://127.0.0.1:${server.port}/');
    await runDart(['pub', 'get', '--offline'], folder: project);
    final home = temporaryFolder();
    final first = await runDart(
      ['run', 'bin/main.dart'],
      folder: project,
      home: home,
    );
    expect(first, endsWith('42'));
    expect(served, [matches(r'^librhai_dart-[0-9.]+-.*\.so$')]);

    await server.close(force: true);
    // All that the project has of the library; the compiled hook stays.
    for (final path in ['hooks_runner/shared', 'lib']) {
      Directory('${project.path}/.dart_tool/$path').deleteSync(recursive: true);
    }
    final second = await runDart(
      ['run', 'bin/main.dart'],
      folder: project,
      home: home,
    );
    expect(second, endsWith('42'));
  });
}

/// The library that this test itself could use.
final File _library = File(
  RegExp(
    r'"(/[^"]*librhai_dart\.so)"',
  ).firstMatch(File('.dart_tool/native_assets.yaml').readAsStringSync())![1]!,
);

Directory _copyOfPackage() {
  final copy = temporaryFolder();
  for (final path in projectFiles) {
    if (!RegExp(
      r'^(lib|hook|tool|rust|bin)/|^[^/]*\.(yaml|json)$',
    ).hasMatch(path)) {
      continue;
    }
    final file = File('${copy.path}/$path');
    file.parent.createSync(recursive: true);
    File(path).copySync(file.path);
  }
  return copy;
}

Directory _project(Directory package, String url) {
  final project = temporaryFolder();
  File('${project.path}/pubspec.yaml').writeAsStringSync('''
name: project
environment:
  sdk: ^3.10.0
dependencies:
  rhai_dart:
    path: ${package.path}
hooks:
  user_defines:
    rhai_dart:
      url: $url
''');
  File('${project.path}/bin/main.dart')
    ..parent.createSync()
    ..writeAsStringSync('''
import 'package:rhai_dart/rhai_dart.dart';

void main() => print(RhaiEngine().eval('40 + 2'));
''');
  return project;
}
