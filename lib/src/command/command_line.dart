/// Reads the arguments of the command.
library;

import 'package:args/args.dart';

import 'permissions.dart';
import 'source_files.dart';
import 'usage_error.dart';

/// Things that the command does.
enum Mode {
  /// Runs a file.
  run,

  /// Reads and evaluates lines.
  repl,

  /// Analyzes files.
  check,

  /// Prints the usage.
  help,

  /// Prints the version.
  version,
}

/// The arguments of the command.
final class CommandLine {
  const CommandLine._(
    this.mode, {
    this.permissions = const Permissions(),
    this.modules,
    this.files = const [],
    this.arguments = const [],
    this.warningsAreFatal = false,
  });

  /// Reads the arguments.
  ///
  /// Throws a [UsageError] if they are wrong.
  factory CommandLine.parse(List<String> arguments) {
    final ArgResults results;
    try {
      results = _parser.parse(arguments);
    } on ArgParserException catch (error) {
      throw UsageError('${error.message} See rhai --help.');
    }
    if (results.flag('help')) return const CommandLine._(Mode.help);
    if (results.flag('version')) return const CommandLine._(Mode.version);
    final permissions = Permissions.parse(results.multiOption('allow'));
    final modules = results.option('modules');
    if (modules == '') throw const UsageError('--modules needs a folder.');
    final rest = results.rest;
    if (results.flag('check')) {
      if (rest.isEmpty) throw const UsageError('--check needs a FILE.');
      if (rest.where((file) => file == standardInput).length > 1) {
        throw const UsageError('standard input (-) can be read once.');
      }
      return CommandLine._(
        Mode.check,
        permissions: permissions,
        modules: modules,
        files: rest,
        warningsAreFatal: results.flag('fatal-warnings'),
      );
    }
    if (results.flag('fatal-warnings')) {
      throw const UsageError('--fatal-warnings needs --check.');
    }
    if (rest.isEmpty) {
      return CommandLine._(
        Mode.repl,
        permissions: permissions,
        modules: modules,
      );
    }
    return CommandLine._(
      Mode.run,
      permissions: permissions,
      modules: modules,
      files: [rest.first],
      arguments: rest.sublist(1),
    );
  }

  /// The thing to do.
  final Mode mode;

  /// The things that scripts may do.
  final Permissions permissions;

  /// The folder of the modules, or null for the one that a script is in.
  final String? modules;

  /// The scripts; `-` is standard input.
  final List<String> files;

  /// The arguments for the script.
  final List<String> arguments;

  /// Whether warnings count as errors.
  final bool warningsAreFatal;

  /// The text of `--help`.
  static String get usage =>
      '''
Runs Rhai scripts.

Usage: rhai [options] FILE [arguments]   runs FILE; - is standard input
       rhai [options]                    reads and evaluates line by line
       rhai --check [options] FILE...    looks at files without running them

${_parser.usage}

Scripts may do nothing but compute, print and import modules: files that end in .rhai
in the folder of FILE, and below it. --allow lists more:

${Permissions.usage}
The script finds its arguments in the constant ARGS. Its value is printed if it is
not ().

Exit codes: 0 success, 1 an error in a script, 2 wrong usage.''';

  static final _parser = ArgParser(allowTrailingOptions: false)
    ..addMultiOption(
      'allow',
      abbr: 'a',
      valueHelp: 'THING,...',
      help: 'What scripts may do; see below.',
    )
    ..addOption(
      'modules',
      abbr: 'm',
      valueHelp: 'DIR',
      help: 'The folder of the modules, if it is another one.',
    )
    ..addFlag(
      'check',
      negatable: false,
      help: 'Print errors and warnings, and run nothing.',
    )
    ..addFlag(
      'fatal-warnings',
      negatable: false,
      help: 'With --check: warnings are errors.',
    )
    ..addFlag('help', abbr: 'h', negatable: false, help: 'Print this.')
    ..addFlag('version', negatable: false, help: 'Print the version.');
}
