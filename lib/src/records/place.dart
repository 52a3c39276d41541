/// Lines and columns of the native side, where 0 is one that is not known.
library;

import '../rhai_position.dart';

/// A line or a column; null if it is not known.
int? knownOrNull(int number) => number > 0 ? number : null;

/// The position at a line and a column. Without its line, a column means nothing.
RhaiPosition positionOf(int line, int column) =>
    line > 0 ? RhaiPosition(line, knownOrNull(column)) : RhaiPosition.unknown;
