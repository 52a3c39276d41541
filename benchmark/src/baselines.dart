import 'dart:convert';
import 'dart:ffi';
import 'dart:io';

/// Measures Rhai alone, for comparison, in this process. All times are in nanoseconds.
final class Baselines {
  Baselines._(DynamicLibrary library)
    : _run = library
          .lookupFunction<
            Int64 Function(Int32, Uint64),
            int Function(int, int)
          >('rhai_benchmark'),
      _reserve = library
          .lookupFunction<
            Pointer<Uint8> Function(Uint64),
            Pointer<Uint8> Function(int)
          >('rhai_benchmark_reserve'),
      _runScript = library
          .lookupFunction<
            Int64 Function(Pointer<Uint8>, Uint64),
            int Function(Pointer<Uint8>, int)
          >('rhai_benchmark_script');

  /// Compiles `rust/benchmark` with cargo, and loads it.
  static Future<Baselines> build() async {
    final workspace = _packageRoot().resolve('rust/');
    final cargo = await Process.start(
      'cargo',
      ['build', '--release', '--package=benchmark', '--locked', '--quiet'],
      workingDirectory: workspace.toFilePath(),
      mode: ProcessStartMode.inheritStdio,
      environment: {
        'CARGO_TARGET_DIR': workspace.resolve('target').toFilePath(),
      },
    );
    if (await cargo.exitCode != 0) {
      throw StateError('cargo could not build rust/benchmark');
    }
    final name = switch (Abi.current()) {
      Abi.windowsX64 || Abi.windowsArm64 => 'rhai_benchmark.dll',
      Abi.macosX64 || Abi.macosArm64 => 'librhai_benchmark.dylib',
      _ => 'librhai_benchmark.so',
    };
    final file = workspace.resolve('target/release/$name');
    return Baselines._(DynamicLibrary.open(file.toFilePath()));
  }

  final int Function(int, int) _run;
  final Pointer<Uint8> Function(int) _reserve;
  final int Function(Pointer<Uint8>, int) _runScript;

  // The numbers of the baselines in rust/benchmark/src/lib.rs.

  /// Time of a loop that calls a native Rust function [count] times.
  int nativeCalls(int count) => _run(0, count);

  /// Time of [count] times Rhai's `eval_ast` of `1 + 1`.
  int evalAst(int count) => _run(1, count);

  /// Time of a script in Rhai, without any limit.
  int script(String script) {
    final bytes = utf8.encode(script);
    final buffer = _reserve(bytes.length);
    buffer.asTypedList(bytes.length).setAll(0, bytes);
    return _runScript(buffer, bytes.length);
  }
}

/// The folder of the package, which the running program lies below.
Uri _packageRoot() {
  for (
    var folder = File.fromUri(Platform.script).parent;
    folder.path != folder.parent.path;
    folder = folder.parent
  ) {
    final crate = folder.uri.resolve('rust/benchmark/Cargo.toml');
    if (File.fromUri(crate).existsSync()) return folder.uri;
  }
  throw StateError('${Platform.script} is not below the folder of the package');
}
