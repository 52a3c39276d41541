import 'package:rhai_dart/rhai_dart.dart';

import 'app_engine.dart';
import 'ball.dart';
import 'checker.dart';
import 'console.dart';
import 'output.dart';
import 'script_run.dart';

/// The engine of a page, and all that uses it.
class Session {
  /// The lines that scripts have written.
  final Output output = Output();

  /// The ball that scripts move.
  final Ball ball = Ball();

  /// The engine that all others are forks of.
  late final RhaiEngine engine = makeAppEngine(
    ball: ball,
    onPrint: (text) => output.add(OutputKind.printed, text),
  );

  /// The script that runs.
  late final ScriptRun run = ScriptRun(engine, output);

  /// The console.
  late final Console console = Console(engine, output);

  /// The problems of the script in the editor.
  late final Checker checker = Checker(engine);

  /// Stops everything, and frees the engines. First those who listen to others.
  void dispose() {
    run.dispose();
    console.dispose();
    checker.dispose();
    engine.dispose();
    ball.dispose();
    output.dispose();
  }
}
