import 'package:flutter/material.dart';

import 'code_controller.dart';
import 'code_style.dart';
import 'pane.dart';

/// A field for a script, with its problems below it.
class ScriptEditor extends StatelessWidget {
  /// Creates the editor of a text.
  const ScriptEditor({required this.code, super.key});

  /// The text, and its problems.
  final CodeController code;

  @override
  Widget build(BuildContext context) => Pane(
    child: Column(
      crossAxisAlignment: CrossAxisAlignment.stretch,
      children: [
        Expanded(
          child: TextField(
            controller: code,
            style: codeStyle,
            expands: true,
            maxLines: null,
            textAlignVertical: TextAlignVertical.top,
            autocorrect: false,
            enableSuggestions: false,
            decoration: const InputDecoration(
              border: InputBorder.none,
              contentPadding: EdgeInsets.all(16),
              hintText: 'A script',
            ),
          ),
        ),
        ListenableBuilder(
          listenable: code,
          builder: (context, _) => _Problems(code: code),
        ),
      ],
    ),
  );
}

/// The first problems of a script, a line each.
class _Problems extends StatelessWidget {
  const _Problems({required this.code});

  static const _shown = 3;

  final CodeController code;

  @override
  Widget build(BuildContext context) {
    final colors = Theme.of(context).colorScheme;
    final problems = code.problems.take(_shown);
    if (problems.isEmpty) return const SizedBox.shrink();
    return Container(
      color: colors.errorContainer.withValues(alpha: 0.5),
      padding: const EdgeInsets.symmetric(horizontal: 16, vertical: 8),
      child: Column(
        crossAxisAlignment: CrossAxisAlignment.start,
        children: [
          for (final (:position, :message, :isError) in problems)
            Text(
              '$message ($position)',
              maxLines: 2,
              overflow: TextOverflow.ellipsis,
              style: TextStyle(
                color: isError ? colors.error : colors.onErrorContainer,
                fontSize: 13,
              ),
            ),
        ],
      ),
    );
  }
}
