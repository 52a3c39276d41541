/// Prebuilt libraries, from a server and from a folder.
@TestOn('linux')
library;

import 'dart:async';
import 'dart:io';

import 'package:code_assets/code_assets.dart';
import 'package:test/test.dart';

import '../../hook/src/build_failure.dart';
import '../../tool/prebuild/platforms.dart';
import '../support/folders.dart';
import '../support/hook/failures.dart';
import '../support/hook/fake_cargo.dart';
import '../support/hook/hook_project.dart';
import '../support/hook/prebuilt_server.dart';

void main() {
  test(
    'a library is downloaded once for all projects, and used offline',
    () async {
      final server = await PrebuiltServer.start();
      final project = _projectWith(server);
      final (asset, dependencies) = await project.run();
      expect(textOf(asset), PrebuiltServer.library);
      expect(asset.file!.pathSegments.last, 'librhai_dart.so');
      expect(asset.file!.path, startsWith(project.folder.path));
      expect(
        dependencies,
        contains(project.package.uri.resolve('prebuilt.json')),
      );
      expect(server.requests, [server.url.resolve(PrebuiltServer.file.name)]);
      expect(project.messages, [startsWith('rhai_dart: downloading http://')]);

      await server.stop();
      final (copy, _) = await HookProject(other: project).run();
      expect(textOf(copy), PrebuiltServer.library);
    },
  );

  group('it is not used', () {
    late FakeCargo cargo;
    late PrebuiltServer server;
    setUp(() async {
      cargo = FakeCargo();
      server = await PrebuiltServer.start();
    });

    Future<void> expectCompiled(
      HookProject project,
      String reason, {
      Sanitizer? sanitizer,
    }) async {
      await project.run(path: cargo.folder, sanitizer: sanitizer);
      expect(project.messages.first, contains('with cargo: $reason'));
      expect(cargo.calls, 1);
      expect(server.requests, isEmpty);
      await expectLater(
        project.run(
          path: cargo.folder,
          defines: {'source': 'prebuilt'},
          sanitizer: sanitizer,
        ),
        failsWith(reason, 'the pubspec says "source: prebuilt"'),
      );
    }

    test('when the sources were changed', () async {
      await expectCompiled(
        _projectWith(server)..write('rust/runtime/src/lib.rs', '// changed\n'),
        'prebuilt libraries are of other Rust sources',
      );
    });

    test('when a file was added', () async {
      await expectCompiled(
        _projectWith(server)..write('rust/runtime/src/deep/new.rs', ''),
        'prebuilt libraries are of other Rust sources',
      );
    });

    test('when the flags of the compiler were changed', () async {
      await expectCompiled(
        _projectWith(server)..write('hook/src/target.dart', '// changed\n'),
        'prebuilt libraries are of other Rust sources',
      );
    });

    test('when there is none for the target', () async {
      await expectCompiled(
        HookProject()..list({'other-target': PrebuiltServer.file}),
        'there is no prebuilt library for $_ownTriple',
      );
    });

    test('with a sanitizer', () async {
      await expectCompiled(
        _projectWith(server),
        'there are no prebuilt libraries with a sanitizer',
        sanitizer: Sanitizer.asan,
      );
    });
  });

  test('it is used though lines end as on Windows', () async {
    final project = _projectWith(await PrebuiltServer.start())
      ..write('rust/Cargo.toml', '// rust/Cargo.toml\r\n');
    final (asset, _) = await project.run();
    expect(textOf(asset), PrebuiltServer.library);
  });

  test('it is used though an editor left files of its own', () async {
    final project = _projectWith(await PrebuiltServer.start())
      ..write('rust/runtime/src/.lib.rs.swp', '');
    Link(
      '${project.package.path}/rust/runtime/src/.#lib.rs',
    ).createSync('ann@machine.1234');
    final (asset, _) = await project.run();
    expect(textOf(asset), PrebuiltServer.library);
  });

  test('a library with another hash is an error, and deleted', () async {
    final server = await PrebuiltServer.start((request) {
      request.response.write('something else');
      return request.response.close();
    });
    final project = _projectWith(server);
    final cargo = FakeCargo();
    await expectLater(
      project.run(path: cargo.folder),
      failsWith('is not the library of this release', 'it was deleted'),
    );
    expect(cargo.calls, 0);
    expect(_filesIn(project.cache).map((file) => file.lengthSync()), [0]);
  });

  test('a library that was changed in the cache is downloaded again', () async {
    final server = await PrebuiltServer.start();
    final project = _projectWith(server);
    await project.run();
    _filesIn(project.cache)
        .singleWhere((file) => file.path.endsWith('.so'))
        .writeAsStringSync('changed');
    final (asset, _) = await project.run();
    expect(textOf(asset), PrebuiltServer.library);
    expect(server.requests, hasLength(2));
  });

  test('after half a download, the next run downloads all', () async {
    var isBroken = true;
    final server = await PrebuiltServer.start((request) async {
      if (!isBroken) return PrebuiltServer.serveLibrary(request);
      final socket = await request.response.detachSocket(writeHeaders: false);
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 18\r\n\r\na pre');
      await socket.close();
      socket.destroy();
    });
    final project = _projectWith(server);
    await expectLater(
      project.run(defines: {'source': 'prebuilt'}),
      failsWith('cannot be downloaded', 'source: prebuilt'),
    );
    isBroken = false;
    final (asset, _) = await project.run();
    expect(textOf(asset), PrebuiltServer.library);
  });

  group('when the server does not give it', () {
    final silent = Completer<void>();
    tearDownAll(silent.complete);

    Future<void> Function(HttpRequest request) status(int code) => (request) {
      request.response.statusCode = code;
      return request.response.close();
    };

    for (final (name, answer, reason) in [
      ('404', status(404), 'HTTP status 404 of http://'),
      ('500', status(500), 'HTTP status 500 of http://'),
      (
        'silence',
        (HttpRequest request) => silent.future,
        'no answer within 0 s from http://',
      ),
      (
        'silence in the middle',
        (HttpRequest request) async {
          request.response
            ..bufferOutput = false
            ..contentLength = 1000
            ..write('a');
          await silent.future;
        },
        'no answer within 0 s from http://',
      ),
    ]) {
      test('($name), cargo compiles it', () async {
        final project = _projectWith(await PrebuiltServer.start(answer));
        final cargo = FakeCargo();
        const patience = Duration(milliseconds: 300);
        await project.run(path: cargo.folder, patience: patience);
        expect(cargo.calls, 1);
        expect(project.messages.join('\n'), contains('with cargo: $reason'));

        await expectLater(
          project.run(patience: patience),
          failsWith('cargo not found', reason),
        );
        await expectLater(
          project.run(
            path: cargo.folder,
            defines: {'source': 'prebuilt'},
            patience: patience,
          ),
          failsWith(reason, 'the pubspec says "source: prebuilt"'),
        );
      });
    }

    for (final address in ['file:///etc/hosts', 'http://[', 'http:///x']) {
      test('(a redirect to $address), cargo compiles it', () async {
        final server = await PrebuiltServer.start((request) {
          request.response
            ..statusCode = HttpStatus.found
            ..headers.set(HttpHeaders.locationHeader, address);
          return request.response.close();
        });
        final project = _projectWith(server);
        final cargo = FakeCargo();
        await project.run(path: cargo.folder);
        expect(cargo.calls, 1);
        expect(project.messages.join('\n'), contains('cannot be downloaded'));
      });
    }

    test('(no network), cargo compiles it', () async {
      final server = await PrebuiltServer.start();
      await server.stop();
      final project = _projectWith(server);
      final cargo = FakeCargo();
      await project.run(path: cargo.folder);
      expect(cargo.calls, 1);
      expect(project.messages.join('\n'), contains('cannot be downloaded'));
    });
  });

  test('redirects are followed', () async {
    final server = await PrebuiltServer.start();
    final front = await PrebuiltServer.start(
      (request) => request.response.redirect(
        server.url.resolve(request.uri.pathSegments.last),
      ),
    );
    final (asset, _) = await _projectWith(front).run();
    expect(textOf(asset), PrebuiltServer.library);
    expect(server.requests, hasLength(1));
  });

  test('the proxy of the environment is used', () async {
    final proxy = await PrebuiltServer.start();
    final project = HookProject()
      ..list({
        _ownTriple: PrebuiltServer.file,
      }, url: Uri.parse('http://nowhere.invalid/v1.0.0/'));
    final (asset, _) = await project.run(
      variables: {'HTTP_PROXY': proxy.url.authority},
    );
    expect(textOf(asset), PrebuiltServer.library);
    expect(proxy.requests.single.host, 'nowhere.invalid');
  });

  test('"url" is another server', () async {
    final server = await PrebuiltServer.start();
    final project = HookProject()..list({_ownTriple: PrebuiltServer.file});
    final (asset, _) = await project.run(
      defines: {'url': '${server.url}mirror'},
    );
    expect(textOf(asset), PrebuiltServer.library);
    expect(server.requests.single.path, contains('/mirror/'));
  });

  test('a password in "url" is sent, and not shown', () async {
    final authorizations = <String?>[];
    final server = await PrebuiltServer.start((request) {
      authorizations.add(
        request.headers.value(HttpHeaders.authorizationHeader),
      );
      request.response.statusCode = HttpStatus.forbidden;
      return request.response.close();
    });
    final url = server.url.replace(userInfo: 'ann:secret');
    final project = _projectWith(server);
    Future<void> expectFailure(String reason) => expectLater(
      project.run(defines: {'source': 'prebuilt', 'url': '$url'}),
      throwsA(
        isA<BuildFailure>().having(
          (failure) => failure.message,
          'message',
          allOf(contains(reason), isNot(contains('secret'))),
        ),
      ),
    );
    await expectFailure('HTTP status 403');
    expect(authorizations, [startsWith('Basic ')]);
    await server.stop();
    await expectFailure('cannot be downloaded');
    expect(project.messages.join(), isNot(contains('secret')));
  });

  test('a cache that cannot be written is not needed', () async {
    final project = _projectWith(await PrebuiltServer.start());
    File('${project.home.path}/.cache').createSync();
    final (asset, _) = await project.run();
    expect(textOf(asset), PrebuiltServer.library);
    expect(
      project.messages.join('\n'),
      contains('stays in the .dart_tool of this project'),
    );
  });

  group('a list', () {
    final (name: file, sha256: hash) = PrebuiltServer.file;
    for (final (name, libraries) in [
      ('that is cut off', '{'),
      ('without libraries', 'null}'),
      ('of a file elsewhere', '{"x": {"file": "../x.so", "sha256": "$hash"}}}'),
      ('of an address', '{"x": {"file": "http://a/x", "sha256": "$hash"}}}'),
      ('without hashes', '{"x": {"file": "$file", "sha256": "0"}}}'),
    ]) {
      test('$name is refused', () async {
        final project = HookProject()
          ..write(
            'prebuilt.json',
            '{"sources": "", "url": "http://a/", "libraries": $libraries',
          );
        final cargo = FakeCargo();
        await expectLater(
          project.run(path: cargo.folder),
          failsWith('prebuilt.json is not a list of prebuilt libraries'),
        );
        expect(cargo.calls, 0);
      });
    }
  });

  group('"path"', () {
    test('is a library', () async {
      final project = HookProject();
      File('${project.folder.path}/own.so').writeAsStringSync('own');
      final (asset, dependencies) = await project.run(
        defines: {'source': 'prebuilt', 'path': 'own.so'},
      );
      expect(textOf(asset), 'own');
      expect(asset.file!.pathSegments.last, 'librhai_dart.so');
      expect(dependencies, contains(project.folder.uri.resolve('own.so')));
    });

    test('is a folder of libraries that were downloaded before', () async {
      final folder = temporaryFolder();
      final project = HookProject()..list({_ownTriple: PrebuiltServer.file});
      final defines = {'source': 'prebuilt', 'path': folder.path};
      await expectLater(
        project.run(defines: defines),
        failsWith('there is no ${folder.path}/prebuilt.json.'),
      );

      File(
        '${project.package.path}/prebuilt.json',
      ).copySync('${folder.path}/prebuilt.json');
      final library = File('${folder.path}/${PrebuiltServer.file.name}')
        ..writeAsStringSync('another');
      await expectLater(
        project.run(defines: defines),
        failsWith(
          library.path,
          'not the file that prebuilt.json beside it means',
        ),
      );

      library.writeAsStringSync(PrebuiltServer.library);
      final (asset, _) = await project.run(defines: defines);
      expect(textOf(asset), PrebuiltServer.library);

      project.write('rust/Cargo.lock', '// changed\n');
      await expectLater(
        project.run(defines: defines),
        failsWith('prebuilt libraries are of other Rust sources'),
      );
    });

    test('must exist', () async {
      await expectLater(
        HookProject().run(defines: {'source': 'prebuilt', 'path': 'no.so'}),
        failsWith('no.so, which the pubspec names as "path"'),
      );
    });
  });
}

/// A project with a library for this machine, prebuilt from its sources.
HookProject _projectWith(PrebuiltServer server) =>
    HookProject()..list({_ownTriple: PrebuiltServer.file}, url: server.url);

/// Rust's name of this machine.
final String _ownTriple = ownTarget(isMusl: false).triple;

List<File> _filesIn(Directory folder) =>
    folder.listSync(recursive: true).whereType<File>().toList();
