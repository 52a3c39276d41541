/// Reads lines and columns of the native side.
library;

import '../rhai_position.dart';
import '../wire/protocol.dart';

/// A line, a column or a caret; null if it is [Place.unknown].
int? knownOrNull(int number) => number > Place.unknown ? number : null;

/// The position at a line and a column, or null if the line is not known.
RhaiPosition? positionOrNull(int line, int column) =>
    line > Place.unknown ? positionOf(line, column) : null;

/// The position at a line and a column. Without its line, a column means nothing.
RhaiPosition positionOf(int line, int column) => line > Place.unknown
    ? RhaiPosition(line, knownOrNull(column))
    : RhaiPosition.unknown;
