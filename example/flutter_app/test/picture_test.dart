/// Renders the app as it is in the documentation.
library;

import 'dart:io';
import 'dart:ui' as ui;

import 'package:flutter/rendering.dart';
import 'package:flutter/services.dart';
import 'package:flutter_test/flutter_test.dart';

import 'support.dart';

/// The script in the picture.
const _script = r'''
// Functions of Dart are called like any other.
// The script waits for them; frames go on.
let users = parallel([1, 2, 3], |id| {
    sleep(0.2);
    `user ${id}`
});
for user in users {
    print(`Hello, ${user}`);
}

let ball = ball();
ball.x = 0.1;

loop {
    next_frame();
    ball.x += 0.01;
    ball.y = 0.5 + sin(ball.x * 9.0) / 3.0;
    if ball.x > 1.0 {
        ball.x = strat;
    }
}
''';

void main() {
  final fonts = Platform.environment['FONTS'];

  testWidgets(
    'the app has a picture',
    (tester) async {
      await tester.runAsync(() => _loadFonts(fonts!));
      tester.view
        ..physicalSize = const Size(2000, 1440)
        ..devicePixelRatio = 2;
      addTearDown(tester.view.reset);
      await tester.openApp(_script);
      await tester.pressButton('Run');
      for (var i = 0; i < 50; i++) {
        await tester.pump(const Duration(milliseconds: 16));
      }
      await tester.enterLine('let x = 6 * 7');
      await tester.enterLine('[x, x / 2].map(|n| n + 1)');
      for (var i = 0; i < 20; i++) {
        await tester.pump(const Duration(milliseconds: 16));
      }
      expect(tester.underlined, ['strat']);

      final picture = await tester.runAsync(() => _picture(tester));
      // A picture of nothing has few bytes.
      expect(picture!.length, greaterThan(20000));
      if (Platform.environment['UPDATE_PICTURE'] == '1') {
        File('../../docs/images/flutter_app.png')
          ..createSync(recursive: true)
          ..writeAsBytesSync(picture);
      }
      await tester.pressButton('Stop');
    },
    skip: fonts == null, // There are no fonts to render text with.
  );
}

Future<Uint8List> _picture(WidgetTester tester) async {
  final view = tester.binding.renderViews.single;
  final layer = view.debugLayer! as OffsetLayer;
  final image = await layer.toImage(Offset.zero & tester.view.physicalSize);
  final data = await image.toByteData(format: ui.ImageByteFormat.png);
  image.dispose();
  return data!.buffer.asUint8List();
}

Future<void> _loadFonts(String folder) async {
  for (final (family, files) in [
    ('Roboto', ['Roboto-Regular', 'Roboto-Medium']),
    ('monospace', ['JetBrainsMono-Regular']),
  ]) {
    final loader = FontLoader(family);
    for (final file in files) {
      loader.addFont(
        File('$folder/$file.ttf').readAsBytes().then(ByteData.sublistView),
      );
    }
    await loader.load();
  }
}
