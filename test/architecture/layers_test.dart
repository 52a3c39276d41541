/// The checker of the layers finds every kind of offence in small packages. It finds
/// none in this one.
library;

import 'dart:io';

import 'package:test/test.dart';

import '../../tool/layers/check.dart';
import '../support/folders.dart';

void main() {
  test('a package that keeps the rules has no problems', () {
    expect(problemsOf({}), isEmpty);
  });

  group('circles of Rust files:', () {
    final circles = <String, Map<String, String>>{
      'paths from the crate': {
        'a.rs': 'use crate::b::B;\npub struct A(B);',
        'b.rs': 'use crate::a::A;\npub struct B;',
      },
      'nested groups over several lines': {
        'a.rs': 'use crate::{\n    c,\n    b::{inner::{self, X}, B},\n};',
        'b.rs': 'pub use crate::a;',
        'c.rs': '',
      },
      'self, super and child modules': {
        'a.rs': 'mod child;\nuse self::child::X;',
        'a/child.rs': 'use super::*;',
      },
      'a function of a child, called by its path': {
        'a.rs': 'mod child;\nfn f() { child::g() }',
        'a/child.rs': 'fn g() { super::f() }',
      },
      'paths in the middle of code': {
        'a.rs': 'fn f() { crate::b::g::<u8>() }',
        'b.rs': 'fn g() -> <crate::a::T as X>::Y { todo!() }',
      },
      'a module under another name': {
        'a.rs': 'use crate::b as other;\nfn f() { other::g() }',
        'b.rs': 'fn g() { crate::a::f() }',
      },
      'mod.rs': {
        'a/mod.rs': 'pub mod child;\nuse crate::b;',
        'b.rs': 'use crate::a;',
      },
      'a module in an imported one': {
        'a/child.rs': 'use crate::b;',
        'a.rs': 'pub mod child;',
        'b.rs': 'use crate::a;\nfn f() { a::child::g() }',
      },
      'a module that came with all others': {
        'a.rs': 'pub mod one; pub mod two;',
        'a/one.rs': 'use super::*;\nfn f() { two::g() }',
        'a/two.rs': 'use super::one::f;',
      },
      'what a private module is re-exported as': {
        'a.rs': 'mod child;\npub use child::X;\nuse crate::b;',
        'a/child.rs': 'pub struct X;',
        'b.rs': 'use crate::a::child::X;',
      },
      'super in a module within a file': {
        'a.rs': 'mod inner { use super::super::b; }',
        'b.rs': 'use crate::a::inner;',
      },
    };
    circles.forEach((name, files) {
      test(name, () {
        final problems = problemsOf({
          for (final MapEntry(:key, :value) in files.entries)
            'rust/runtime/src/$key': value,
        });
        expect(problems, [
          startsWith('circle among 2 files; the shortest way'),
        ]);
      });
    });

    test('the shortest circle is spelled out, with lines', () {
      final problems = problemsOf({
        'rust/runtime/src/a.rs': 'use crate::b;\n',
        'rust/runtime/src/b.rs': 'use crate::c;\n\nuse crate::d;',
        'rust/runtime/src/c.rs': 'use crate::a;',
        'rust/runtime/src/d.rs': '// Here.\nuse crate::b;',
      });
      expect(problems, [
        'circle among 4 files; the shortest way round:\n'
            '  rust/runtime/src/b.rs:3 uses rust/runtime/src/d.rs\n'
            '  rust/runtime/src/d.rs:2 uses rust/runtime/src/b.rs',
      ]);
    });

    test('each circle is a problem of its own', () {
      final problems = problemsOf({
        'rust/runtime/src/a.rs': 'use crate::b;',
        'rust/runtime/src/b.rs': 'use crate::a;',
        'rust/memory/src/c.rs': 'use crate::d;',
        'rust/memory/src/d.rs': 'use crate::e;',
        'rust/memory/src/e.rs': 'use crate::c;',
      });
      expect(problems, [
        startsWith('circle among 3 files'),
        startsWith('circle among 2 files'),
      ]);
    });
  });

  group('no circles:', () {
    final innocent = <String, Map<String, String>>{
      'a parent that declares its child': {
        'a.rs': 'pub mod child;\n#[cfg(unix)]\npub(crate) mod other;',
        'a/child.rs': 'use super::A;',
        'a/other.rs': 'use crate::a::A;',
      },
      'comments and literals': {
        'a.rs': 'use crate::b;',
        'b.rs':
            '//! [`crate::a`]\n/* /* */ use crate::a; */\n'
            'const X: &str = "use crate::a;"; const Y: &str = r#"" crate::a::f()"#;\n'
            "fn f<'a>(x: &'a str) -> char { '\"' } // crate::a::f()",
      },
      'tests': {
        'a.rs': 'use crate::b;',
        'b.rs':
            '#[cfg(test)]\nmod tests {\n    use super::*;\n    use crate::a;\n}',
      },
      'the file itself': {
        'a.rs':
            'mod inner { use super::X; }\nuse self::inner::Y;\nuse crate::a::Z;',
      },
      'visibility': {
        'a.rs': 'mod child;\nuse child::f;',
        'a/child.rs': 'pub(in crate::a) fn f() {}',
      },
      'enums and types': {
        'a.rs': 'use crate::b::Kind;\nuse Kind::*;\nfn f() { Kind::new() }',
        'b.rs': 'fn f() { a::g(); Self::h() }',
      },
    };
    innocent.forEach((name, files) {
      test(name, () {
        final problems = problemsOf({
          for (final MapEntry(:key, :value) in files.entries)
            'rust/runtime/src/$key': value,
        });
        expect(problems, isEmpty);
      });
    });
  });

  group('crates:', () {
    test('one of ours that may not be a dependency', () {
      final problems = problemsOf({
        'rust/memory/Cargo.toml':
            '[package]\nname = "memory"\n[dependencies]\n'
            'fibers = { path = "../fibers" }\n',
      });
      expect(problems, [
        'rust/memory/Cargo.toml: rust/memory may not depend on rust/fibers',
      ]);
    });

    test('one that only tests may depend on', () {
      final problems = problemsOf({
        'rust/runtime/Cargo.toml':
            '[package]\nname = "runtime"\n[dependencies]\n'
            'test_host = { path = "../test_host" }\n',
      });
      expect(problems, [
        endsWith('rust/runtime may not depend on rust/test_host'),
      ]);
    });

    test('not even for tests', () {
      final problems = problemsOf({
        'rust/memory/Cargo.toml':
            '[package]\nname = "memory"\n[dev-dependencies]\n'
            'fibers = { path = "../fibers" }\nproptest = "1"\n',
      });
      expect(problems, [endsWith('rust/memory may not depend on rust/fibers')]);
    });

    final manifests = {
      'a line': '[dependencies]\nlibc = "0.2"\n',
      'a dotted line': '[dependencies]\nlibc.workspace = true\n',
      'a section': '[dependencies.libc]\nversion = "0.2"\n',
      'a target': "[target.'cfg(unix)'.dependencies]\nlibc = '0.2'\n",
      'a build': '[build-dependencies]\nlibc = "0.2"\n',
      'another name':
          '[dependencies]\nc = { package = "libc", version = "1" }\n',
      'the workspace': '[dependencies]\nclib = { workspace = true }\n',
    };
    manifests.forEach((name, text) {
      test('an outside one that may not be a dependency, in $name', () {
        final problems = problemsOf({
          'rust/runtime/Cargo.toml': '[package]\nname = "runtime"\n$text',
        });
        expect(problems, [
          'rust/runtime/Cargo.toml: rust/runtime may not depend on libc',
        ]);
      });
    });

    test('one of ours, used', () {
      final problems = problemsOf({
        'rust/memory/src/a.rs': '\nuse fibers::{Pool, Stack};',
        'rust/memory/src/b.rs': 'fn f() { fibers::switch() }',
      });
      expect(problems, [
        'rust/memory/src/a.rs:2 uses fibers, which rust/memory may not',
        'rust/memory/src/b.rs:1 uses fibers, which rust/memory may not',
      ]);
    });

    test('an outside one, used', () {
      final problems = problemsOf({
        'rust/runtime/src/a.rs': 'fn f() { unsafe { libc::getpid() } }',
        'rust/fibers/src/b.rs': 'use ::rhai::Engine;',
      });
      expect(problems, [
        'rust/fibers/src/b.rs:1 uses rhai, which rust/fibers may not',
        'rust/runtime/src/a.rs:1 uses libc, which rust/runtime may not',
      ]);
    });

    test('a module that is called like a crate is none', () {
      final problems = problemsOf({
        'rust/memory/src/a.rs': 'use crate::fibers;\nfn f() { fibers::g() }',
        'rust/memory/src/fibers.rs': '',
      });
      expect(problems, isEmpty);
    });

    test('words that the runtime may not have', () {
      final problems = problemsOf({
        'rust/runtime/src/a.rs':
            '// Dart may.\npub extern "C" fn f() { "Dart" }\n'
            'struct DartObject;\nfn call_dart() {}\nfn dart_names() {}',
      });
      expect(problems, [
        'rust/runtime/src/a.rs:2 has `extern "C"`: '
            'functions for C belong to rust/dart',
        startsWith('rust/runtime/src/a.rs:3 has `DartObject`: '),
        startsWith('rust/runtime/src/a.rs:4 has `call_dart`: '),
        startsWith('rust/runtime/src/a.rs:5 has `dart_names`: '),
      ]);
    });

    test('one that no rule names, and one that is not there', () {
      final root = packageWith({
        'rust/extra/Cargo.toml': '[package]\nname = "extra"\n',
      });
      File('${root.path}/rust/fibers/Cargo.toml').deleteSync();
      expect(checkLayers(root), [
        'rust/fibers: there is no such crate',
        startsWith('rust/extra: no layer has this crate'),
      ]);
    });
  });

  group('Dart:', () {
    test('circles of imports, exports and parts', () {
      final problems = problemsOf({
        'lib/src/execution/a.dart': "import 'b.dart';",
        'lib/src/execution/b.dart': "export\n    'c.dart' show C;",
        'lib/src/execution/c.dart': "part 'd.dart';",
        'lib/src/execution/d.dart':
            "part of 'c.dart';\nimport 'package:our_package/src/execution/a.dart';",
      });
      expect(problems, [
        'circle among 4 files; the shortest way round:\n'
            '  lib/src/execution/a.dart:1 uses lib/src/execution/b.dart\n'
            '  lib/src/execution/b.dart:2 uses lib/src/execution/c.dart\n'
            '  lib/src/execution/c.dart:1 uses lib/src/execution/d.dart\n'
            '  lib/src/execution/d.dart:2 uses lib/src/execution/a.dart',
      ]);
    });

    test('an import that depends on the platform', () {
      final problems = problemsOf({
        'lib/src/wire/a.dart':
            "import 'b.dart' if (dart.library.io) '../execution/run.dart';",
        'lib/src/wire/b.dart': '',
      });
      expect(problems, [
        'lib/src/wire/a.dart:1 imports lib/src/execution/run.dart, '
            'lib/src/wire may not import lib/src/execution',
      ]);
    });

    test('comments and texts are no imports', () {
      final problems = problemsOf({
        'lib/src/wire/a.dart':
            "/// @docImport '../execution/run.dart';\nlibrary;\n"
            "/* import '../execution/run.dart'; */\n"
            "const text = '''\nimport '../execution/run.dart';\n''';",
      });
      expect(problems, isEmpty);
    });

    const folders = ['execution', 'records', 'parameters', 'wire', 'ffi'];
    for (final (i, lower) in folders.indexed.skip(1)) {
      final upper = folders[i - 1];
      test('$lower may not import $upper', () {
        final problems = problemsOf({
          'lib/src/$upper/upper.dart': '',
          'lib/src/$lower/lower.dart': "import '../$upper/upper.dart';",
        });
        expect(problems, [
          'lib/src/$lower/lower.dart:1 imports lib/src/$upper/upper.dart, '
              'lib/src/$lower may not import lib/src/$upper',
        ]);
      });
    }

    test('a folder may import leaves, but no other public class', () {
      final problems = problemsOf({
        'lib/src/leaf.dart': "import 'errors.dart';",
        'lib/src/no_leaf.dart': "import 'ffi/bindings.dart';",
        'lib/src/above.dart': "import 'no_leaf.dart';",
        'lib/src/wire/a.dart':
            "import '../leaf.dart';\nimport '../no_leaf.dart';\n"
            "import '../above.dart';",
      });
      expect(problems, [
        'lib/src/wire/a.dart:2 imports lib/src/no_leaf.dart, '
            'which is no leaf: it imports lib/src/ffi/bindings.dart',
        'lib/src/wire/a.dart:3 imports lib/src/above.dart, '
            'which is no leaf: it imports lib/src/no_leaf.dart',
      ]);
    });

    test('a folder that no rule names', () {
      expect(problemsOf({'lib/src/misc/a.dart': ''}), [
        startsWith('lib/src/misc: no layer has this folder'),
      ]);
    });
  });

  test('this package keeps the rules', () {
    expect(checkLayers(Directory('.')).join('\n'), isEmpty);
  });
}

