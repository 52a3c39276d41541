import 'package:flutter/widgets.dart';

/// The style of code and of what scripts write.
const codeStyle = TextStyle(
  fontFamily: 'monospace',
  fontFamilyFallback: ['Menlo', 'Consolas'],
  fontSize: 13,
  height: 1.5,
);
