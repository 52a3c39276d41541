/// Modules from a folder, which no path leads out of.
@TestOn('!windows')
library;

import 'dart:io';

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import '../support/engines.dart';
import '../support/folders.dart';

void main() {
  late Directory outer;
  late Directory folder;
  late DirectoryModuleLoader loader;

  void write(String path, String text) => File('${folder.path}/$path')
    ..parent.createSync(recursive: true)
    ..writeAsStringSync(text);

  void link(String path, String target) =>
      Link('${folder.path}/$path').createSync(target);

  Future<Object?> import(String path) {
    final config = RhaiConfig(moduleLoader: loader.call);
    return engineWith(config).evalAsync('import `$path` as x; x::X');
  }

  setUp(() {
    outer = temporaryFolder();
    folder = Directory('${outer.path}/modules')..createSync();
    loader = DirectoryModuleLoader(folder.path);
  });

  test('Modules are files in the folder', () async {
    write('a.rhai', 'import "./lib/b" as b; export const X = b::X + 1;');
    write('lib/b.rhai', 'import "../c.d" as c; export const X = c::X + 1;');
    write('c.d.rhai', '\u{feff}export const X = 1;');
    expect(await import('a'), 3);
    expect(await import('lib/b'), 2);
    expect(await loader('nope'), isNull);
    expect(await loader('lib'), isNull);
    expect(await loader('c'), isNull);
  });

  test('The extension can be another one, or none', () async {
    write('a.txt', '1');
    write('b', '2');
    expect(
      await DirectoryModuleLoader(folder.path, extension: '.txt')('a'),
      '1',
    );
    expect(await DirectoryModuleLoader(folder.path, extension: '')('b'), '2');
    for (final extension in ['rhai', '/x', '.', '..', './x', r'.\x', '.a/b']) {
      expect(
        () => DirectoryModuleLoader(folder.path, extension: extension),
        throwsArgumentError,
        reason: extension,
      );
    }
    expect(
      () => DirectoryModuleLoader(folder.path, maxBytes: -1),
      throwsArgumentError,
    );
  });

  test('The folder may appear later, and be a link', () async {
    final later = DirectoryModuleLoader('${outer.path}/later');
    expect(await later('a'), isNull);
    write('a.rhai', '1');
    Link('${outer.path}/later').createSync(folder.path);
    expect(await later('a'), '1');
  });

  test('The folder does not move with the current one', () async {
    write('a.rhai', '1');
    final before = Directory.current;
    addTearDown(() => Directory.current = before);
    Directory.current = outer;
    final relative = DirectoryModuleLoader('modules');
    Directory.current = before;
    expect(await relative('a'), '1');
  });

  group('No path leads out of the folder:', () {
    setUp(() {
      File('${outer.path}/secret.rhai').writeAsStringSync('secret');
      Directory('${outer.path}/modules2').createSync();
      File('${outer.path}/modules2/secret.rhai').writeAsStringSync('secret');
      write('a.rhai', 'a');
      write('sub/b.rhai', 'b');
    });

    test('none that is written in any other way', () async {
      final paths = [
        // Up, and to nowhere.
        '../secret', 'sub/../../secret', '..', '.', '', './a', 'sub/./b',
        '../modules/a', '../modules2/secret', 'sub/../a', 'sub//b', '/a',
        'sub/', '/', '//', r'..\secret', r'sub\..\..\secret', r'sub\b',
        // From the root, of drives and of servers.
        '${outer.path}/secret', '/etc/passwd', r'C:\secret', 'C:secret',
        'C:/secret', r'\\server\share\x', '//server/share/x', r'\\?\C:\x',
        r'\\.\pipe\x', 'file:///etc/passwd', '~/secret', '~',
        // Names that Windows takes otherwise.
        'CON', 'con', 'Nul', 'aux', 'prn.x', 'com1', 'LPT9', 'sub/con',
        'a.', 'a ', ' a', 'a...', 'sub./b', 'sub /b', 'a::\$DATA', 'a:b', 'a:',
        // Characters of all kinds.
        'a\u0000', 'a\u0000.txt', '\u0000', 'a\n', 'a\r', 'a\t', 'a*', 'a?',
        'a|', 'a"', '<a>', 'a%2e', '%2e%2e/secret', 'é', 'e\u0301', 'ａ',
        'a\u200b', '\u202ea', '‥/secret', '.\u0301./secret', '\ud800', 'ſub/b',
        // Dots at the ends.
        '.a', '.hidden', '..a', 'a..', '...', '.../a',
        // Lengths.
        'x' * 256, 'x' * 100000, List.filled(600, 'a').join('/'),
        '../' * 5000,
      ];
      for (final path in paths) {
        expect(await loader(path), isNull, reason: path);
      }
      expect(await loader('x' * 250), isNull);
      expect(await loader('a'), 'a');
      expect(await loader('sub/b'), 'b');
    });

    test('no path of a script', () async {
      for (final path in [
        '../secret', './../secret', '/etc/passwd', '${outer.path}/secret', //
      ]) {
        await expectLater(
          import(path),
          throwsA(
            isA<RhaiRuntimeError>().having(
              (e) => e.kind,
              'kind',
              RhaiRuntimeErrorKind.moduleNotFound,
            ),
          ),
        );
      }
    });

    test('no link', () async {
      link('out.rhai', '${outer.path}/secret.rhai');
      link('up.rhai', '../secret.rhai');
      link('folder', outer.path);
      link('beside', '../modules2');
      link('around', '../modules/../modules2');
      link('twice.rhai', 'up.rhai');
      link('loop.rhai', 'loop.rhai');
      link('dangling.rhai', 'nowhere.rhai');
      link('root', '/');
      for (final path in [
        'out', 'up', 'folder/secret', 'beside/secret', 'around/secret', //
        'twice', 'loop', 'dangling', 'root/etc/passwd',
      ]) {
        expect(await loader(path), isNull, reason: path);
      }
    });

    test('but links within it are followed', () async {
      link('same.rhai', 'a.rhai');
      link('other', 'sub');
      link('around.rhai', '../modules/sub/b.rhai');
      expect(await loader('same'), 'a');
      expect(await loader('other/b'), 'b');
      expect(await loader('around'), 'b');
    });
  });

  group('Only ordinary files are read:', () {
    test('no folders', () async {
      Directory('${folder.path}/a.rhai').createSync();
      expect(await loader('a'), isNull);
    });

    test('no pipes', () async {
      final made = Process.runSync('mkfifo', ['${folder.path}/a.rhai']);
      expect(made.exitCode, 0, reason: '${made.stderr}');
      link('b.rhai', 'a.rhai');
      expect(await loader('a'), isNull);
      expect(await loader('b'), isNull);
    });

    test('no sockets', () async {
      final address = InternetAddress(
        '${folder.path}/a.rhai',
        type: InternetAddressType.unix,
      );
      final server = await ServerSocket.bind(address, 0);
      addTearDown(server.close);
      expect(await loader('a'), isNull);
    });

    test('no devices', () async {
      link('zero.rhai', '/dev/zero');
      expect(await loader('zero'), isNull);
      // Making a device takes rights that few have.
      final path = '${folder.path}/a.rhai';
      final made = Process.runSync('mknod', [path, 'c', '1', '5']);
      if (made.exitCode != 0) return markTestSkipped('${made.stderr}');
      expect(await loader('a'), isNull);
    });
  });

  group('A file that cannot be a module is an error', () {
    Matcher throwsMessage<E>(String message) => throwsA(
      isA<E>().having(
        (e) => '$e',
        'text',
        allOf(contains(message), isNot(contains(folder.path))),
      ),
    );

    test('if it is too large', () async {
      write('a.rhai', 'x' * 100);
      write('b.rhai', 'x' * 101);
      loader = DirectoryModuleLoader(folder.path, maxBytes: 100);
      expect(await loader('a'), 'x' * 100);
      await expectLater(
        loader('b'),
        throwsMessage<FileSystemException>(
          'the file b.rhai has more than 100 bytes',
        ),
      );
      final sparse =
          File('${folder.path}/c.rhai').openSync(mode: FileMode.write)
            ..truncateSync(1 << 40)
            ..closeSync();
      expect(sparse, isNotNull);
      await expectLater(
        loader('c'),
        throwsMessage<FileSystemException>('more than 100 bytes'),
      );
      await expectLater(
        import('c'),
        throwsMessage<RhaiRuntimeError>('cannot load module c: '),
      );
    });

    test('if it is no UTF-8', () async {
      File('${folder.path}/a.rhai').writeAsBytesSync([0x31, 0xff]);
      await expectLater(
        loader('a'),
        throwsMessage<FormatException>('the file a.rhai is no UTF-8'),
      );
    });
  });

  test('A file that is replaced meanwhile is read as it is, or not', () async {
    File('${outer.path}/secret.rhai').writeAsStringSync('secret');
    final path = '${folder.path}/a.rhai';
    for (var i = 0; i < 200; i++) {
      File(path).writeAsStringSync('mine');
      final text = loader('a');
      // In between, at whatever step the loader is.
      for (var turn = 0; turn < i % 8; turn++) {
        await Future<void>.delayed(Duration.zero);
      }
      File(path).deleteSync();
      Link(path).createSync('../secret.rhai');
      Object? read;
      try {
        read = await text;
      } on FileSystemException catch (error) {
        read = error;
      }
      expect(read, isNot('secret'));
      Link(path).deleteSync();
    }
  });
}
