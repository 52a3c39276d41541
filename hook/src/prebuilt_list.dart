import 'dart:convert';
import 'dart:io';

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
  factory PrebuiltList.read(File file) {
    final json = jsonDecode(file.readAsStringSync()) as Map<String, Object?>;
    return PrebuiltList(
      sources: json['sources'] as String,
      url: Uri.parse(json['url'] as String),
      libraries: {
        for (final MapEntry(:key, :value)
            in (json['libraries'] as Map<String, Object?>).entries)
          if (value case {
            'file': final String name,
            'sha256': final String hash,
          })
            key: (name: name, sha256: hash),
      },
    );
  }

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
