/// Members of modules and types in the lists of an engine, and in its definition file.
library;

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import '../support/engines.dart';
import '../types/game.dart';

void main() {
  late RhaiEngine engine;

  setUp(() => engine = engineWith(RhaiConfig(deniedFunctions: {'sleep'})));

  List<String> functions() => [
    for (final function in engine.functions)
      '${function.origin.name} ${function.owner}: $function',
  ];

  List<String> constants() => [
    for (final constant in engine.constants)
      '${constant.origin.name} ${constant.owner}: $constant',
  ];

  test('a new engine has no constants', () {
    expect(engine.constants, isEmpty);
    expect(engine.constants.clear, throwsUnsupportedError);
  });

  test('members of a type are listed by their origins', () {
    engine.registerType<Player>(
      'Player',
      constructors: {'Player': Player.new, 'Player::guest': Player.guest},
      getters: {'hp': (p) => p.hp, 'get': (p) => later()},
      setters: {'hp': (Player p, int hp) => p.hp = hp},
      methods: {
        'hit': (Player p, int n, [String? by]) {},
        'set': (Player p) => true,
      },
      operators: {
        '+': (Player a, int n) => a,
        '-': (Player a, [int n = 1]) => a,
        '==': (Player a, Player b) => true,
      },
      index: (Player p, int i) => p.items[i],
      indexSet: (Player p, int i, int value) => p.items[i] = value,
      iterator: (p) => p.items,
    );
    expect(functions(), [
      'operator Player: op +(_: Player, _: int) -> Player',
      'operator Player: op -(_: Player, [_: int]) -> Player',
      'operator Player: op ==(_: Player, _: Player) -> bool',
      'constructor Player: Player(_: String, [_: int]) -> Player',
      'constructor Player: Player::guest() -> Player',
      'indexGet Player: [](_: Player, _: int) -> int',
      'indexSet Player: []=(_: Player, _: int, _: int) -> ()',
      'iterator Player: for(_: Player) -> Array',
      'getter Player: get get(_: Player) -> ?',
      'method Player: hit(_: Player, _: int, [_: String | ()]) -> ()',
      'getter Player: get hp(_: Player) -> int',
      'setter Player: set hp(_: Player, _: int) -> ()',
      'method Player: set(_: Player) -> bool',
    ]);
    expect(engine.functions.map((function) => function.name), contains('hp'));
  });

  test('members of the same name are together, functions first', () {
    engine
      ..registerType<Player>('Player', methods: {'f': (Player p) => 1})
      ..registerType<Warrior>('Warrior', methods: {'f': (Warrior w) => 2.5})
      ..registerFunction('f', (String s) => s)
      ..registerFunction('e', () => 1);
    expect(functions(), [
      'function null: e() -> int',
      'function null: f(_: String) -> String',
      'method Player: f(_: Player) -> int',
      'method Warrior: f(_: Warrior) -> float',
    ]);
  });

  test('types of parameters and results are registered ones', () {
    engine
      ..registerType<Warrior>('Warrior')
      ..registerType<Player>('Player')
      ..registerEnum('Color', Color.values)
      ..registerFunction('a', (Player p) => p)
      ..registerFunction('b', (Warrior? w) async => w)
      ..registerFunction('c', (Enum e) => Warrior('x') as Player?)
      ..registerFunction('d', (Store s) => s)
      ..registerFunction('e', (Object o) => o)
      ..registerFunction('f', ([Player? p]) => <Player>[]);
    final all = functions();
    expect(all.where((text) => text.startsWith('function')), [
      'function null: a(_: Player) -> Player',
      'function null: b(_: Warrior | ()) -> Warrior | ()',
      'function null: c(_: Color) -> Player | ()',
      'function null: d(_: ?) -> ?',
      'function null: e(_: ?) -> ?',
      'function null: f([_: Player | ()]) -> Array',
    ]);
  });

  test('an enum has constants, and two properties', () {
    engine.registerEnum('Color', Color.values);
    expect(functions(), [
      'getter Color: get index(_: Color) -> int',
      'getter Color: get name(_: Color) -> String',
    ]);
    expect(constants(), [
      'type Color: Color::green: Color',
      'type Color: Color::red: Color',
    ]);
  });

  group('members of a module', () {
    setUp(
      () => engine
        ..registerEnum('Color', Color.values)
        ..registerFunction('http::old', () => 1)
        ..registerModule('http', {
          'get': (String url) async => url,
          'TIMEOUT': 30,
          'v2': {
            'f': () => Color.red,
            'color': Color.red,
            'list': [1],
            'nothing': null,
            'store': Store(),
          },
        }),
    );

    test('are listed by their names', () {
      expect(functions().where((text) => text.contains('http')), [
        'module http: http::get(_: String) -> String',
        'module http: http::v2::f() -> Color',
      ]);
      expect(constants().where((text) => text.contains('http')), [
        'module http: http::TIMEOUT: int',
        'module http: http::v2::color: Color',
        'module http: http::v2::list: Array',
        'module http: http::v2::nothing: ()',
        'module http: http::v2::store: ?',
      ]);
    });

    test('go with it, also those of a type of its name', () {
      engine
        ..registerFunction('http::own', () => 1)
        ..registerModule('http', {'A': true})
        ..registerModule('Color', {});
      expect(functions(), [
        'getter Color: get index(_: Color) -> int',
        'getter Color: get name(_: Color) -> String',
      ]);
      expect(constants(), ['module http: http::A: bool']);
      engine.registerFunction('http::own', () => 1);
      expect(functions(), contains('function null: http::own() -> int'));
    });

    test('stay if another one in its place cannot be', () {
      final before = [functions(), constants()];
      for (final members in <Map<String, Object?>>[
        {'B': 1, 'a b': 1},
        {'B': 1, 'f': ({required int a}) => 1},
        {'B': 1, 'l': _Throwing()},
      ]) {
        expect(() => engine.registerModule('http', members), throwsA(anything));
      }
      expect([functions(), constants()], before);
    });
  });

  test('a type that cannot be registered leaves nothing', () {
    expect(
      () => engine.registerType<Player>(
        'Player',
        constants: {'A': Player.guest(), 'b c': Player.guest()},
        constructors: {'Player': Player.new},
        getters: {'hp': (p) => p.hp},
      ),
      throwsArgumentError,
    );
    expect([functions(), constants()], [isEmpty, isEmpty]);
    expect(engine.definitions(), 'module static;\n');
  });

  test('after dispose, the list is a StateError', () {
    engine.dispose();
    expect(() => engine.constants, throwsStateError);
    expect(() => engine.functions, throwsStateError);
  });

  test('definitions have types, properties, operators and constants', () {
    engine
      ..registerType<Player>(
        'Player',
        constructors: {'Player': Player.new, 'Player::guest': Player.guest},
        constants: {'NOBODY': Player.guest()},
        getters: {'hp': (p) => p.hp},
        setters: {'hp': (Player p, int hp) => p.hp = hp},
        methods: {'hit': (Player p, [int n = 1]) {}},
        operators: {
          '-': (Player a, [int n = 1]) => a,
          '<': (Player a, Player b) => true,
        },
        index: (Player p, int i) => p.items[i],
        iterator: (p) => p.items,
      )
      ..registerModule('http', {
        'get': (String url) async => url,
        'v2': {'LIMIT': 1.5},
      });
    expect(engine.definitions(), r'''
module static;

/// - `[](_: Player, _: int) -> int`
/// - `for(_: Player) -> Array`
type Player = ...;

op -(Player) -> Player;

op -(Player, int) -> Player;

op <(Player, Player) -> bool;

fn Player(_: String) -> Player;

fn Player(_: String, _: int) -> Player;

fn hit(_: Player) -> ();

fn hit(_: Player, _: int) -> ();

fn get hp(_: Player) -> int;

fn set hp(_: Player, _: int) -> ();

module Player {
    const NOBODY: Player;

    fn guest() -> Player;
}

module http {
    fn get(_: String) -> String;

    module v2 {
        const LIMIT: float;
    }
}
''');
  });
}

Future<Object?> later() async => null;

/// A list that cannot be read.
class _Throwing extends Iterable<Object?> {
  @override
  Iterator<Object?> get iterator => throw StateError('cannot be read');
}
