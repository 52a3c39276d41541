/// Tests of the app, in the time of widget tests, which passes only when a test says so.
library;

import 'dart:async';

import 'package:flutter/material.dart';
import 'package:flutter_test/flutter_test.dart';
import 'package:rhai_flutter_app/samples.dart';

import 'support.dart';

void main() {
  group('the editor', () {
    testWidgets('underlines a syntax error, and says what it is', (
      tester,
    ) async {
      await tester.openApp('let x = 1;\nlet y = ;');
      expect(tester.underlined, [';']);
      expect(find.textContaining('(line 2, position 9)'), findsOneWidget);

      await tester.enterScript('let x = 1;\nlet y = 2; x + y');
      expect(tester.underlined, isEmpty);
      expect(find.textContaining('position'), findsNothing);
    });

    testWidgets('underlines a name that there is not', (tester) async {
      await tester.openApp('/* 🎈 */ prnt("a");');
      expect(tester.underlined, ['prnt']);
    });

    testWidgets('underlines the place where a script has failed', (
      tester,
    ) async {
      await tester.openApp('let a = [1];\nprint(a[7]);');
      expect(tester.underlined, isEmpty);
      await tester.pressButton('Run');
      expect(tester.lines.single, contains('line 2'));
      expect(tester.underlined, isNotEmpty);
    });
  });

  testWidgets('what a script prints, and its value, are in the output', (
    tester,
  ) async {
    await tester.openApp('print("one"); 6 * 7');
    await tester.pressButton('Run');
    expect(tester.lines, ['one', '42']);
    expect(find.text('one'), findsOneWidget);
  });

  testWidgets('a script waits in the time of the test', (tester) async {
    await tester.openApp('sleep(5); "awake"');
    await tester.pressButton('Run');
    expect(progress, findsOneWidget);
    await tester.pump(const Duration(milliseconds: 4999));
    expect(tester.lines, isEmpty);
    await tester.pump(const Duration(milliseconds: 1));
    expect(tester.lines, ['awake']);
    await tester.pump();
    expect(progress, findsNothing);
  });

  testWidgets('a script waits for frames, and moves the ball in them', (
    tester,
  ) async {
    await tester.openApp(
      'let b = ball(); for i in 1..4 { b.x = i * 0.1; next_frame(); print(b.x); }',
    );
    await tester.pressButton('Run');
    for (var i = 0; i < 10 && tester.lines.length < 3; i++) {
      await tester.pump(const Duration(milliseconds: 16));
    }
    expect(tester.lines.map(double.parse), [
      closeTo(0.1, 1e-9),
      closeTo(0.2, 1e-9),
      closeTo(0.3, 1e-9),
    ]);
  });

  testWidgets('a wait that takes too long is an error', (tester) async {
    await tester.openApp('next_frame()');
    await tester.tap(button('Run'));
    // It draws a frame only after that.
    await tester.pump(const Duration(seconds: 30));
    expect(tester.lines.single, contains('next_frame'));
    await tester.pump();
    expect(progress, findsNothing);
  });

  testWidgets('a script that waits is stopped, and nothing of it comes later', (
    tester,
  ) async {
    await tester.openApp('print("a"); sleep(5); print("b")');
    await tester.pressButton('Run');
    await tester.pressButton('Stop');
    expect(progress, findsNothing);
    await tester.pump(const Duration(seconds: 10));
    expect(tester.lines, ['a', 'stopped']);
  });

  testWidgets('a page that is closed leaves nothing behind', (tester) async {
    await tester.openApp('sleep(5); print("late")');
    await tester.pressButton('Run');
    await tester.enterLine('sleep(5); 1');
    await tester.pumpWidget(const SizedBox());
    await tester.pump(const Duration(seconds: 10));
    expect(tester.takeException(), isNull);
    // The test would also fail for a timer that is still there.
  });

  testWidgets('after a hot reload there is a new engine, and the text stays', (
    tester,
  ) async {
    await tester.openApp('sleep(5); 1 + nope');
    await tester.pressButton('Run');
    unawaited(tester.binding.reassembleApplication());
    await tester.settle();
    expect(progress, findsNothing);
    expect(tester.code.text, 'sleep(5); 1 + nope');
    expect(tester.underlined, ['nope']);
    await tester.pump(const Duration(seconds: 10));
    expect(tester.lines, isEmpty);

    await tester.enterScript('1 + 1');
    await tester.pressButton('Run');
    expect(tester.lines, ['2']);
    expect(tester.takeException(), isNull);
  });

  testWidgets('the console keeps its variables', (tester) async {
    await tester.openApp('');
    await tester.enterLine('let x = 40');
    await tester.enterLine('x + 2');
    await tester.enterLine('x +');
    expect(tester.lines.take(3), ['let x = 40', 'x + 2', '42']);
    expect(tester.lines.last, contains('line 1'));
  });

  testWidgets('a line that waits is stopped, and the console goes on', (
    tester,
  ) async {
    await tester.openApp('');
    await tester.enterLine('sleep(60)');
    await tester.pressButton('Stop line');
    await tester.enterLine('1 + 1');
    expect(tester.lines.last, '2');
    await tester.pump(const Duration(minutes: 2));
    expect(tester.lines.last, '2');
  });

  testWidgets('a hostile script is ended by a limit, and the app goes on', (
    tester,
  ) async {
    await tester.openApp('');
    await tester.tap(find.widgetWithText(ActionChip, 'Hostile'));
    await tester.settle();
    expect(tester.underlined, isEmpty);
    await tester.pressButton('Run');
    expect(tester.lines.single, contains('memory'));
    expect(button('Run'), findsOneWidget);
    await tester.enterLine('1 + 1');
    expect(tester.lines.last, '2');
  });

  for (final sample in samples) {
    testWidgets('the sample ${sample.name} looks right', (tester) async {
      await tester.openApp(sample.source);
      expect(tester.code.problems, isEmpty);
    });
  }

  testWidgets('the page fits on a phone', (tester) async {
    tester.view
      ..physicalSize = const Size(360, 740)
      ..devicePixelRatio = 1;
    addTearDown(tester.view.reset);
    await tester.openApp('let x = ;');
    expect(tester.takeException(), isNull);
  });
}
