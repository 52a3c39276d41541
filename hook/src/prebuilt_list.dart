import 'dart:convert';
import 'dart:io';

import 'build_failure.dart';

/// A library that was compiled before: its file's name and SHA-256.
typedef PrebuiltFile = ({String name, String sha256});

/// The libraries that exist for the sources of a release, as `prebuilt.json` lists
/// them. `tool/prebuild.dart` writes that file.
final class PrebuiltList {
  /// Creates a list.
  PrebuiltList({
    required this.sources,
    required this.url,
    required this.libraries,
  });

  /// Reads the list in [file].
  ///
  /// Throws a [BuildFailure] if it is none.
  factory PrebuiltList.read(File file) {
    try {
      if (jsonDecode(file.readAsStringSync()) case {
        'sources': final String sources,
        'url': final String url,
        'libraries': final Map<String, Object?> libraries,
      }) {
        return PrebuiltList(
          sources: sources,
          url: Uri.parse(url),
          libraries: libraries.map((key, value) => MapEntry(key, _file(value))),
        );
      }
      throw const FormatException('"sources", "url" or "libraries" is missing');
    } on Exception catch (e) {
      throw BuildFailure(
        '${file.path} is not a list of prebuilt libraries: $e\n'
        'Get it again from the release. See $manual',
      );
    }
  }

  /// A file is in the folder of the list: nothing else is read or downloaded.
  static PrebuiltFile _file(Object? json) => switch (json) {
    {'file': final String name, 'sha256': final String hash}
        when RegExp(r'^\w[\w.-]*$').hasMatch(name) &&
            RegExp(r'^[0-9a-f]{64}$').hasMatch(hash) =>
      (name: name, sha256: hash),
    _ => throw FormatException('${jsonEncode(json)} names no file and SHA-256'),
  };

  /// Hash of the sources that the libraries were compiled from.
  final String sources;

  /// Folder that the libraries are downloaded from.
  final Uri url;

  /// Libraries by Rust's name of their target.
  final Map<String, PrebuiltFile> libraries;

  /// Writes the list to [file].
  void write(File file) => file.writeAsStringSync(
    '${const JsonEncoder.withIndent('  ').convert({
      'sources': sources,
      'url': '$url',
      'libraries': {
        for (final triple in libraries.keys.toList()..sort()) triple: {'file': libraries[triple]!.name, 'sha256': libraries[triple]!.sha256},
      },
    })}\n',
  );
}
