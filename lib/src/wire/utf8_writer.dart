/// Writes Strings as UTF-8 into memory that is already there.
library;

import 'dart:ffi';
import 'dart:typed_data';

/// Counts the bytes of a String in UTF-8.
int utf8Length(String text) {
  var length = 0;
  for (var i = 0; i < text.length; i++) {
    final unit = text.codeUnitAt(i);
    length += unit < 0x80
        ? 1
        : unit < 0x800
        ? 2
        // Each half of a surrogate pair makes two of its four bytes.
        : (unit & 0xf800) == 0xd800
        ? 2
        : 3;
  }
  return length;
}

/// Writes a part of a String to [bytes], from index [at] on.
///
/// Returns the end, or -1 if there is a lone surrogate.
int writeUtf8(String text, Uint8List bytes, int at, [int start = 0, int? end]) {
  final stop = end ?? text.length;
  for (var i = start; i < stop; i++) {
    final unit = text.codeUnitAt(i);
    if (unit < 0x80) {
      bytes[at++] = unit;
    } else if (unit < 0x800) {
      bytes[at++] = 0xc0 | unit >> 6;
      bytes[at++] = 0x80 | unit & 0x3f;
    } else if ((unit & 0xf800) != 0xd800) {
      bytes[at++] = 0xe0 | unit >> 12;
      bytes[at++] = 0x80 | unit >> 6 & 0x3f;
      bytes[at++] = 0x80 | unit & 0x3f;
    } else {
      final low = i + 1 < stop ? text.codeUnitAt(i + 1) : 0;
      if (unit >= 0xdc00 || (low & 0xfc00) != 0xdc00) return -1;
      final rune = 0x10000 + ((unit & 0x3ff) << 10) + (low & 0x3ff);
      bytes[at++] = 0xf0 | rune >> 18;
      bytes[at++] = 0x80 | rune >> 12 & 0x3f;
      bytes[at++] = 0x80 | rune >> 6 & 0x3f;
      bytes[at++] = 0x80 | rune & 0x3f;
      i++;
    }
  }
  return at;
}

/// Writes a part of a String as far as it is ASCII. Returns the index of the first
/// character that is not.
///
/// Writing to a [Pointer] is faster than to a list.
int writeAscii(String text, Pointer<Uint8> bytes, int start, int end) {
  for (var i = start; i < end; i++) {
    final unit = text.codeUnitAt(i);
    if (unit >= 0x80) return i;
    bytes[i - start] = unit;
  }
  return end;
}
