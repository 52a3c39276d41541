/// The code of docs/FLUTTER.md.
library;

import 'dart:async';

import 'package:flutter/material.dart';
import 'package:flutter_test/flutter_test.dart';
import 'package:rhai_dart/rhai_dart.dart';

/// A text that a script makes.
class Greeting extends StatefulWidget {
  /// Creates the text.
  const Greeting({super.key});

  @override
  State<Greeting> createState() => _GreetingState();
}

class _GreetingState extends State<Greeting> {
  late RhaiEngine _engine;
  String _text = '…';

  @override
  void initState() {
    super.initState();
    _open();
  }

  void _open() {
    _engine = RhaiEngine()
      ..registerFunction('user', () => Future(() => {'name': 'Ada'}));
    unawaited(_greet());
  }

  Future<void> _greet() async {
    String text;
    try {
      text = await _engine.evalAsync<String>(
        r'sleep(1); `Hello, ${user().name}`',
      );
    } on RhaiCancelledError {
      return; // The engine was disposed: there may be no widget any more.
    } on RhaiException catch (error) {
      text = error.message;
    }
    if (mounted) setState(() => _text = text);
  }

  @override
  void reassemble() {
    super.reassemble();
    _engine.dispose();
    _open();
  }

  @override
  void dispose() {
    _engine.dispose();
    super.dispose();
  }

  @override
  Widget build(BuildContext context) =>
      Text(_text, textDirection: TextDirection.ltr);
}

void main() {
  testWidgets('a greeting comes after a second', (tester) async {
    await tester.pumpWidget(const Greeting());
    expect(find.text('…'), findsOneWidget);
    await tester.pump(const Duration(seconds: 1));
    await tester.pump(Duration.zero);
    expect(find.text('Hello, Ada'), findsOneWidget);
  });

  testWidgets('no error comes after the widget is gone', (tester) async {
    await tester.pumpWidget(const Greeting());
    await tester.pumpWidget(const SizedBox());
    await tester.pump(const Duration(seconds: 2));
    expect(tester.takeException(), isNull);
  });

  testWidgets('a hot reload makes a new engine', (tester) async {
    await tester.pumpWidget(const Greeting());
    unawaited(tester.binding.reassembleApplication());
    await tester.pump(const Duration(seconds: 1));
    await tester.pump(Duration.zero);
    expect(find.text('Hello, Ada'), findsOneWidget);
  });

  testWidgets('an endless script runs to its limit within one pump', (
    tester,
  ) async {
    final engine = RhaiEngine(
      const RhaiConfig(maxOperations: 0, timeout: Duration(milliseconds: 100)),
    );
    final result = expectLater(
      engine.evalAsync<void>('loop {}'),
      throwsA(isA<RhaiTimeoutError>()),
    );
    await tester.pump(Duration.zero);
    await result;
    engine.dispose();
  });

  testWidgets('a turn is still to come when the engine is disposed', (
    tester,
  ) async {
    final engine = RhaiEngine(const RhaiConfig(maxOperations: 0));
    final result = expectLater(
      engine.evalAsync<void>('loop {}'),
      throwsA(isA<RhaiCancelledError>()),
    );
    engine.dispose();
    await result;
    // Without this, the test ends with "A Timer is still pending".
    await tester.pump(Duration.zero);
  });

  testWidgets('real files and servers need real time', (tester) async {
    final engine = RhaiEngine();
    final text = await tester.runAsync(
      () => engine.evalAsync<String>('sleep(0.01); "done"'),
    );
    expect(text, 'done');
    engine.dispose();
  });
}
