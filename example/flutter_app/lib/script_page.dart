import 'package:flutter/material.dart';

import 'samples.dart';
import 'scripting/session.dart';
import 'widgets/ball_view.dart';
import 'widgets/code_controller.dart';
import 'widgets/console_field.dart';
import 'widgets/output_view.dart';
import 'widgets/pane.dart';
import 'widgets/script_editor.dart';
import 'widgets/toolbar.dart';

/// An editor, the output of its script, a console and a ball.
class ScriptPage extends StatefulWidget {
  /// Creates the page.
  const ScriptPage({super.key});

  @override
  State<ScriptPage> createState() => _ScriptPageState();
}

class _ScriptPageState extends State<ScriptPage> {
  final _code = CodeController();
  late Session _session;

  @override
  void initState() {
    super.initState();
    _openSession();
    _code.addListener(_check);
    _code.text = samples.first.source;
  }

  void _openSession() {
    final session = _session = Session();
    session.checker.addListener(
      () => _code.problems = session.checker.problems,
    );
    session.run.addListener(() {
      if (session.run.error case final error?) session.checker.show(error);
    });
  }

  /// Makes a new engine after a hot reload: the old one has the old functions.
  @override
  void reassemble() {
    super.reassemble();
    _session.dispose();
    _openSession();
    _check();
  }

  @override
  void dispose() {
    _session.dispose();
    _code.dispose();
    super.dispose();
  }

  void _check() => _session.checker.check(_code.text);

  void _run() {
    _session.output.clear();
    _session.run.start(_code.text);
  }

  void _load(Sample sample) {
    _session.run.stop();
    _code.text = sample.source;
  }

  @override
  Widget build(BuildContext context) {
    final editor = ScriptEditor(code: _code);
    final results = [
      SizedBox(
        height: 140,
        child: Pane(child: BallView(ball: _session.ball)),
      ),
      const SizedBox(height: 16),
      Expanded(
        child: Pane(
          child: Column(
            children: [
              Expanded(child: OutputView(output: _session.output)),
              const Divider(height: 1),
              ConsoleField(console: _session.console),
            ],
          ),
        ),
      ),
    ];
    return Scaffold(
      appBar: AppBar(title: const Text('Rhai scripts')),
      body: SafeArea(
        child: Column(
          children: [
            Toolbar(run: _session.run, onRun: _run, onSample: _load),
            Expanded(
              child: Padding(
                padding: const EdgeInsets.all(16),
                child: LayoutBuilder(
                  builder: (context, constraints) => Flex(
                    direction: constraints.maxWidth > 700
                        ? Axis.horizontal
                        : Axis.vertical,
                    crossAxisAlignment: CrossAxisAlignment.stretch,
                    children: [
                      Expanded(child: editor),
                      const SizedBox.square(dimension: 16),
                      Expanded(child: Column(children: results)),
                    ],
                  ),
                ),
              ),
            ),
          ],
        ),
      ),
    );
  }
}
