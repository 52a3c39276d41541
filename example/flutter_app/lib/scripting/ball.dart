import 'package:flutter/foundation.dart';

/// A ball, which scripts move and a widget paints.
///
/// Its place goes from 0 to 1 in both directions.
class Ball extends ChangeNotifier {
  double _x = 0.5;
  double _y = 0.5;

  /// The place from left to right.
  double get x => _x;
  set x(double value) {
    _x = value;
    notifyListeners();
  }

  /// The place from top to bottom.
  double get y => _y;
  set y(double value) {
    _y = value;
    notifyListeners();
  }
}
