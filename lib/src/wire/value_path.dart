/// How parts of values are called.
library;

/// The path from [start] by [steps], each an index or a key: `args[1].user.name`.
///
/// Of a long path, what is between the first and the last steps is left out.
String describePath(String start, List<Object> steps) {
  const shown = 16;
  final path = StringBuffer(start);
  for (var i = 0; i < steps.length; i++) {
    if (i < shown || i + shown >= steps.length) {
      final step = steps[i];
      path.write(step is int ? '[$step]' : '.$step');
    } else if (i == shown) {
      path.write('…');
    }
  }
  return '$path';
}
