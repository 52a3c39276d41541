import 'package:flutter/material.dart';

/// A part of the page, with a round border.
class Pane extends StatelessWidget {
  /// Creates a pane around a widget.
  const Pane({required this.child, super.key});

  /// The content.
  final Widget child;

  @override
  Widget build(BuildContext context) => Card.outlined(
    margin: EdgeInsets.zero,
    color: Theme.of(context).colorScheme.surfaceContainerLowest,
    clipBehavior: Clip.antiAlias,
    child: child,
  );
}
