import 'package:flutter/material.dart';
import 'package:flutter_test/flutter_test.dart';
import 'package:rhai_flutter_app/script_app.dart';
import 'package:rhai_flutter_app/scripting/output.dart';
import 'package:rhai_flutter_app/widgets/code_controller.dart';
import 'package:rhai_flutter_app/widgets/console_field.dart';
import 'package:rhai_flutter_app/widgets/output_view.dart';
import 'package:rhai_flutter_app/widgets/script_editor.dart';

/// The button with a text.
Finder button(String text) => find.ancestor(
  of: find.text(text),
  matching: find.bySubtype<ButtonStyleButton>(),
);

/// The line that moves while a script runs.
final Finder progress = find.byType(LinearProgressIndicator);

/// Steps of a user of the app, and things that the user sees.
extension App on WidgetTester {
  /// Opens the app with a script in its editor.
  Future<void> openApp(String source) async {
    await pumpWidget(const ScriptApp());
    await enterScript(source);
  }

  /// Puts a script into the editor.
  Future<void> enterScript(String source) async {
    await enterText(
      find.descendant(
        of: find.byType(ScriptEditor),
        matching: find.byType(TextField),
      ),
      source,
    );
    await settle();
  }

  /// Types a line into the console.
  Future<void> enterLine(String line) async {
    await enterText(
      find.descendant(
        of: find.byType(ConsoleField),
        matching: find.byType(TextField),
      ),
      line,
    );
    await testTextInput.receiveAction(TextInputAction.done);
    await settle();
  }

  /// Presses a button.
  Future<void> pressButton(String text) async {
    await tap(button(text));
    await settle();
  }

  /// Lets scripts run until they wait.
  ///
  /// A script that has given the event loop its turn goes on by a timer of no time, and a
  /// `pump` without a time fires no timers.
  Future<void> settle() async {
    await pump(Duration.zero);
    await pump();
  }

  /// The text in the editor, and its problems.
  CodeController get code =>
      widget<ScriptEditor>(find.byType(ScriptEditor)).code;

  /// The lines in the output.
  List<String> get lines => [for (final line in _output.lines) line.text];

  Output get _output => widget<OutputView>(find.byType(OutputView)).output;

  /// The parts of the script that have a wavy line below them.
  List<String> get underlined {
    final parts = <String>[];
    final span = code.buildTextSpan(
      context: element(find.byType(ScriptEditor)),
      withComposing: false,
    );
    span.visitChildren((part) {
      if (part.style?.decorationStyle == TextDecorationStyle.wavy &&
          part.style?.decoration == TextDecoration.underline) {
        parts.add((part as TextSpan).text!);
      }
      return true;
    });
    return parts;
  }
}
