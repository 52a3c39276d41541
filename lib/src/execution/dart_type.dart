import 'dart:async';

import '../parameters/class_test.dart';
import '../parameters/result_types.dart';
import '../rhai_function.dart';
import '../rhai_range.dart';
import '../wire/arities.dart';
import '../wire/protocol.dart';
import 'registered_function.dart';

/// Operators that a type can define, with the numbers of their operands as bits.
final _operators = {
  for (final name in ['*', '/', '%', '**', '<<', '>>', '&', '|', '^']) name: 4,
  for (final name in ['<', '<=', '>', '>=', '==']) name: 4,
  '+': 4,
  '-': 6,
  '!': 2,
};

/// Functions of which Rhai itself prints the result.
const _printing = {'print', 'debug'};

/// A Dart class whose objects have members in scripts.
abstract final class DartType {
  DartType._(this.name);

  /// The name of the type in scripts.
  final String name;

  /// The members, by the names that the native side calls them by: `get$hp`, `set$hp`,
  /// `hit`, `+`, [indexGetter], [indexSetter].
  final Map<String, RegisteredFunction> members = {};

  /// The constants in the type's namespace.
  final Map<String, Object> constants = {};

  /// The function that makes an [Iterable] of an object.
  RegisteredFunction? iterator;

  /// Whether an object has the type.
  bool includes(Object object);

  /// Whether it is registered for the same class as [other].
  bool isSameAs(DartType other);

  /// Whether objects of [other] have this type, too.
  bool isAbove(DartType other);

  /// Makes parameters of this class known as such.
  void makeKnown();

  /// Whether [function], called with [count] arguments, accepts every object of this class at a
  /// [place].
  bool isAcceptedBy(Function function, int place, int count);

  /// Describes the result of [function], called with [count] arguments; null if its type is not
  /// this class.
  String? describeResult(Function function, int count);

  /// Whether the member of this name is an operator, or one in brackets.
  static bool isOperator(String member) =>
      _operators.containsKey(member) ||
      member == indexGetter ||
      member == indexSetter;

  List<Object> get _none;
}

/// The name of the function that reads an element.
const indexGetter = r'index$get$';

/// The name of the function that writes an element.
const indexSetter = r'index$set$';

/// Makes the name of the function that reads a property.
String getterOf(String property) => 'get\$$property';

/// Makes the name of the function that writes a property.
String setterOf(String property) => 'set\$$property';

/// The type for a class [T].
final class DartTypeOf<T extends Object> extends DartType {
  /// Creates it without members.
  ///
  /// Throws an [ArgumentError] if scripts have no objects of this class.
  DartTypeOf(super.name) : super._() {
    if (T == Object) {
      throw ArgumentError.value(
        name,
        'name',
        'is to be the name of a class: say which one, registerType<MyClass>(…)',
      );
    }
    if (_hasOwnValues) {
      throw ArgumentError.value(
        name,
        'name',
        'cannot be the name of $T: values of that class are no objects in scripts',
      );
    }
  }

  @override
  final List<T> _none = [];

  bool get _hasOwnValues {
    bool isBelow<U>() => _none is List<U>;
    return isBelow<bool>() ||
        isBelow<num>() ||
        isBelow<String>() ||
        isBelow<Iterable<Object?>>() ||
        isBelow<Map<Object?, Object?>>() ||
        isBelow<Function>() ||
        isBelow<RhaiFunction>() ||
        isBelow<RhaiRange>() ||
        isBelow<Future<Object?>>() ||
        isBelow<Stream<Object?>>();
  }

  @override
  bool includes(Object object) => object is T;

  @override
  bool isSameAs(DartType other) =>
      other is DartTypeOf<T> && isAbove(other) && other.isAbove(this);

  @override
  bool isAbove(DartType other) => other._none is List<T>;

  @override
  void makeKnown() => ClassTest.add<T>(name);

  @override
  bool isAcceptedBy(Function function, int place, int count) =>
      acceptsAt<T>(function, place, count);

  @override
  String? describeResult(Function function, int count) {
    if (returns<FutureOr<T>>(function, count)) return name;
    return returns<FutureOr<T?>?>(function, count) ? '$name | ()' : null;
  }

  /// Adds a property that scripts can read.
  void addGetter(String property, Object? Function(T) getter) =>
      _add(getterOf(property), property, getter, 'getters', 2);

  /// Adds a property that scripts can write.
  void addSetter(String property, Function setter) => _add(
    setterOf(property),
    property,
    setter,
    'setters',
    4,
    dropsResult: true,
  );

  /// Adds a method.
  void addMethod(String method, Function function) {
    if (_printing.contains(method)) {
      throw ArgumentError.value(
        method,
        'methods',
        'cannot be a method: Rhai prints the result; register it under another name',
      );
    }
    _add(method, method, function, 'methods', -2);
  }

  /// Adds an operator.
  void addOperator(String operator, Function function) {
    final operands = _operators[operator];
    if (operands == null) {
      throw ArgumentError.value(
        operator,
        'operators',
        operator == '!='
            ? 'follows from =='
            : 'is no operator that a type can define; there are '
                  '${_operators.keys.join(' ')}',
      );
    }
    _add(operator, operator, function, 'operators', operands);
  }

  /// Adds the reading of elements.
  void addIndex(Function function) =>
      _add(indexGetter, '[]', function, 'index', 4);

  /// Adds the writing of elements.
  void addIndexSet(Function function) =>
      _add(indexSetter, '[]=', function, 'indexSet', 8, dropsResult: true);

  /// Makes scripts able to go through an object.
  void setIterator(FutureOr<Iterable<Object?>> Function(T) function) =>
      iterator = RegisteredFunction.member('$name.iterator', function);

  void _add(
    String key,
    String member,
    Function function,
    String kind,
    int expected, {
    bool dropsResult = false,
  }) {
    final arities = aritiesOf(function);
    final found = arities & expected;
    final path = _pathOf(kind, member);
    if (found == 0) {
      throw ArgumentError.value(
        function,
        kind,
        '$path must take ${_parametersOf(kind, expected)}',
      );
    }
    for (var count = 1; count <= Bound.arguments; count++) {
      if (found & (1 << count) == 0 || acceptsAt<T>(function, 0, count)) {
        continue;
      }
      throw ArgumentError.value(
        function,
        kind,
        'the first parameter of $path must accept every $T',
      );
    }
    members[key] = RegisteredFunction.member(
      path,
      function,
      dropsResult: dropsResult,
    );
  }

  String _pathOf(String kind, String member) => switch (kind) {
    'operators' => '$name $member',
    'index' || 'indexSet' => '$name$member',
    _ => '$name.$member',
  };

  String _parametersOf(String kind, int expected) => switch (kind) {
    'getters' => 'one parameter: ($T object)',
    'setters' => 'two parameters: ($T object, value)',
    'index' => 'two parameters: ($T object, index)',
    'indexSet' => 'three parameters: ($T object, index, value)',
    'operators' when expected == 2 => 'one parameter: ($T object)',
    'operators' when expected == 6 =>
      'one or two parameters: ($T object) or ($T object, other)',
    'operators' => 'two parameters: ($T object, other)',
    _ =>
      'the object first, and no named parameters that are required: '
          '($T object, …)',
  };
}
