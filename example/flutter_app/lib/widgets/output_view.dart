import 'package:flutter/material.dart';

import '../scripting/output.dart';
import 'code_style.dart';

/// The lines that scripts have written, the newest at the bottom.
class OutputView extends StatelessWidget {
  /// Creates a view of an output.
  const OutputView({required this.output, super.key});

  /// The lines.
  final Output output;

  @override
  Widget build(BuildContext context) => ListenableBuilder(
    listenable: output,
    builder: (context, _) {
      final lines = output.lines;
      return Align(
        alignment: Alignment.topLeft,
        child: ListView.builder(
          // From the bottom, so that new lines are in view.
          reverse: true,
          shrinkWrap: true,
          padding: const EdgeInsets.all(16),
          itemCount: lines.length,
          itemBuilder: (context, index) =>
              _OutputRow(line: lines[lines.length - 1 - index]),
        ),
      );
    },
  );
}

/// A line in the color of its kind.
class _OutputRow extends StatelessWidget {
  const _OutputRow({required this.line});

  final OutputLine line;

  @override
  Widget build(BuildContext context) {
    final colors = Theme.of(context).colorScheme;
    final (mark, color) = switch (line.kind) {
      OutputKind.printed => ('', colors.onSurface),
      OutputKind.typed => ('> ', colors.outline),
      OutputKind.value => ('= ', colors.primary),
      OutputKind.error => ('', colors.error),
      OutputKind.note => ('', colors.outline),
    };
    return Text('$mark${line.text}', style: codeStyle.copyWith(color: color));
  }
}
