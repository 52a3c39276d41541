/// Writes NOTICES: the licences of all that the native library is made of.
///
///     ./dartw run tool/write_notices.dart          # writes it
///     ./dartw run tool/write_notices.dart --check  # fails if it would be another
///
/// Flutter puts the file into the licences that an app shows. It has the format that
/// Flutter reads: sections between lines of 80 hyphens, each with names, an empty line and
/// a text.
library;

import 'dart:convert';
import 'dart:io';

const _manifest = 'rust/Cargo.toml';

/// One target for each operating system: crates do not depend on the processor.
const _targets = [
  'x86_64-unknown-linux-gnu',
  'aarch64-apple-darwin',
  'x86_64-pc-windows-msvc',
  'aarch64-linux-android',
  'aarch64-apple-ios',
];

/// Names of files with a licence, the one that asks for least first.
final _licenseFiles = [
  RegExp(r'^LICENSE-MIT(\.\w+)?$', caseSensitive: false),
  RegExp(r'^LICEN[SC]E(\.\w+)?$', caseSensitive: false),
];

void main(List<String> arguments) {
  final file = File('NOTICES');
  final notices = _notices();
  if (!arguments.contains('--check')) {
    file.writeAsStringSync(notices);
  } else if (!file.existsSync() || file.readAsStringSync() != notices) {
    stderr.writeln(
      'write_notices: NOTICES is not up to date.\n'
      'Run: ./dartw run tool/write_notices.dart',
    );
    exitCode = 1;
    return;
  }
  print(
    'write_notices: NOTICES has ${_separator.allMatches(notices).length} '
    'sections for others than this package',
  );
}

final _separator = '\n${'-' * 80}\n';

String _notices() {
  final own = File('LICENSE').readAsStringSync().replaceAll(_separator, '');
  final names = <String, List<String>>{};
  for (final crate in _crates()) {
    names.putIfAbsent(_licenseOf(crate), () => []).addAll([
      crate.name,
      // From the same authors, under the same licence.
      if (crate.name == 'libc') 'The standard library of Rust',
    ]);
  }
  return [
    'rhai_dart\n\n${own.trim()}\n',
    for (final MapEntry(key: text, value: names) in names.entries)
      '${names.join('\n')}\n\n$text\n',
  ].join(_separator);
}

/// A dependency of the library: its name, where its files are, what its manifest says.
typedef _Crate = ({
  String name,
  Directory folder,
  String license,
  String repository,
});

/// All crates that the library has code of, sorted by name.
List<_Crate> _crates() {
  final linked = _cargo([
    ...['tree', '--package=dart', '--edges=normal,no-proc-macro'],
    ...['--prefix=none', '--format={p}'],
    for (final target in _targets) '--target=$target',
  ]).split('\n').map((line) => line.split(' ').take(2).join(' ')).toSet();
  final metadata =
      jsonDecode(_cargo(['metadata', '--format-version=1'])) as _Json;
  return [
    for (final package in (metadata['packages'] as List).cast<_Json>())
      // The package's own crates have no source.
      if (package['source'] != null &&
          linked.contains('${package['name']} v${package['version']}'))
        (
          name: package['name'] as String,
          folder: File(package['manifest_path'] as String).parent,
          license: package['license'] as String,
          repository: package['repository'] as String,
        ),
  ]..sort((a, b) => a.name.compareTo(b.name));
}

typedef _Json = Map<String, Object?>;

String _licenseOf(_Crate crate) {
  final files = crate.folder.listSync().whereType<File>();
  for (final name in _licenseFiles) {
    for (final file in files) {
      if (!name.hasMatch(file.uri.pathSegments.last)) continue;
      final text = file.readAsStringSync().replaceAll('\r', '').trim();
      // This licence wants it to be said.
      return crate.license.contains('MPL')
          ? 'The source is at ${crate.repository}.\n\n$text'
          : text;
    }
  }
  throw StateError('${crate.folder.path} has no file with a licence');
}

String _cargo(List<String> arguments) {
  final result = Process.runSync('cargo', [
    ...arguments,
    ...['--locked', '--manifest-path=$_manifest'],
  ]);
  if (result.exitCode != 0) throw StateError('${result.stderr}');
  return result.stdout as String;
}
