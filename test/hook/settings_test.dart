/// Settings of the user: `hooks: user_defines: rhai_dart:` in a pubspec.
@TestOn('!windows')
library;

import 'package:code_assets/code_assets.dart';
import 'package:test/test.dart';

import '../support/hook/failures.dart';
import '../support/hook/fake_cargo.dart';
import '../support/hook/hook_project.dart';

void main() {
  Future<void> expectRefused(Map<String, Object?> defines, String reason) =>
      expectLater(
        HookProject().run(defines: defines),
        failsWith('under hooks: user_defines: rhai_dart: $reason'),
      );

  test('an unknown key is refused, with those that are valid', () async {
    await expectRefused({
      'sources': 'build',
    }, '"sources" is unknown. Valid are source, path, url.');
  });

  test('an unknown source is refused, with those that are valid', () async {
    await expectRefused({
      'source': 'cargo',
    }, '"source: cargo" is unknown. Valid are build, prebuilt, system.');
  });

  test('values are texts', () async {
    await expectRefused({'source': true}, '"source" must be a text.');
    await expectRefused({
      'source': 'prebuilt',
      'path': ['a'],
    }, '"path" must be a text.');
  });

  test('a path without a source that needs it is refused', () async {
    const reason = '"path" needs "source: prebuilt" or "source: system".';
    await expectRefused({'path': 'x.so'}, reason);
    await expectRefused({'path': 'x.so', 'source': 'build'}, reason);
  });

  test('a URL for what is not downloaded is refused', () async {
    const reason = '"url" needs "source: prebuilt", or no source.';
    await expectRefused({'url': 'https://a.b', 'source': 'build'}, reason);
    await expectRefused({'url': 'https://a.b', 'source': 'system'}, reason);
    await expectRefused({
      'url': 'https://a.b',
      'source': 'prebuilt',
      'path': 'x',
    }, '"path" and "url" exclude each other.');
    await expectRefused({
      'url': 'ftp://a.b',
    }, '"url: ftp://a.b" must begin with https:// or http://.');
    for (final url in ['https://', 'https://a.b/?key=1', 'https://a.b/#c']) {
      await expectRefused({
        'url': url,
      }, '"url: $url" must name a folder on a server');
    }
  });

  test(
    'the library of the system is loaded by its name, or from a path',
    () async {
      final project = HookProject();
      final (byName, dependencies) = await project.run(
        defines: {'source': 'system'},
        os: OS.linux,
      );
      expect(
        byName.linkMode,
        DynamicLoadingSystem(Uri(path: 'librhai_dart.so')),
      );
      expect(byName.file, isNull);
      expect(dependencies, isEmpty);

      final (byPath, _) = await project.run(
        defines: {'source': 'system', 'path': '/opt/rhai/librhai_dart.so'},
      );
      expect(
        byPath.linkMode,
        DynamicLoadingSystem(Uri.file('/opt/rhai/librhai_dart.so')),
      );
    },
  );

  test('source: build compiles though there is a prebuilt library', () async {
    final cargo = FakeCargo();
    final project = HookProject()
      ..list({'x86_64-unknown-linux-gnu': (name: 'x', sha256: '0' * 64)});
    await project.run(
      path: cargo.folder,
      defines: {'source': 'build'},
      os: OS.linux,
      architecture: Architecture.x64,
    );
    expect(cargo.calls, 1);
    expect(
      project.messages.first,
      contains('the pubspec says "source: build"'),
    );
  });
}
