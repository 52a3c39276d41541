/// Names parts of values in messages.
library;

/// Describes the path from [start] by [steps]: `args[1].user.name`.
///
/// Each step is an index or a key. A long path has an ellipsis in the middle.
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
