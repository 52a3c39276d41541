// Lets scripts use objects of Dart classes: properties, methods, operators.
//
//   ./dartw run example/09_dart_types.dart

import 'package:rhai_dart/rhai_dart.dart';

class Player {
  Player(this.name);

  final String name;
  int hp = 10;
  final List<String> items = ['sword', 'rope'];

  /// Anything asynchronous: a database, HTTP …
  Future<int> loadScore() async {
    await Future<void>.delayed(const Duration(milliseconds: 50));
    return 7 * name.length;
  }
}

enum Color { red, green }

void main() async {
  final engine = RhaiEngine.withDefaults();
  engine
    ..registerType<Player>(
      'Player',
      constructors: {'Player': Player.new},
      getters: {
        'name': (player) => player.name,
        'hp': (player) => player.hp,
        // The script waits for it, as for any function.
        'score': (player) => player.loadScore(),
      },
      setters: {'hp': (Player player, int hp) => player.hp = hp},
      methods: {'hit': (Player player, int damage) => player.hp -= damage},
      operators: {'<': (Player a, Player b) => a.hp < b.hp},
      iterator: (player) => player.items,
    )
    ..registerEnum('Color', Color.values);

  print(
    await engine.eval('''
      let ann = Player("Ann");
      let bob = Player("Bob");
      ann.hp += 5;
      ann.hit(2);
      for item in ann { print(`Ann has a \${item}`); }
      [ann.hp, bob < ann, [ann, bob].map(|p| p.score), Color::red.name]
    '''),
  );

  print('Scripts reach what is registered, and nothing else:');
  for (final script in ['p.items', 'p.name = "Eve"', 'p.hit("hard")']) {
    try {
      engine.eval('let p = Player("Ann"); $script');
    } on RhaiRuntimeError catch (error) {
      print(error.message);
    }
  }

  // Objects come back as they are.
  final player = engine.eval('Player("Zoe")') as Player;
  print(player.name);

  engine.dispose();
}

// Output:
//
// Ann has a sword
// Ann has a rope
// [13, true, [21, 21], red]
// Scripts reach what is registered, and nothing else:
// Player has no property items; there is name, hp, score
// Player.name is read-only: no setter is registered for it
// Player.hit: argument 1 must be an int; it is a string
// Zoe
