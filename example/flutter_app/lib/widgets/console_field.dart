import 'package:flutter/material.dart';

import '../scripting/console.dart';
import 'code_style.dart';

/// A field whose lines the console evaluates.
class ConsoleField extends StatefulWidget {
  /// Creates a field for a console.
  const ConsoleField({required this.console, super.key});

  /// The console.
  final Console console;

  @override
  State<ConsoleField> createState() => _ConsoleFieldState();
}

class _ConsoleFieldState extends State<ConsoleField> {
  final _line = TextEditingController();
  final _focus = FocusNode();

  void _evaluate(String line) {
    _line.clear();
    _focus.requestFocus();
    widget.console.evaluate(line);
  }

  @override
  void dispose() {
    _line.dispose();
    _focus.dispose();
    super.dispose();
  }

  @override
  Widget build(BuildContext context) => ListenableBuilder(
    listenable: widget.console,
    builder: (context, _) => TextField(
      controller: _line,
      focusNode: _focus,
      style: codeStyle,
      readOnly: widget.console.isRunning,
      autocorrect: false,
      enableSuggestions: false,
      decoration: InputDecoration(
        border: InputBorder.none,
        contentPadding: const EdgeInsets.all(16),
        prefixText: '> ',
        hintText: 'A line, such as let x = 6 * 7',
        suffixIcon: widget.console.isRunning
            ? TextButton(
                onPressed: widget.console.stop,
                child: const Text('Stop line'),
              )
            : null,
      ),
      onSubmitted: _evaluate,
    ),
  );
}
