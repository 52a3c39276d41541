/// Dart classes that are registered as types: their members in scripts.
library;

import 'dart:async';

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import '../support/engines.dart';
import '../support/futures.dart';
import '../support/matchers.dart';
import 'game.dart';

void main() {
  late RhaiEngine engine;

  setUp(() => engine = gameEngine());
  tearDown(() => engine.dispose());

  group('a property', () {
    test('is read and written', () {
      expect(engine.eval('let p = Player("Ann"); [p.name, p.hp]'), ['Ann', 10]);
      expect(
        engine.eval('let p = Player("Ann"); p.hp = 3; p.hp += 4; p.hp'),
        7,
      );
      expect(engine.eval('let p = (); [p?.hp, Player("Ann")?.hp]'), [null, 10]);
      // It is the object that changes, and not the constant.
      expect(engine.eval('const P = Player("Ann"); P.hp = 3; P.hp'), 3);
    });

    test('may wait', () async {
      const script = '''
        let p = Player("Ann");
        p.saved = 3;
        p.saved += 4;
        [p.saved, p.saved + p.hp]
      ''';
      expect(await engine.eval(script), [7, 14]);
      expect(await engine.evalAsync(script), [7, 14]);
    });

    test('of a property is reached in chains', () {
      expect(
        engine.eval('''
          let p = Player("Ann");
          p.friend = Player("Bob");
          p.friend.friend = p;
          p.friend.hp = 3;
          p.friend.friend.hp += 1;
          p.friend.hit(1);
          [p.friend.hp, p.hp, p.friend.friend.name, p.friend.name.len()]
        '''),
        [2, 11, 'Ann', 3],
      );
      expect(
        engine.eval('''
          let team = #{all: [Player("Ann"), Player("Bob")]};
          team.all[1].hp = 3;
          team.all[0].hit(1);
          team.all.map(|p| p.hp)
        '''),
        [9, 3],
      );
    });

    test('is written only where a script writes', () {
      final player = Player('Ann');
      engine.setVar('p', player);
      engine.eval('''
        p.items.len();
        p.items.map(|x| x * 2);
        p.items.filter(|x| x > 1).len();
        p.items[0];
        p.friend = p;
        p.friend.hit(1);
        p.friend.friend.hp = 3;
        p.friend.items.contains(1);
        p.hp.to_string();
      ''');
      expect(player.log, ['friend', 'hp 9', 'hp 3']);
    });

    test('that is a list is put back when a script changes it', () {
      final player = Player('Ann');
      engine.setVar('p', player);
      engine.eval('p.items[0] = 7; p.items.push(4)');
      expect(player.items, [7, 2, 3, 4]);
      expect(player.log, ['items', 'items']);
      // Read-only ones are no lists that can be changed.
      for (final script in ['p.drops.push(1)', 'p.drops[0] = 1']) {
        expect(
          () => engine.eval(script),
          throwsRuntimeError(
            'Player.drops is read-only: no setter is registered for it',
          ),
        );
      }
      expect(engine.eval('[p.drops.len(), p.drops.map(|x| x + 1)]'), [
        1,
        [6],
      ]);
    });

    test('that is not there is an error that lists the others', () {
      for (final (script, message) in [
        (
          'p.hpp',
          'Player has no property hpp; there is name, hp, saved, friend, items, drops, slow',
        ),
        (
          'p.hpp = 1',
          'Player has no property hpp; there is hp, saved, friend, items',
        ),
        (
          'p.drops = [1]',
          'Player.drops is read-only: no setter is registered for it',
        ),
        ('p.hit', 'hit is a method of Player: write hit(…)'),
        ('p.hp = "x"', 'Player.hp: argument 1 must be an int; it is a string'),
        ('v.z', 'Vector has no property z; there is x, y'),
        (
          'other.hp',
          'Unknown property hp: the class Object is not registered, so scripts see nothing '
              'of it; see registerType',
        ),
      ]) {
        engine
          ..setVar('p', Player('Ann'))
          ..setVar('v', const Vector(1, 2))
          ..setVar('other', Object());
        expect(
          () => engine.eval('\n $script'),
          throwsA(
            isA<RhaiRuntimeError>()
                .having((e) => e.message, 'message', message)
                .having((e) => e.position?.line, 'line', 2),
          ),
          reason: script,
        );
      }
      expect(
        () => engine.eval('p.zip'),
        throwsA(
          isA<RhaiRuntimeError>()
              .having(
                (e) => e.kind,
                'kind',
                RhaiRuntimeErrorKind.propertyNotFound,
              )
              .having((e) => e.name, 'name', 'zip')
              .having((e) => e.cause, 'cause', null)
              // No function of Dart was called.
              .having((e) => e.dartStackTrace, 'trace', null),
        ),
      );
      expect(
        engine.eval('try { p.zip } catch (e) { return e.type; }'),
        'NoSuchMemberError',
      );
    });
  });

  group('a method', () {
    test('is called', () async {
      expect(engine.eval('let p = Player("Ann"); p.hit(3); p.hp'), 7);
      expect(engine.eval('hit(Player("Ann"), 3)'), 7);
      expect(engine.eval('[Player("Ann"), Player("Bob")].map(|p| p.hit(2))'), [
        8,
        8,
      ]);
      expect(
        await engine.eval('let p = Player("Ann"); p.rest() + p.rest(5)'),
        27,
      );
    });

    test('does not hide functions of its name', () {
      engine.registerFunction('hit', (String s) => 'text');
      expect(engine.eval('["x".hit(), Player("Ann").hit(1)]'), ['text', 9]);
      engine.registerFunction('remove', (Player p, int i) => 'replaced');
      // Own members come first.
      expect(
        engine.eval(
          'let a = [1, 2]; a.remove(0); [a, Player("Ann").remove(0)]',
        ),
        [
          [2],
          1,
        ],
      );
      engine.registerFunction('hit', (Object? x, Object? y) => 'any');
      expect(engine.eval('[1.hit(2), Player("Ann").hit(1), other().hit(2)]'), [
        'any',
        9,
        'any',
      ]);
    });

    test('gets the arguments that it takes', () {
      for (final (script, message) in [
        ('p.hit("x")', 'Player.hit: argument 1 must be an int; it is a string'),
        ('p.hit(1.5)', 'Player.hit: argument 1 must be an int; it is a float'),
        (
          'p.greet(v)',
          'Player.greet: argument 1 must be a Player; it is a Vector',
        ),
        (
          'p.hit()',
          'Function not found: hit (Player) (hit takes 1 argument after the dot)',
        ),
        (
          'p.hp()',
          'Function not found: hp (Player) (hp is a property: write it without ())',
        ),
        (
          'p.hitt(1)',
          'Function not found: hitt (Player, i64) (did you mean hit?)',
        ),
        ('v.hit(1)', 'Vector has no method hit'),
      ]) {
        engine
          ..setVar('p', Player('Ann'))
          ..setVar('v', const Vector(1, 2));
        expect(
          () => engine.eval(script),
          throwsRuntimeError(message),
          reason: script,
        );
      }
    });
  });

  group('objects of subtypes', () {
    test('have the members of all types, and their own first', () {
      expect(
        engine.eval('''
          let w = Warrior("Bob");
          [w.hit(4), w.hp, w.name, w.rage, type_of(w), type_of(Player("Ann"))]
        '''),
        [8, 8, 'Bob', 5, 'Warrior', 'Player'],
      );
      expect(
        engine.eval('Player("Ann").greet(Warrior("Bob"))'),
        'Ann greets Bob',
      );
      engine.setVar('p', _Sorcerer());
      expect(engine.eval('[p.hit(1), type_of(p), p.name]'), [
        9,
        'Player',
        'Zed',
      ]);
    });

    test('are found in any order of registration', () {
      final other = RhaiEngine.withDefaults()
        ..registerType<Warrior>('Warrior', getters: {'kind': (w) => 'warrior'})
        ..registerType<Player>('Player', getters: {'kind': (p) => 'player'});
      addTearDown(other.dispose);
      other
        ..setVar('w', Warrior('w'))
        ..setVar('p', Player('p'));
      expect(other.eval('[w.kind, p.kind, type_of(w), type_of(p)]'), [
        'warrior',
        'player',
        'Warrior',
        'Player',
      ]);
    });
  });

  test('objects come back identical', () {
    final player = Player('Ann');
    engine.setVar('p', player);
    expect(engine.eval('p.friend = p; p.friend.friend'), same(player));
  });

  group('operators', () {
    test('are those of the type', () {
      expect(
        engine.eval('''
          let v = Vector(1, 2) + Vector(3, 4) * 2;
          v += Vector(1, 1);
          [v.x, v.y, (-v).x, (v - v).y, v < Vector(9, 9), v[0], v[1]]
        '''),
        [8, 11, -8, 0, true, 8, 11],
      );
    });

    test('compare as the type says, or as Dart does', () {
      expect(
        engine.eval('''
          let v = Vector(1, 2);
          let p = Player("Ann");
          [v == other(), v == Vector(1, 2), v != Vector(1, 2), [v] == [Vector(1, 2)],
            Vector(1, 2) in [v], v == 1, v == p, p == p, p == Player("Ann")]
        '''),
        [false, true, false, true, true, false, false, true, false],
      );
    });

    test('leave texts alone', () {
      expect(
        engine.eval(
          r'["a " + Vector(1, 2), Vector(1, 2) + " b", `${Vector(1, 2)}`]',
        ),
        ['a (1, 2)', '(1, 2) b', '(1, 2)'],
      );
    });

    test('that are not there are errors', () {
      for (final (script, message) in [
        (
          'Vector(1, 1) + 1',
          'Vector +: argument 1 must be a Vector; it is an int',
        ),
        ('Player("Ann") + 1', 'Player has no operator + for an int'),
        (
          'Vector(1, 1)[true]',
          'Vector[]: argument 1 must be an int; it is a bool',
        ),
        ('Player("Ann")[0]', 'Player has no index'),
        (
          'Player("Ann")["hp"]',
          'Player has no index for strings: hp is a property, write .hp',
        ),
        (
          'let v = Vector(1, 1); v[0] = 1',
          contains('Vector has no indexSet: its elements are read-only'),
        ),
        (
          '1 + Vector(1, 1)',
          contains('Function not found: + (i64, a Dart object)'),
        ),
      ]) {
        expect(
          () => engine.eval(script),
          throwsRuntimeError(message),
          reason: script,
        );
      }
    });
  });

  group('elements', () {
    test('are read and written, and may be waited for', () async {
      final table = <Object?, Object?>{};
      engine
        ..registerType<Store>(
          'Store',
          index: (Store s, Object? key) => later(table[key]),
          indexSet: (Store s, Object? key, Object? value) async =>
              table[key] = await later(value),
        )
        ..setVar('s', Store());
      expect(
        await engine.eval(
          's["a"] = 1; s["a"] += 2; s[7] = [1]; [s["a"], s.a, s[7]]',
        ),
        [
          3,
          3,
          [1],
        ],
      );
      // Another type has such properties.
      expect(await engine.eval('s.hp = 5; s.hp += 1; [s.hp, s["hp"]]'), [6, 6]);
      expect(await engine.eval('s[7].push(2); s.b = 3; [s[7], s["b"]]'), [
        [1, 2],
        3,
      ]);
    });
  });

  group('for', () {
    test('goes through what the iterator gives', () async {
      expect(engine.eval('let t = 0; for x in Player("Ann") { t += x } t'), 6);
      engine
        ..registerType<Store>('Store', iterator: (s) async => [1, later(2)])
        ..setVar('s', Store());
      expect(
        await engine.eval('let a = []; for (x, i) in s { a += [[x, i]]; } a'),
        [
          [1, 0],
          [2, 1],
        ],
      );
    });

    test('takes no more than it needs of an endless one', () {
      var taken = 0;
      Iterable<int> endless() sync* {
        while (true) {
          yield taken++;
        }
      }

      engine
        ..registerType<Store>('Store', iterator: (s) => endless())
        ..setVar('s', Store());
      expect(engine.eval('for x in s { if x == 3 { break x; } }'), 3);
      expect(taken, 4);
      final limited = limitedEngine(maxOperations: 1000)
        ..registerType<Store>('Store', iterator: (s) => endless())
        ..setVar('s', Store());
      expect(
        () => limited.eval('for x in s { }'),
        throwsLimitError(RhaiLimit.operations),
      );
    });

    test('fails with the errors of the iterator', () {
      engine
        ..registerType<Store>(
          'Store',
          iterator: (s) => [1].map((_) => throw StateError('no')),
        )
        ..setVar('s', Store());
      expect(
        () => engine.eval('\nfor x in s { x }'),
        throwsA(
          isA<RhaiRuntimeError>()
              .having((e) => e.cause, 'cause', isStateError)
              .having((e) => e.position?.line, 'line', 2),
        ),
      );
      expect(
        () => engine.eval('for x in Vector(1, 1) { x }'),
        throwsRuntimeError(
          'Vector has no iterator: scripts cannot go through it with `for`',
        ),
      );
    });
  });

  test('constructors and constants are in the namespace of the type', () {
    expect(engine.eval('[Player::guest().name, Vector::ZERO.x]'), ['guest', 0]);
    expect(
      () => engine.eval('Player::gest()'),
      throwsRuntimeError(
        'Function not found: Player::gest () (did you mean Player::guest?)',
      ),
    );
  });

  test('an enum is registered in one line', () {
    engine.registerEnum('Color', Color.values);
    expect(
      engine.eval('''
        let c = Color::red;
        let word = switch c.name { "red" => "stop", _ => "go" };
        [c.index, c.name, c == Color::red, c == Color::green, type_of(c), word]
      '''),
      [0, 'red', true, false, 'Color', 'stop'],
    );
    expect(engine.eval('Color::green'), Color.green);
    expect(engine.eval('fn f() { Color::green } f()'), Color.green);
    expect(
      () => engine.eval('Color::gren'),
      throwsRuntimeError(contains('did you mean Color::green?')),
    );
  });

  test('captured variables are not locked while members wait', () async {
    expect(
      await engine.eval('''
        let p = Player("Ann");
        let team = [p];
        let save = || { p.saved += 1; p.items[0] = 5; p.saved };
        let all = || team[0].saved + p.saved;
        p.saved = save.call() + 1;
        [p.saved, all.call(), team[0].items]
      '''),
      [
        12,
        24,
        [5, 2, 3],
      ],
    );
    final gate = Completer<int>();
    engine
      ..registerType<Store>(
        'Store',
        getters: {'slow': (s) => gate.future, 'fast': (s) => 1},
        setters: {'slow': (Store s, int v) => gate.future},
      )
      ..setVar('s', Store());
    final functions =
        engine.eval('let t = s; [|| t.slow, || t.fast, || t.slow = 1]')
            as List<Object?>;
    final [slow, fast, set] = functions.cast<RhaiFunction>();
    final waiting = [slow() as Future<Object?>, set() as Future<Object?>];
    expect(fast(), 1);
    gate.complete(2);
    expect(await Future.wait(waiting), [2, null]);
  });

  test('scripts that run keep the types they started with', () async {
    final gate = Completer<void>();
    engine
      ..registerFunction('wait', () => gate.future)
      ..setVar('s', Store());
    final old = engine.eval('wait(); s.x') as Future<Object?>;
    engine.registerType<Store>('Store', getters: {'x': (s) => 1});
    expect(engine.eval('s.x'), 1);
    gate.complete();
    await expectLater(
      old,
      throwsRuntimeError(contains('the class Store is not registered')),
    );
  });

  test('members may dispose of the engine', () {
    for (final script in [
      's.x',
      's.x = 1',
      's.f()',
      's[0]',
      's + s',
      's == s',
      'for x in s { }',
    ]) {
      final other = RhaiEngine.withDefaults();
      other
        ..registerType<Store>(
          'Store',
          getters: {'x': (s) => other.dispose()},
          setters: {'x': (Store s, int v) => other.dispose()},
          methods: {'f': (Store s) => other.dispose()},
          index: (Store s, int i) => other.dispose(),
          operators: {
            '+': (Store a, Store b) => other.dispose(),
            '==': (Store a, Store b) {
              other.dispose();
              return true;
            },
          },
          iterator: (s) {
            other.dispose();
            return const [];
          },
        )
        ..setVar('s', Store());
      expect(() => other.eval(script), throwsCancelled, reason: script);
    }
  });

  test('analyze knows members, constructors and constants', () {
    engine.registerEnum('Color', Color.values);
    expect(
      engine
          .analyze('let p = Player::guest(); p.hit(1); p.hp += 1; Color::red')
          .warnings,
      isEmpty,
    );
    expect(
      engine
          .analyze('Player(1, 2, 3); Color::gren')
          .warnings
          .map((w) => w.message),
      [
        contains('Player takes 1 or 2 arguments'),
        contains('did you mean Color::green'),
      ],
    );
  });
}

class _Sorcerer extends Player {
  _Sorcerer() : super('Zed');
}
