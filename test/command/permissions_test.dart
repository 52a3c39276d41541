/// Scripts of the command may do what `--allow` says, and nothing else.
@Tags(['sdk'])
library;

import 'dart:convert';
import 'dart:io';

import 'package:test/test.dart';

import '../support/command.dart';

void main() {
  late ScriptFolder scripts;

  setUp(() => scripts = ScriptFolder());

  Future<CommandResult> run(String text, [String allow = '']) => rhai([
    if (allow.isNotEmpty) '--allow=$allow',
    scripts.write('s.rhai', text),
  ]);

  /// A script whose value has an entry for each expression: its value, or "error".
  String tryAll(List<String> expressions) => [
    'let r = [];',
    for (final expression in expressions)
      'try { r.push({ $expression }) } catch { r.push("error") }',
    'r',
  ].join('\n');

  test('nothing is allowed by itself', () async {
    final result = await run(
      tryAll([
        'http::get("http://localhost")',
        'fs::read("a")',
        'fs::write("a", "b")',
        'env::get("HOME")',
      ]),
    );
    expect(result.output, '["error", "error", "error", "error"]\n');
    for (final name in ['fs::read', 'env::get', 'http::get']) {
      final call = await run('$name("a")');
      expect(call.exitCode, 1);
      expect(call.errors, contains(name.split('::').first));
    }
    expect((await run('import "a" as a;')).exitCode, 1);
  });

  test('env reads environment variables', () async {
    final path = scripts.write('s.rhai', '[env::get("A"), env::get("B_")]');
    final result = await rhai(['--allow=env', path], environment: {'A': 'b c'});
    expect(result.output, '["b c", ()]\n');
  });

  group('files:', () {
    setUp(() {
      scripts
        ..write('data/a.txt', 'text ä')
        ..write('data/sub/b.txt', 'b')
        ..write('secret.txt', 'secret');
      Directory(scripts.path('out')).createSync();
    });

    String read() => 'read=${scripts.path('data')}';
    String write() => 'write=${scripts.path('out')}';

    test('read, exists, list', () async {
      final result = await run(
        '[fs::read("a.txt"), fs::read("sub/b.txt"), fs::read("./a.txt"), '
        'fs::exists("a.txt"), fs::exists("sub"), fs::exists("c"), '
        'fs::list("."), fs::list("sub")]',
        read(),
      );
      expect(
        result.output,
        '["text ä", "b", "text ä", true, true, false, '
        '["a.txt", "sub"], ["b.txt"]]\n',
      );
    });

    test(
      'a folder that may be read cannot be written, and vice versa',
      () async {
        expect((await run('fs::write("x", "y")', read())).exitCode, 1);
        expect((await run('fs::read("x")', write())).exitCode, 1);
      },
    );

    test('write creates and replaces files', () async {
      final result = await run(
        'fs::write("x.txt", "1"); fs::write("x.txt", "2ä")',
        write(),
      );
      expect(result, (exitCode: 0, output: '', errors: ''));
      expect(File(scripts.path('out/x.txt')).readAsStringSync(), '2ä');
    });

    test('both at once, in one folder', () async {
      final folder = scripts.path('out');
      final result = await run(
        'fs::write("x", "1"); fs::read("x")',
        'read=$folder,write=$folder',
      );
      expect(result.output, '1\n');
    });

    test('errors are exceptions that say what is wrong', () async {
      final result = await run('''
        let r = [];
        for path in ["no.txt", "sub", "../secret.txt"] {
          try { fs::read(path) } catch (e) { r.push(e.message) }
        }
        r''', read());
      expect(result.output, contains('does not exist'));
      expect(result.output, contains('is no file'));
      expect(
        result.output,
        contains('is not in the folder that scripts may use'),
      );
    });

    test('no path leads out', () async {
      final secret = scripts.path('secret.txt');
      final paths = [
        '../secret.txt',
        'sub/../../secret.txt',
        './../secret.txt',
        'a.txt/../../secret.txt',
        secret,
        '/$secret',
        '/etc/hostname',
        'file://$secret',
        '~/.profile',
        '',
        '/',
        '..',
        'sub/..',
        r'..\\secret.txt',
        r'sub\\..\\..\\secret.txt',
        'a.txt\\x00',
        '../data/a.txt',
        '../data-other/c.txt',
        'sub//b.txt',
        'sub/',
        '/dev/zero',
        'x' * 5000,
        '${'x/' * 5000}y',
      ];
      scripts.write('data-other/c.txt', 'secret');
      final result = await run(
        tryAll([
          for (final path in paths) ...[
            'fs::read("$path")',
            'fs::list("$path")',
            'if fs::exists("$path") { "exists" } else { "error" }',
          ],
        ]),
        read(),
      );
      expect(result.errors, isEmpty);
      final values = jsonDecode(result.output) as List<Object?>;
      expect(values, hasLength(paths.length * 3));
      expect(values, everyElement('error'));
      final written = await run(
        tryAll([
          for (final path in paths) 'fs::write("$path", "x"); "written"',
        ]),
        'write=${scripts.path('data')}',
      );
      expect(jsonDecode(written.output), everyElement('error'));
      expect(File(secret).readAsStringSync(), 'secret');
    });

    // On Windows not everybody may make links.
    test('no link leads out', testOn: '!windows', () async {
      final data = scripts.path('data');
      Link('$data/file').createSync(scripts.path('secret.txt'));
      Link('$data/folder').createSync(scripts.folder.path);
      Link('$data/relative').createSync('../secret.txt');
      Link('$data/dangling').createSync(scripts.path('new.txt'));
      Link('$data/loop').createSync('loop');
      Link('$data/twice').createSync('relative');
      Link('$data/inside').createSync('a.txt');
      final paths = [
        ...['file', 'folder', 'folder/secret.txt', 'relative', 'dangling'],
        ...['loop', 'twice', 'folder/data/a.txt/../../secret.txt'],
      ];
      final result = await run(
        tryAll([
          for (final path in paths) ...[
            'fs::read("$path")',
            'fs::list("$path")',
            'if fs::exists("$path") { "exists" } else { "error" }',
          ],
          'fs::read("folder/new.txt")',
        ]),
        read(),
      );
      expect(jsonDecode(result.output), everyElement('error'));
      final written = await run(
        tryAll([
          for (final path in [...paths, 'folder/new.txt'])
            'fs::write("$path", "x"); "written"',
        ]),
        'write=$data',
      );
      expect(jsonDecode(written.output), everyElement('error'));
      expect(File(scripts.path('secret.txt')).readAsStringSync(), 'secret');
      expect(File(scripts.path('new.txt')).existsSync(), isFalse);
      final inside = await run(
        'fs::write("inside", "new"); fs::read("a.txt") + fs::read("inside")',
        'read=$data,write=$data',
      );
      expect(inside.output, 'newnew\n');
    });

    test(
      'a folder that is a link itself may be used',
      testOn: '!windows',
      () async {
        Link(scripts.path('link')).createSync('data');
        final link = scripts.path('link');
        expect(
          (await run('fs::read("a.txt")', 'read=$link')).output,
          'text ä\n',
        );
      },
    );

    test('devices and pipes are no files', testOn: '!windows', () async {
      final data = scripts.path('data');
      await Process.run('mkfifo', ['$data/pipe']);
      Link('$data/null').createSync('/dev/null');
      final result = await run(
        tryAll([
          'fs::read("pipe")',
          'fs::write("pipe", "x")',
          'fs::read("null")',
        ]),
        'read=$data,write=$data',
      );
      expect(jsonDecode(result.output), everyElement('error'));
    });

    test('what is too large or no text is an error', () async {
      final data = scripts.path('data');
      File('$data/large').openSync(mode: FileMode.write)
        ..truncateSync(11 << 20)
        ..closeSync();
      File('$data/bytes').writeAsBytesSync([0xff]);
      final result = await run('''
        let r = [];
        for path in ["large", "bytes"] {
          try { fs::read(path) } catch (e) { r.push(e.message) }
        }
        r''', read());
      expect(result.output, contains('has more than 10485760 bytes'));
      expect(result.output, contains('is not text in UTF-8'));
    });
  });

  group('http:', () {
    late HttpServer server;
    late String url;

    setUp(() async {
      server = await HttpServer.bind(InternetAddress.loopbackIPv4, 0);
      url = 'http://${server.address.host}:${server.port}';
      addTearDown(() => server.close(force: true));
      server.listen((request) async {
        final body = await utf8.decodeStream(request);
        final response = request.response;
        switch (request.uri.path) {
          case '/missing':
            response.statusCode = 404;
          case '/large':
            response.add(List.filled(20 << 20, 65));
          default:
            final type = request.headers.contentType?.mimeType;
            response.write('${request.method} $type $body ä');
        }
        await response.close();
      });
    });

    test('get and post return the text of the response', () async {
      final result = await run('''
        [
          http::get("$url/"), http::post("$url/", "text"),
          http::post("$url/", #{a: [1, ()]}), http::post("$url/", blob(1, 65)),
          parse_json(http::post("$url/x", "1").sub_string(16, 1)),
        ]''', 'http');
      expect(
        result.output,
        r'["GET null  ä", "POST text/plain text ä", '
        r'"POST application/json {\"a\":[1,null]} ä", '
        '"POST application/octet-stream A ä", 1]\n',
      );
    });

    test('errors are exceptions', () async {
      final closed = await HttpServer.bind(InternetAddress.loopbackIPv4, 0);
      final port = closed.port;
      await closed.close();
      final result = await run('''
        let r = [];
        for url in ["$url/missing", "$url/large", "http://127.0.0.1:$port/",
                    "ftp://a/", "file:///etc/hostname", "/", "", "http://"] {
          try { http::get(url); r.push("none") } catch (e) { r.push(e.message) }
        }
        r''', 'http');
      expect(result.errors, isEmpty);
      final messages = jsonDecode(result.output) as List<Object?>;
      expect(messages, hasLength(8));
      expect(messages, isNot(contains('none')));
      expect(messages[0], contains('404 Not Found'));
      expect(messages[1], contains('more than 10485760 bytes'));
      expect(messages.sublist(3), everyElement(contains('is no URL')));
    });
  });
}
