/// The rules of the architecture: one entry for each crate and each folder.
library;

/// Folder that holds the crates, each in a folder of its own.
const rustFolder = 'rust';

/// Crates by their folder.
const crates = {
  'rust/fibers': CrateRule(outside: ['corosensei', 'libc', 'windows-sys']),
  'rust/memory': CrateRule(outside: ['libc']),
  'rust/runtime': CrateRule(
    ours: ['rust/fibers', 'rust/memory'],
    outside: ['rhai', 'lru', 'serde_json', 'slotmap', 'tokio'],
    forTests: ['rust/test_host'],
    forbidden: {
      r'extern\s*"C"': 'functions for C belong to rust/dart',
      r'\b\w*Dart\w*|\bdart_\w+|\w+_dart\b':
          'the runtime does not know Dart, only a host',
    },
  ),
  'rust/dart': CrateRule(
    ours: ['rust/memory', 'rust/runtime'],
    outside: ['rhai'],
    forTests: ['rust/test_host'],
  ),
  'rust/test_host': CrateRule(
    ours: ['rust/memory', 'rust/runtime'],
    outside: ['rhai'],
  ),
  'rust/benchmark': CrateRule(outside: ['rhai']),
};

/// Folders of Dart files, each with the folders that its files may import beside
/// their own.
///
/// Every folder may also import the leaves in `lib/src`: files that import nothing
/// of ours but other leaves, such as errors, limits and positions.
const dartFolders = {
  'lib': ['lib/src'],
  leavesFolder: [
    'lib/src/execution',
    'lib/src/records',
    'lib/src/parameters',
    'lib/src/wire',
    'lib/src/ffi',
  ],
  // A program, which uses what everybody can use.
  'lib/src/command': ['lib'],
  'lib/src/execution': [
    'lib/src/records',
    'lib/src/parameters',
    'lib/src/wire',
    'lib/src/ffi',
  ],
  'lib/src/records': ['lib/src/parameters', 'lib/src/wire', 'lib/src/ffi'],
  'lib/src/parameters': ['lib/src/wire', 'lib/src/ffi'],
  'lib/src/wire': ['lib/src/ffi'],
  'lib/src/ffi': <String>[],
};

/// Folder of the public classes, and so of the leaves.
const leavesFolder = 'lib/src';

/// Leaves that are not public: the numbers of the protocol, and what options are made of.
const otherLeaves = {'lib/src/wire/options.dart', 'lib/src/wire/protocol.dart'};

/// Dependencies that a crate may have, and words that its code may not.
class CrateRule {
  /// Creates a rule; without arguments the crate may depend on nothing.
  const CrateRule({
    this.ours = const [],
    this.outside = const [],
    this.forTests = const [],
    this.forbidden = const {},
  });

  /// Folders of those of our crates that it may depend on.
  final List<String> ours;

  /// Names of the outside crates that it may depend on.
  final List<String> outside;

  /// Folders of those of our crates that only its tests may depend on. They may also
  /// depend on any outside crate.
  final List<String> forTests;

  /// Regular expressions that must not match its code, each with the reason.
  final Map<String, String> forbidden;

  /// Whether it may depend on [crate], the folder of one of ours or another's name.
  bool allows(String crate) => ours.contains(crate) || outside.contains(crate);
}
