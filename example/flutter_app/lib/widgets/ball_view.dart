import 'package:flutter/material.dart';

import '../scripting/ball.dart';

/// A picture of the ball, which is painted anew when a script moves it.
class BallView extends StatelessWidget {
  /// Creates a picture of a ball.
  const BallView({required this.ball, super.key});

  /// The ball.
  final Ball ball;

  @override
  Widget build(BuildContext context) => CustomPaint(
    painter: _BallPainter(ball, Theme.of(context).colorScheme),
    size: Size.infinite,
  );
}

/// Paints the ball, again whenever it has moved.
class _BallPainter extends CustomPainter {
  _BallPainter(this.ball, this.colors) : super(repaint: ball);

  static const _radius = 14.0;

  final Ball ball;
  final ColorScheme colors;

  @override
  void paint(Canvas canvas, Size size) {
    final field = Offset.zero & size;
    canvas
      ..drawRect(field, Paint()..color = colors.secondaryContainer)
      ..drawCircle(
        Offset(
          _radius + ball.x * (size.width - 2 * _radius),
          _radius + ball.y * (size.height - 2 * _radius),
        ),
        _radius,
        Paint()..color = colors.primary,
      );
  }

  @override
  bool shouldRepaint(_BallPainter old) =>
      old.ball != ball || old.colors != colors;
}
