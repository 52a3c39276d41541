/// Classes and members that `registerType` and `registerEnum` accept, and those that they refuse.
library;

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import 'game.dart';

enum _Word { good, fn }

void main() {
  late RhaiEngine engine;

  setUp(() => engine = gameEngine());
  tearDown(() => engine.dispose());

  void refuses(void Function() register, String argument, String message) =>
      expect(
        register,
        throwsA(
          isA<ArgumentError>()
              .having((e) => e.name, 'name', argument)
              .having((e) => '${e.message}', 'message', message),
        ),
      );

  test('classes and names are registered once', () {
    refuses(
      () => engine.registerType<Store>('Player'),
      'name',
      'is the name of a type that was registered before',
    );
    refuses(
      () => engine.registerType<Player>('Hero'),
      'name',
      'is to be a second name of a class: it was registered as Player',
    );
  });

  test('values of scripts have no types', () {
    for (final register in [
      () => engine.registerType<int>('T'),
      () => engine.registerType<String>('T'),
      () => engine.registerType<List<int>>('T'),
      () => engine.registerType<Map<String, int>>('T'),
      () => engine.registerType<Function>('T'),
      () => engine.registerType<RhaiFunction>('T'),
      () => engine.registerType<Future<int>>('T'),
    ]) {
      expect(register, throwsArgumentError);
    }
    refuses(
      () => engine.registerType<bool>('T'),
      'name',
      'cannot be the name of bool: values of that class are no objects in scripts',
    );
    refuses(
      () => engine.registerType('T'),
      'name',
      'is to be the name of a class: say which one, registerType<MyClass>(…)',
    );
  });

  test('names are those that scripts can write', () {
    const noName = 'is not a name that a script can call a function by';
    refuses(() => engine.registerType<Store>('a b'), 'name', noName);
    refuses(() => engine.registerType<Store>('if'), 'name', noName);
    refuses(
      () => engine.registerType<Store>('A::B'),
      'name',
      'cannot be in a namespace',
    );
    refuses(
      () => engine.registerType<Store>('S', getters: {'a-b': (s) => 1}),
      'getters',
      noName,
    );
    refuses(
      () => engine.registerType<Store>('S', setters: {'': (Store s, int v) {}}),
      'setters',
      noName,
    );
    refuses(
      () => engine.registerType<Store>('S', methods: {'fn': (Store s) => 1}),
      'methods',
      noName,
    );
    refuses(
      () => engine.registerType<Store>('S', constructors: {'make': Store.new}),
      'constructors',
      'must be S, or a name in its namespace such as S::guest',
    );
    refuses(
      () =>
          engine.registerType<Store>('S', constructors: {'S::new': Store.new}),
      'constructors',
      noName,
    );
    refuses(
      () => engine.registerType<Store>('S', constants: {'let': Store()}),
      'constants',
      'is not a name that a script can use',
    );
    refuses(
      () => engine.registerType<Store>(
        'S',
        constructors: {'S::a': Store.new},
        constants: {'a': Store()},
      ),
      'constants',
      'is the name of a constructor, too',
    );
    refuses(
      () => engine.registerEnum('Word', _Word.values),
      'constants',
      'is not a name that a script can use',
    );
  });

  test('functions take what their members need', () {
    refuses(
      () => engine.registerType<Store>('S', setters: {'a': (Store s) => 1}),
      'setters',
      'S.a must take two parameters: (Store object, value)',
    );
    refuses(
      () => engine.registerType<Store>('S', methods: {'a': () => 1}),
      'methods',
      'S.a must take the object first, and no named parameters that are '
          'required: (Store object, …)',
    );
    refuses(
      () => engine.registerType<Store>('S', methods: {'a': (int x) => 1}),
      'methods',
      'the first parameter of S.a must accept every Store',
    );
    refuses(
      () => engine.registerType<Store>('S', index: (Store s) => 1),
      'index',
      'S[] must take two parameters: (Store object, index)',
    );
    refuses(
      () => engine.registerType<Store>('S', indexSet: (Store s, int i) => 1),
      'indexSet',
      'S[]= must take three parameters: (Store object, index, value)',
    );
    refuses(
      () => engine.registerType<Store>('S', operators: {'+': (Store s) => 1}),
      'operators',
      'S + must take two parameters: (Store object, other)',
    );
    refuses(
      () => engine.registerType<Store>(
        'S',
        operators: {'!=': (Store a, Store b) => true},
      ),
      'operators',
      'follows from ==',
    );
    refuses(
      () => engine.registerType<Store>('S', methods: {'print': (Store s) => 1}),
      'methods',
      'cannot be a method: Rhai prints the result; register it under another name',
    );
    expect(
      () => engine.registerType<Store>(
        'S',
        operators: {'~': (Store a, Store b) => 1},
      ),
      throwsArgumentError,
    );
    expect(
      () => engine.registerType<Store>(
        'S',
        constructors: {'S': ({required int x}) => Store()},
      ),
      throwsArgumentError,
    );
  });

  test('a type that is refused leaves nothing behind', () {
    expect(
      () => engine.registerType<Store>(
        'S',
        constructors: {'S': Store.new, 'T': Store.new},
      ),
      throwsArgumentError,
    );
    expect(() => engine.eval('S()'), throwsA(isA<RhaiRuntimeError>()));
    engine.registerType<Store>('S', constructors: {'S': Store.new});
    expect(engine.eval('type_of(S())'), 'S');
  });

  test('a disposed engine registers nothing', () {
    engine.dispose();
    expect(() => engine.registerType<Store>('S'), throwsStateError);
    expect(() => engine.registerEnum('C', Color.values), throwsStateError);
  });
}
