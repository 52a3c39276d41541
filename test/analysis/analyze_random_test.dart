/// `analyze` is right about random scripts: it says what happens when they run.
library;

import 'dart:math';

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

const _scripts = 3000;

void main() {
  late RhaiEngine engine;
  var isReached = false;

  setUp(() {
    engine =
        RhaiEngine.withConfig(
            RhaiConfig(maxOperations: 3000, maxStackDepth: 20),
          )
          ..setVar('v', 1)
          ..registerFunction('id', (Object? x) => x)
          ..registerFunction('reach', ([Object? x]) {
            isReached = true;
            return x;
          });
  });
  tearDown(() => engine.dispose());

  /// The value or error of a script, without places and without hints.
  String outcome(String script) {
    String text;
    try {
      text = 'value ${engine.eval(script)}';
    } on RhaiException catch (error) {
      text = 'error ${error.message.split(' (').first}';
    }
    return text.replaceAll(RegExp(r'position:? \d+'), '');
  }

  /// Whether a script reaches a call that was put into it.
  bool reaches(String script) {
    isReached = false;
    if (engine.analyze(script).isValid) outcome(script);
    return isReached;
  }

  /// Expects that a warning is right about what happened.
  void check(AnalysisWarning warning, String script, String before) {
    final start = warning.position.column! - 1;
    final name = warning.name;
    String replaced(String by) =>
        script.replaceRange(start, start + name.length, by);
    switch (warning.kind) {
      case AnalysisWarningKind.unusedVariable:
        // Unless it is assigned to: under another name it is as good.
        final isAssigned = RegExp(
          '(?<!let |const )\\b$name = ',
        ).hasMatch(script);
        final other = replaced('other');
        if (isAssigned || !engine.analyze(other).isValid) return;
        expect(outcome(other), before);
      case AnalysisWarningKind.undefinedVariable:
        expect(script.substring(start), startsWith(name));
        expect(reaches(replaced('reach($name)')), isFalse);
      case AnalysisWarningKind.unreachableCode:
        expect(
          reaches(script.replaceRange(start, start, 'reach(); ')),
          isFalse,
        );
      case AnalysisWarningKind.unknownFunction:
        expect(script.substring(start), startsWith(name));
      case AnalysisWarningKind.shadowedFunction:
      case AnalysisWarningKind.constantChanged:
    }
  }

  test('the warnings hold, and no missing variable is missed', () {
    final seed = Random().nextInt(1 << 32);
    print('random scripts from seed $seed');
    final generator = _Generator(Random(seed));
    final counts = <AnalysisWarningKind, int>{};
    for (var i = 0; i < _scripts; i++) {
      final script = generator.script();
      final result = engine.analyze(script);
      if (!result.isValid) continue;
      final before = outcome(script);
      // It ends somewhere else if it is changed.
      if (before.contains('operations') || before.contains('tack')) continue;
      final why = 'seed $seed, script $i: $script\n${result.warnings}';
      for (final warning in result.warnings) {
        counts.update(warning.kind, (n) => n + 1, ifAbsent: () => 1);
        try {
          check(warning, script, before);
        } on TestFailure catch (failure) {
          fail('$warning\n${failure.message}\n$why');
        }
      }
      final missing = RegExp(
        r'^error Variable not found: (\w+)(?!\w|::)',
      ).firstMatch(before);
      if (missing == null || script.contains('g!(')) continue;
      expect(
        result.warnings.any((warning) => warning.name == missing[1]),
        isTrue,
        reason: '$before\n$why',
      );
    }
    printOnFailure('$counts');
    expect(counts, hasLength(4));
  });
}

class _Generator {
  _Generator(this._random);

  final Random _random;

  T _pick<T>(List<T> list) => list[_random.nextInt(list.length)];

  String _name() => _pick(const ['a', 'b', 'c', 'd', 'v', 'K']);

  String script() => [
    if (_random.nextBool()) 'fn f(a) ${_block(2)}',
    if (_random.nextBool()) 'fn g(b) ${_block(2)}',
    if (_random.nextBool()) 'const K = 1;',
    for (var i = _random.nextInt(4); i >= 0; i--) _statement(2),
    _expression(2),
  ].join(' ');

  String _block(int depth) =>
      '{ ${[for (var i = _random.nextInt(4); i > 0; i--) _statement(depth)].join(' ')} }';

  String _statement(int depth) {
    if (depth == 0) {
      return _pick([
        'let ${_name()} = ${_name()};',
        'id(${_name()});',
        'return ${_name()};',
        'break;',
        'continue;',
      ]);
    }
    final name = _name();
    final value = _expression(depth - 1);
    String block() => _block(depth - 1);
    return switch (_random.nextInt(16)) {
      0 || 1 || 2 => 'let $name = $value;',
      3 => 'const $name = $value;',
      4 => '$name = $value;',
      5 => '$name += $value;',
      6 => 'if $value == 1 ${block()} else ${block()}',
      7 => 'while $name < 3 ${block()}',
      8 => 'for $name in 0..2 ${block()}',
      9 => 'for (i, $name) in [1, 2] ${block()}',
      10 => 'loop { ${_statement(depth - 1)} if $value == 1 { break; } }',
      11 => 'try ${block()} catch ($name) ${block()}',
      12 =>
        'switch $value { 1 => ${block()}, 2 if $name == 1 => 2, _ => ${block()} }',
      13 => block(),
      14 => _pick(['return $value;', 'throw $value;', 'loop { $value }']),
      _ => '$name[0] = $value;',
    };
  }

  String _expression(int depth) {
    if (depth == 0) {
      return _pick([
        _name(),
        _name(),
        '1',
        '"s"',
        '[1]',
        '#{x: 1}',
        'global::K',
      ]);
    }
    String e() => _expression(depth - 1);
    return switch (_random.nextInt(15)) {
      0 || 1 => '(${e()} + ${e()})',
      2 => '[${e()}, ${e()}]',
      3 => '`s\${${e()}}t\${ ${e()} }`',
      4 =>
        '${_pick(['f', 'g', 'id', 'nope'])}(${_pick(['', e(), '${e()}, ${e()}'])})',
      5 => 'g!(${e()})',
      6 => '[1, 2].map(|${_name()}| ${e()})',
      7 => '[1, 2].filter(|${_name()}| ${_block(depth - 1)})',
      8 => '(|${_name()}| ${e()}).call(${e()})',
      9 => '(if ${e()} == 1 { ${e()} } else { ${e()} })',
      10 => '${_name()}.${_pick(['len()', 'f()', 'nope(1)', 'x'])}',
      11 => '${_name()}[${e()}].x[${e()}].${_pick(['y', 'nope(1)'])}',
      12 => '(${e()} ?? ${e()})',
      13 => '(${e()} in [${e()}])',
      _ => 'loop { break ${e()}; }',
    };
  }
}
