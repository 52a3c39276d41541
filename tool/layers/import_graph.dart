/// The graph of files and their imports.
library;

/// An import of the file [to] in line [line] of the file [from].
class Arrow {
  /// Creates an arrow.
  const Arrow(this.from, this.line, this.to);

  /// Path of the importing file.
  final String from;

  /// Line of the import.
  final int line;

  /// Path of the imported file.
  final String to;
}

/// Spells out the shortest circle of each set of files that import each other.
List<String> describeCircles(List<Arrow> arrows) {
  final next = <String, Map<String, Arrow>>{};
  for (final arrow in arrows) {
    if (arrow.from == arrow.to) continue;
    next.putIfAbsent(arrow.from, () => {}).putIfAbsent(arrow.to, () => arrow);
  }
  return [
    for (final files in _components(next))
      if (files.length > 1)
        _describe(files.length, _shortestCircle(files, next)),
  ];
}

String _describe(int size, List<Arrow> circle) => [
  'circle among $size files; the shortest way round:',
  for (final Arrow(:from, :line, :to) in circle) '  $from:$line uses $to',
].join('\n');

/// Sets of files that can all be reached from each other (Tarjan's algorithm).
List<Set<String>> _components(Map<String, Map<String, Arrow>> next) {
  final components = <Set<String>>[];
  final number = <String, int>{};
  final lowest = <String, int>{};
  final open = <String>[];

  void visit(String file) {
    number[file] = lowest[file] = number.length;
    open.add(file);
    for (final to in (next[file] ?? const {}).keys) {
      if (!number.containsKey(to)) visit(to);
      if (open.contains(to) && lowest[to]! < lowest[file]!) {
        lowest[file] = lowest[to]!;
      }
    }
    if (lowest[file] == number[file]) {
      final start = open.indexOf(file);
      components.add(open.sublist(start).toSet());
      open.length = start;
    }
  }

  for (final file in next.keys) {
    if (!number.containsKey(file)) visit(file);
  }
  return components;
}

List<Arrow> _shortestCircle(
  Set<String> files,
  Map<String, Map<String, Arrow>> next,
) => files
    .map((file) => _wayBack(file, next))
    .reduce((a, b) => b.length < a.length ? b : a);

/// The shortest way from [start], which is in a circle, to itself.
List<Arrow> _wayBack(String start, Map<String, Map<String, Arrow>> next) {
  final reachedBy = <String, Arrow>{};
  final queue = [start];
  for (var i = 0; !reachedBy.containsKey(start); i++) {
    for (final arrow in (next[queue[i]] ?? const <String, Arrow>{}).values) {
      if (reachedBy.containsKey(arrow.to)) continue;
      reachedBy[arrow.to] = arrow;
      queue.add(arrow.to);
    }
  }
  final way = [reachedBy[start]!];
  while (way.first.from != start) {
    way.insert(0, reachedBy[way.first.from]!);
  }
  return way;
}
