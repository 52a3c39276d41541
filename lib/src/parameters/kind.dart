/// Kinds of values of scripts.
library;

/// Kinds of values of scripts, as bits: `KINDS` in `rust/src/parameters.rs`.
abstract final class Kind {
  /// `()`.
  static const unit = 1 << 0;

  /// A boolean.
  static const bool = 1 << 1;

  /// An integer.
  static const int = 1 << 2;

  /// A floating point number.
  static const float = 1 << 3;

  /// A string.
  static const string = 1 << 4;

  /// A character.
  static const char = 1 << 5;

  /// An array.
  static const array = 1 << 6;

  /// An object map.
  static const map = 1 << 7;

  /// Bytes.
  static const blob = 1 << 8;

  /// A range with or without its end.
  static const range = 1 << 9;

  /// A function pointer.
  static const function = 1 << 10;

  /// A Dart object.
  static const object = 1 << 11;

  /// Values of other kinds too, which are then refused.
  static const open = 1 << 15;

  /// Everything, also what is not listed here.
  static const any = (1 << 12) - 1;
}

/// How many types of Rhai some [kinds] are.
int countTypes(int kinds) {
  // Ranges have two.
  var count = kinds & Kind.range == 0 ? 0 : 1;
  for (var left = kinds; left != 0; left &= left - 1) {
    count++;
  }
  return count;
}
