/// Draws how a script waits: runs one, and writes when what happened to a picture.
///
///     ./dartw run tool/draw_waiting.dart [FILE]
///
/// FILE is `docs/images/waiting.svg` by default.
library;

import 'dart:io';

import 'waiting/picture.dart';
import 'waiting/recording.dart';

Future<void> main(List<String> arguments) async {
  final file = File(arguments.firstOrNull ?? 'docs/images/waiting.svg');
  final recording = await record();
  file.writeAsStringSync(draw(recording));
  print(
    'draw_waiting: ${recording.calls.length} calls and '
    '${recording.ticks.length} ticks in ${file.path}',
  );
}