/// Problems of a package that keeps the rules, but for [files].
List<String> problemsOf(Map<String, String> files) =>
    checkLayers(packageWith(files));

/// A package that keeps the rules, with [files] added or replaced.
Directory packageWith(Map<String, String> files) {
  final root = temporaryFolder();
  ({..._clean, ...files}).forEach((path, text) {
    File('${root.path}/$path')
      ..createSync(recursive: true)
      ..writeAsStringSync(text);
  });
  return root;
}

const _clean = {
  'pubspec.yaml': 'name: our_package\n',
  'rust/Cargo.toml':
      '[workspace]\nmembers = ["fibers", "memory", "runtime", "dart"]\n'
      '[workspace.dependencies]\n'
      'memory = { path = "memory" }\nclib = { package = "libc", version = "0.2" }\n',
  'rust/fibers/Cargo.toml':
      '[package]\nname = "fibers"\n[dependencies]\ncorosensei = "0.3"\n'
      "[target.'cfg(unix)'.dependencies]\nlibc = '0.2'\n",
  'rust/fibers/src/lib.rs': 'pub mod pool;\nuse corosensei::Coroutine;',
  'rust/fibers/src/pool.rs': 'fn f() { unsafe { libc::mmap() } }',
  'rust/memory/Cargo.toml': '[package]\nname = "memory"\n',
  'rust/memory/src/lib.rs': '',
  'rust/runtime/Cargo.toml':
      '[package]\nname = "runtime"\n[dependencies]\n'
      'fibers = { path = "../fibers" }\nmemory.workspace = true\n'
      'rhai = { version = "1", features = ["internals"] }\n'
      '[dev-dependencies]\ntest_host = { path = "../test_host" }\nlibc = "0.2"\n',
  'rust/test_host/Cargo.toml':
      '[package]\nname = "test_host"\n[dependencies]\nruntime = { path = "../runtime" }\n',
  'rust/test_host/src/lib.rs': 'use runtime::engine::Engine;',
  'rust/benchmark/Cargo.toml': '[package]\nname = "benchmark"\n',
  'rust/benchmark/src/lib.rs': '',
  'rust/runtime/src/lib.rs': 'pub mod engine;\npub mod execution;',
  'rust/runtime/src/engine.rs':
      'use std::rc::Rc;\nuse fibers::Stack;\nuse crate::execution::{job, Step};\n',
  'rust/runtime/src/execution.rs': 'pub mod job;\npub use job::Job;',
  'rust/runtime/src/execution/job.rs': 'use rhai::Engine;\nuse memory::Budget;',
  'rust/dart/Cargo.toml':
      '[package]\nname = "rhai_dart"\n[dependencies]\n'
      'runtime = { path = "../runtime" }\n',
  'rust/dart/src/lib.rs': 'pub extern "C" fn rhai_dart_eval() { runtime::f() }',
  'lib/our_package.dart':
      "export 'src/engine.dart';\nexport 'src/errors.dart';",
  'lib/src/engine.dart':
      "import 'dart:async';\nimport 'errors.dart';\nimport 'execution/run.dart';",
  'lib/src/errors.dart': "import 'limit.dart';",
  'lib/src/limit.dart': '',
  'lib/src/execution/run.dart':
      "import '../errors.dart';\nimport '../records/error.dart';\n"
      "import '../ffi/bindings.dart';",
  'lib/src/records/error.dart': "import '../wire/reader.dart';",
  'lib/src/wire/reader.dart':
      "import '../limit.dart';\nimport '../ffi/bindings.dart';",
  'lib/src/ffi/bindings.dart': "import 'dart:ffi';",
};
