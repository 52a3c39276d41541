/// The reader of values returns a value or throws a [RhaiFFIError], whatever bytes it
/// gets.
library;

import 'dart:math';
import 'dart:typed_data';

import 'package:rhai_dart/rhai_dart.dart';
import 'package:rhai_dart/src/wire/object_table.dart';
import 'package:rhai_dart/src/wire/protocol.dart';
import 'package:rhai_dart/src/wire/value_limits.dart';
import 'package:rhai_dart/src/wire/value_reader.dart';
import 'package:rhai_dart/src/wire/value_writer.dart';
import 'package:test/test.dart';

/// A stand-in for a script's function: nothing may be freed for a random address.
final class _Function implements RhaiFunction {
  @override
  dynamic noSuchMethod(Invocation invocation) => null;
}

Uint8List _encode(Object? value) {
  final writer = ValueWriter.take(
    'value',
    '',
    ValueLimits(RhaiConfig.unlimited()),
  )..writeValue(value);
  final bytes = Uint8List.fromList(writer.bytes.sublist(16, writer.length));
  writer.release();
  return bytes;
}

void main() {
  final objects = ObjectTable()..setInternal([Object(), () => 1]);
  final function = _Function();
  Object? read(Uint8List bytes) => readValue(bytes, objects, (_, _, _, _) {
    return function;
  });

  final same = {'a': 1, 'b': 'x', 'c': null};
  final samples = [
    for (final value in [
      null,
      1,
      0.5,
      'text é 👍',
      Uint8List(20),
      [1, 2, 3],
      [0.5, 1.5],
      RhaiRange(1, 5),
      [same, same, same],
      {
        'list': List<Object?>.filled(10, 'x'),
        'deep': [
          [
            [[]],
          ],
        ],
      },
      {for (var i = 0; i < 40; i++) 'key $i': i},
    ])
      _encode(value),
    // To Dart: objects and functions with their ids.
    Uint8List.fromList([Tag.object, 0, 0, 0, 0, 0, 0, 0, 0]),
    Uint8List.fromList([Tag.closure, 1, 0, 0, 0, 0, 0, 0, 0]),
    Uint8List.fromList([
      ...[Tag.function, ...List.filled(24, 7), 1, 0, 0, 0, 0x66],
    ]),
  ];

  test('samples are read', () {
    for (final sample in samples) {
      read(sample);
    }
  });

  test('each sample that is cut off is an error', () {
    for (final sample in samples) {
      for (var end = 0; end < sample.length; end++) {
        expect(
          () => read(Uint8List.sublistView(sample, 0, end)),
          throwsA(isA<RhaiFFIError>()),
        );
      }
      expect(
        () => read(Uint8List.fromList([...sample, 0])),
        throwsA(isA<RhaiFFIError>()),
      );
    }
  });

  test('a count that is too large allocates nothing', () {
    for (final tag in [
      ...[Tag.string, Tag.blob, Tag.array, Tag.map, Tag.ints, Tag.floats],
    ]) {
      final bytes = Uint8List.fromList([tag, 255, 255, 255, 255, 0, 0, 0]);
      expect(() => read(bytes), throwsA(isA<RhaiFFIError>()));
    }
  });

  test('a million mutated buffers are values or errors', () {
    final seed = Random().nextInt(1 << 32);
    print('mutations from seed $seed');
    final random = Random(seed);
    var values = 0;
    for (var i = 0; i < 1000000; i++) {
      final sample = samples[i % samples.length];
      final Uint8List bytes;
      switch (random.nextInt(4)) {
        case 0:
          final end = random.nextInt(sample.length + 1);
          bytes = Uint8List.sublistView(sample, 0, end);
        case 1:
          bytes = Uint8List.fromList([
            for (var n = random.nextInt(40); n > 0; n--) random.nextInt(20),
          ]);
        default:
          bytes = Uint8List.fromList(sample);
          for (var n = random.nextInt(3); n >= 0; n--) {
            bytes[random.nextInt(bytes.length)] = random.nextInt(256);
          }
      }
      try {
        read(bytes);
        values++;
      } on RhaiFFIError {
        // That is what is expected of most.
      } catch (error, stackTrace) {
        fail('seed $seed, buffer $i, $bytes: $error\n$stackTrace');
      }
    }
    expect(values, greaterThan(10000));
  }, timeout: const Timeout(Duration(minutes: 5)));
}
