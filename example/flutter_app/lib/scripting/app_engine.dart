import 'package:flutter/scheduler.dart';
import 'package:rhai_dart/rhai_dart.dart';

import 'ball.dart';
import 'http_get.dart';

/// Makes the engine of the app, with the limits of its scripts and the functions that they
/// can call.
RhaiEngine makeAppEngine({
  required Ball ball,
  required void Function(String text) onPrint,
}) =>
    RhaiEngine(
        RhaiConfig(
          // There is a button that stops scripts. So they may run on, but neither
          // compute for long nor take much memory.
          maxOperations: 0,
          totalTimeout: Duration.zero,
          timeout: const Duration(seconds: 20),
          maxMemory: 32 << 20,
          onPrint: onPrint,
        ),
      )
      ..registerFunction('http_get', httpGet)
      ..registerType<Ball>(
        'Ball',
        getters: {'x': (ball) => ball.x, 'y': (ball) => ball.y},
        setters: {
          'x': (Ball ball, double x) => ball.x = x,
          'y': (Ball ball, double y) => ball.y = y,
        },
      )
      ..registerFunction('ball', () => ball)
      ..registerFunction(
        'next_frame',
        () => SchedulerBinding.instance.endOfFrame,
      );
