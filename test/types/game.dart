/// Classes that tests register as types.
library;

import 'package:rhai_dart/rhai_dart.dart';

import '../support/futures.dart';

/// A class with properties of all kinds.
class Player {
  Player(this.name, [this.hp = 10]);
  Player.guest() : this('guest');

  final String name;
  int hp;
  Player? friend;
  List<int> items = [1, 2, 3];

  /// Properties that were set.
  final List<String> log = [];

  set loggedHp(int value) {
    log.add('hp $value');
    hp = value;
  }
}

/// A subtype with members of its own.
class Warrior extends Player {
  Warrior(super.name);

  int rage = 5;
}

/// A value.
class Vector {
  const Vector(this.x, this.y);

  final int x;
  final int y;

  @override
  String toString() => '($x, $y)';
}

/// A class for the members of one test.
class Store {}

enum Color { red, green }

/// An engine that knows [Player], [Warrior] and [Vector].
RhaiEngine gameEngine() => RhaiEngine.withDefaults()
  ..registerFunction('other', Object.new)
  ..registerType<Player>(
    'Player',
    constructors: {'Player': Player.new, 'Player::guest': Player.guest},
    getters: {
      'name': (p) => p.name,
      'hp': (p) => p.hp,
      'saved': (p) => later(p.hp),
      'friend': (p) => p.friend,
      'items': (p) => p.items,
      'drops': (p) => [5],
      'slow': (p) => later(1),
    },
    setters: {
      'hp': (Player p, int hp) => p.loggedHp = hp,
      'saved': (Player p, int hp) async => p.hp = await Future(() => hp),
      'friend': (Player p, Player? friend) {
        p.log.add('friend');
        p.friend = friend;
      },
      'items': (Player p, List<int> items) {
        p.log.add('items');
        p.items = items;
      },
    },
    methods: {
      'hit': (Player p, int n) => p.loggedHp = p.hp - n,
      'rest': (Player p, [int n = 1]) => later(p.hp += n),
      'greet': (Player p, Player other) => '${p.name} greets ${other.name}',
      'remove': (Player p, int index) => p.items.removeAt(index),
    },
    iterator: (p) => p.items,
  )
  ..registerType<Warrior>(
    'Warrior',
    constructors: {'Warrior': Warrior.new},
    getters: {'rage': (w) => w.rage},
    methods: {'hit': (Warrior w, int n) => w.hp -= n ~/ 2},
  )
  ..registerType<Vector>(
    'Vector',
    constructors: {'Vector': Vector.new},
    constants: {'ZERO': const Vector(0, 0)},
    getters: {'x': (v) => v.x, 'y': (v) => v.y},
    operators: {
      '+': (Vector a, Vector b) => Vector(a.x + b.x, a.y + b.y),
      '-': (Vector a, [Vector? b]) =>
          b == null ? Vector(-a.x, -a.y) : Vector(a.x - b.x, a.y - b.y),
      '*': (Vector a, int n) => Vector(a.x * n, a.y * n),
      '<': (Vector a, Vector b) => a.x < b.x,
      '==': (Vector a, Vector b) => a.x == b.x && a.y == b.y,
    },
    index: (Vector v, int i) => i == 0 ? v.x : v.y,
  );
