import '../errors.dart';
import '../parameters/member_error.dart';
import '../wire/protocol.dart';
import 'dart_type.dart';
import 'registered_function.dart';
import 'type_table.dart';

/// A function that finds the member of an object, and calls it.
///
/// All objects have one type in Rhai. So there is one such function for all members of a
/// name, and the object says which is meant.
final class MemberCall {
  /// Creates it for members of a name. Objects without one are passed to the first of
  /// [others], functions of the same name, that may take them.
  MemberCall(this.name, this._table, [this._others = const []])
    : arities = _aritiesOf(name, [..._table.functionsOf(name), ..._others]),
      mayReturnFuture = [
        ..._table.functionsOf(name),
        ..._others,
      ].any((function) => function.mayReturnFuture);

  /// The name by which the native side calls it.
  final String name;

  /// The numbers of arguments, the object included, as bits.
  final int arities;

  /// Whether a member may return a Future.
  final bool mayReturnFuture;

  final TypeTable _table;
  final List<RegisteredFunction> _others;

  static int _aritiesOf(String name, List<RegisteredFunction> all) =>
      switch (name) {
        indexGetter => 4,
        indexSetter => 8,
        _ when name.startsWith(r'get$') => 2,
        _ when name.startsWith(r'set$') => 4,
        _ => all.fold(0, (bits, function) => bits | function.arities) & -2,
      };

  /// The kinds of arguments that it accepts: an object, and then anything.
  List<int> get parameters => [
    Kind.object,
    for (var i = 2; i < arities.bitLength; i++) Kind.any | Kind.open,
  ];

  /// The class that was looked for last, and its member.
  Type? _lastClass;
  RegisteredFunction? _last;

  /// Finds the function to call with [arguments].
  ///
  /// Throws a [MemberError] if the object has no such member, or one that takes other
  /// numbers of arguments.
  RegisteredFunction find(List<Object?> arguments) {
    final object = arguments[0]!;
    final type = object.runtimeType;
    final RegisteredFunction? member;
    if (identical(type, _lastClass)) {
      member = _last;
    } else {
      member = _table.of(object).byName[name];
      _lastClass = type;
      _last = member;
    }
    if (member == null) return _findOther(object, arguments);
    if (member.arities & (1 << arguments.length) == 0) {
      throw MemberError(
        member.name,
        '${member.name} takes ${_counts(member.arities)}, and got '
        '${arguments.length - 1}',
        RhaiRuntimeErrorKind.functionNotFound,
      );
    }
    if (arguments.length > 1 && arguments[1] is String) {
      if (name == '+' && !member.acceptsText(1)) return _concatenation;
      _checkIndex(member, object, arguments[1]! as String);
    }
    return member;
  }

  /// Throws a [MemberError] if a text is no index. Then it is rather a property that is not
  /// there: Rhai looks for an index.
  void _checkIndex(RegisteredFunction member, Object object, String text) {
    final write = name == indexSetter;
    if (!write && name != indexGetter || member.acceptsText(1)) return;
    throw _table.of(object).noProperty(text, object, write: write);
  }

  RegisteredFunction _findOther(Object object, List<Object?> arguments) {
    final members = _table.of(object);
    if (propertyOf(name) case final property?) {
      final write = name.startsWith(r'set$');
      // Rhai looks for an index where it finds no property.
      final index = members.byName[write ? indexSetter : indexGetter];
      if (index != null && index.acceptsText(1)) {
        return _elementOf(index, property);
      }
      throw members.noProperty(property, object, write: write);
    }
    if (name == indexGetter || name == indexSetter) {
      if (arguments[1] case final String property
          when members.typeName == null ||
              !members.byName.containsKey(indexGetter)) {
        throw members.noProperty(property, object, write: name == indexSetter);
      }
      final error = members.noFunction(name, arguments);
      return name == indexGetter
          ? throw error
          : RegisteredFunction.member(
              members.typeName ?? '[]',
              (Object? object, Object? index, Object? value) =>
                  members.byName.containsKey(indexGetter)
                  ? '${members.typeName} has no indexSet: its elements are read-only'
                  : '$error',
            );
    }
    for (final other in _others) {
      if (other.arities & (1 << arguments.length) != 0) return other;
    }
    if (name == 'to_string' || name == 'to_debug') return _description;
    if (name == '+' && arguments[1] is String) return _concatenation;
    throw members.noFunction(name, arguments);
  }
}

/// Makes the function that reads or writes the element which a property stands for.
RegisteredFunction _elementOf(RegisteredFunction index, String property) =>
    RegisteredFunction.member(
      index.name,
      (Object? object, [Object? value]) => index.arities & 8 == 0
          ? index.call([object, property])
          : index.call([object, property, value]),
    );

final _description = RegisteredFunction.member(
  'to_string',
  (Object? object) => '$object',
);

final _concatenation = RegisteredFunction.member(
  '+',
  (Object? object, String text) => '$object$text',
);

/// Numbers of arguments beside the object, in words.
String _counts(int arities) {
  final counts = [
    for (var count = 1; count < arities.bitLength; count++)
      if (arities & (1 << count) != 0) count - 1,
  ];
  final last = counts.removeLast();
  final word = last == 1 && counts.isEmpty ? 'argument' : 'arguments';
  return counts.isEmpty
      ? '${last == 0 ? 'no' : last} $word'
      : '${counts.join(', ')} or $last $word';
}
