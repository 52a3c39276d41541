/// Measures the ways in which Dart calls a function of a script, and evaluations with a scope:
///
///     ./dartw build cli --target=benchmark/script_calls.dart -o build/script_calls
///     build/script_calls/bundle/bin/script_calls
///
/// The ways take turns in each of several rounds. Of each the best round counts: the one that
/// the machine disturbed least. A ratio says how it compares with the first of its group.
library;

import 'package:rhai_dart/rhai_dart.dart';

/// Calls of one way in a round: so few that the machine leaves some rounds alone.
const _calls = 250;

/// Rounds.
const _rounds = 200;

/// Names of ways, and what each does once.
typedef Ways = Map<String, void Function()>;

void main() {
  final engine = RhaiEngine();
  _compare(
    'a function of two ints',
    _ways(engine, 'add(1, 2)', 'a + b', [1, 2]),
  );
  final map = {'n': 1, 's': 'text'};
  _compare(
    'a function of a small map',
    _ways(engine, 'n(#{n: 1, s: "text"})', 'a.n', [map]),
  );
  _compare('1 + 1', _evaluations(engine));
  engine.dispose();
}

/// The ways to make a [call] of a function with a [body], as a script writes it, with
/// [arguments].
Ways _ways(
  RhaiEngine engine,
  String call,
  String body,
  List<Object?> arguments,
) {
  final name = call.substring(0, call.indexOf('('));
  final parameters = ['a', 'b'].take(arguments.length).join(', ');
  final declaration = 'fn $name($parameters) { $body }';
  final text = '$declaration $call';
  final script = engine.compile(text);
  void Function() callOf(String source) {
    final function = engine.eval(source) as RhaiFunction;
    return switch (arguments) {
      [final a] => () => function(a),
      [final a, final b] => () => function(a, b),
      _ => throw ArgumentError.value(arguments, 'arguments'),
    };
  }

  return {
    'engine.eval(text), kept compiled': () => engine.eval(text),
    'script.eval()': script.eval,
    'script.call(name)': () => script.call(name, arguments),
    'RhaiFunction from Fn(name)': callOf('$declaration Fn("$name")'),
    'RhaiFunction, a closure': callOf('|$parameters| $body'),
    'RhaiFunction, a closure that captured': callOf(
      'let x = 1; |$parameters| { x; $body }',
    ),
  };
}

/// Evaluations without a scope, and in scopes with more and more variables.
Ways _evaluations(RhaiEngine engine) {
  final script = engine.compile('1 + 1');
  final withFunction = engine.compile('fn f() { 1 } 1 + 1');
  final declaring = engine.compile('let x = 1;');
  engine.setVar('e', 1);
  final using = engine.compile('1 + e');
  RhaiScope scopeOf(int count) {
    final scope = engine.newScope();
    for (var i = 0; i < count; i++) {
      scope.set('v$i', i);
    }
    return scope;
  }

  final scopes = {
    for (final count in [0, 10, 100]) count: scopeOf(count),
  };
  return {
    'script.eval()': script.eval,
    for (final MapEntry(key: count, value: scope) in scopes.entries) ...{
      'in a scope of $count': () => script.eval(scope: scope),
      'in a scope of $count, text': () => engine.eval('1 + 1', scope: scope),
      'in a scope of $count, with a function': () =>
          withFunction.eval(scope: scope),
      'in a scope of $count, declaring': () => declaring.eval(scope: scope),
      'in a scope of $count, with a setVar': () => using.eval(scope: scope),
    },
  };
}

/// Measures [ways], and prints their times and ratios.
void _compare(String title, Ways ways) {
  final best = {for (final name in ways.keys) name: double.infinity};
  for (var round = 0; round < _rounds; round++) {
    for (final MapEntry(key: name, value: way) in ways.entries) {
      final time = _time(way);
      if (time < best[name]!) best[name] = time;
    }
  }
  print(title);
  final first = best.values.first;
  for (final MapEntry(key: name, value: time) in best.entries) {
    final nanoseconds = (time * 1000).round();
    final ratio = (time / first).toStringAsFixed(2);
    print('  ${name.padRight(40)}${'$nanoseconds'.padLeft(7)} ns  x $ratio');
  }
}

/// Microseconds that [way] takes once.
double _time(void Function() way) {
  final watch = Stopwatch()..start();
  for (var i = 0; i < _calls; i++) {
    way();
  }
  return watch.elapsedMicroseconds / _calls;
}
