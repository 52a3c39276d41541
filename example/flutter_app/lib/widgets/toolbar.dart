import 'package:flutter/material.dart';

import '../samples.dart';
import '../scripting/script_run.dart';

/// The buttons above the editor, and a line that moves while a script runs or waits.
class Toolbar extends StatelessWidget {
  /// Creates the buttons.
  const Toolbar({
    required this.run,
    required this.onRun,
    required this.onSample,
    super.key,
  });

  /// The script that runs.
  final ScriptRun run;

  /// Called to run the script in the editor.
  final VoidCallback onRun;

  /// Called with the sample that was chosen.
  final void Function(Sample sample) onSample;

  @override
  Widget build(BuildContext context) => ListenableBuilder(
    listenable: run,
    builder: (context, _) => Column(
      crossAxisAlignment: CrossAxisAlignment.stretch,
      children: [
        Padding(
          padding: const EdgeInsets.fromLTRB(16, 12, 16, 12),
          child: Wrap(
            spacing: 8,
            runSpacing: 8,
            crossAxisAlignment: WrapCrossAlignment.center,
            children: [
              FilledButton(
                onPressed: run.isRunning ? null : onRun,
                child: const Text('Run'),
              ),
              OutlinedButton(
                onPressed: run.isRunning ? run.stop : null,
                child: const Text('Stop'),
              ),
              const SizedBox(width: 16),
              for (final sample in samples)
                ActionChip(
                  label: Text(sample.name),
                  onPressed: () => onSample(sample),
                ),
            ],
          ),
        ),
        SizedBox(
          height: 4,
          child: run.isRunning ? const LinearProgressIndicator() : null,
        ),
      ],
    ),
  );
}
