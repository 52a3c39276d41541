import '../ffi/bindings.dart';
import '../rhai_function_info.dart';
import '../wire/frame.dart';
import '../wire/protocol.dart';
import 'dart_type.dart';
import 'function_info.dart';
import 'member_call.dart';
import 'registered_constants.dart';
import 'registered_function.dart';
import 'shared_map.dart';
import 'type_registry.dart';
import 'type_table.dart';

/// The Dart functions that scripts of an engine can call by name, and the members of its
/// types, which Rhai calls by name, too.
final class FunctionRegistry {
  /// Creates an empty registry for the engine of [_frame], with its [_types].
  FunctionRegistry(this._frame, this._types);

  final Frame _frame;
  final TypeRegistry _types;

  /// The functions by their names. The lists in it do not change.
  final SharedMap<String, List<RegisteredFunction>> _all = SharedMap();

  Map<String, List<RegisteredFunction>> get _byName => _all.map;

  /// The functions that the engine has from the start, by their names. They come back when
  /// those in their place are removed.
  final Map<String, RegisteredFunction> _own = {};

  /// The constants in namespaces.
  late final RegisteredConstants constants = RegisteredConstants(_types);

  /// The names whose functions the native side does not know so far.
  final Set<String> _unpublished = {};

  /// The constants that it does not know so far, by their paths.
  final Map<String, Object> _unpublishedConstants = {};

  /// The types with which members were last published.
  TypeTable? _publishedTypes;

  /// Registers a function as [name], in place of those of its name, or beside them if it is
  /// an [overload].
  ///
  /// Throws an [ArgumentError] if scripts cannot call it, or if a name or the number of
  /// [parameterNames] is wrong.
  void register(
    String name,
    Function function, {
    required bool overload,
    String? doc,
    List<String>? parameterNames,
  }) {
    checkName(name);
    if (parameterNames != null) _checkParameterNames(parameterNames);
    add(
      RegisteredFunction(
        name,
        function,
        isOverload: overload,
        doc: doc,
        parameterNames: parameterNames,
      ),
    );
  }

  /// Checks that scripts can call a function by [name], or use a variable of that name.
  ///
  /// Throws an [ArgumentError] if they cannot.
  void checkName(
    String name, {
    String argument = 'name',
    bool isFunction = true,
  }) {
    final length = _frame.writeName(name);
    if (rhaiIsUsableName(_frame.engine, length, isFunction)) return;
    throw ArgumentError.value(
      name,
      argument,
      isFunction
          ? 'is not a name that a script can call a function by'
          : 'is not a name that a script can use',
    );
  }

  /// Checks that functions can have parameters of these names.
  ///
  /// Throws an [ArgumentError] if they cannot.
  void _checkParameterNames(List<String> names) {
    for (final (index, name) in names.indexed) {
      final length = _frame.writeName(name);
      if (rhaiIsUsableName(_frame.engine, length, false) &&
          names.indexOf(name) == index) {
        continue;
      }
      throw ArgumentError.value(
        names,
        'parameterNames',
        '"$name" is not a name for a parameter, or is there twice',
      );
    }
  }

  /// Adds a function in place of those of its name, or beside them if it is an overload.
  ///
  /// Throws an [ArgumentError] if it accepts the same arguments as another one.
  void add(RegisteredFunction function) {
    final others = [if (function.isOverload) ...?_byName[function.name]];
    function.checkAgainst(others);
    _all.changing[function.name] = [...others, function];
    _unpublished.add(function.name);
  }

  /// Adds a type, with functions that make its objects.
  ///
  /// Throws an [ArgumentError] if a name cannot be used, and adds nothing then.
  void addType(DartType type, Map<String, Function> constructors) {
    _checkMember(type.name, 'name');
    _types.check(type);
    for (final member in type.members.keys) {
      final property = propertyOf(member);
      if (property != null) {
        _checkMember(
          property,
          member.startsWith('get') ? 'getters' : 'setters',
        );
      } else if (!DartType.isOperator(member)) {
        _checkMember(member, 'methods');
      }
    }
    for (final name in type.constants.keys) {
      checkName(name, argument: 'constants', isFunction: false);
      if (constructors.containsKey('${type.name}::$name')) {
        throw ArgumentError.value(
          name,
          'constants',
          'is the name of a constructor, too',
        );
      }
    }
    final functions = [
      for (final MapEntry(key: name, value: function) in constructors.entries)
        _constructor(type.name, name, function),
    ];
    functions.forEach(add);
    _types.add(type);
    for (final MapEntry(key: name, value: object) in type.constants.entries) {
      _unpublishedConstants['${type.name}::$name'] = object;
      constants.addToType(type.name, '${type.name}::$name');
    }
  }

  void _checkMember(String name, String argument) {
    checkName(name, argument: argument);
    if (!name.contains('::')) return;
    throw ArgumentError.value(name, argument, 'cannot be in a namespace');
  }

  RegisteredFunction _constructor(String type, String name, Function function) {
    if (name != type && !name.startsWith('$type::')) {
      throw ArgumentError.value(
        name,
        'constructors',
        'must be $type, or a name in its namespace such as $type::guest',
      );
    }
    checkName(name, argument: 'constructors');
    return RegisteredFunction(
      name,
      function,
      origin: RhaiFunctionOrigin.constructor,
    );
  }

  /// Adds a function that the engine has from the start, or sees to it that the engine has it
  /// not.
  void setOwn(RegisteredFunction function, {required bool isThere}) {
    final name = function.name;
    if (isThere) {
      _own[name] = function;
      if (!_byName.containsKey(name)) add(function);
    } else if (_own.remove(name) != null) {
      if (identical(_byName[name]?.firstOrNull, function)) remove(name);
    }
  }

  /// Takes over the functions of another engine, whose native side has told them to that of
  /// this one.
  void takeOver(FunctionRegistry other) {
    _all.takeOver(other._all);
    constants.takeOver(other.constants);
    _own.addAll(other._own);
    _publishedTypes = other._publishedTypes;
  }

  /// Removes the functions of a name, but none that the engine has from the start. Returns
  /// whether there were some.
  ///
  /// Scripts that run keep calling them.
  bool remove(String name) {
    final own = _own[name];
    final functions = _byName[name];
    if (functions == null || functions.every((other) => other == own)) {
      return false;
    }
    _all.changing.remove(name);
    // A member of this name that types have is published again.
    _unpublished.add(name);
    rhaiUnregisterFunction(_frame.engine, _frame.writeName(name));
    _frame.forgetReleased();
    if (own != null) add(own);
    return true;
  }

  /// Descriptions of all functions and members of types, by their names.
  List<RhaiFunctionInfo> describe() =>
      describeFunctions(_byName.values.expand((same) => same), _types.table);

  /// The names of the types, in the order in which they were registered.
  Iterable<String> get typeNames => _types.types.map((type) => type.name);

  /// Removes the functions in a namespace, which the native side knows to be gone.
  void removeNamespace(String namespace) {
    bool isInIt(String name) => name.startsWith('$namespace::');
    _all.changing.removeWhere((name, _) => isInIt(name));
    _unpublished.removeWhere(isInIt);
    _unpublishedConstants.removeWhere((name, _) => isInIt(name));
    constants.removeNamespace(namespace);
  }

  /// Tells the native side of new functions. Scripts that start later can call them.
  void publish() {
    final types = _types.table;
    final areTypesNew = !identical(types, _publishedTypes);
    if (!areTypesNew && _unpublished.isEmpty) return;
    final members = types.memberNames;
    final names = {if (areTypesNew) ...members, ..._unpublished};
    for (final name in names) {
      final functions = _byName[name] ?? const [];
      final isMember = members.contains(name);
      for (final (index, function) in functions.indexed) {
        final parameters = function.register();
        if (isMember) _leaveObjects(parameters);
        _register(
          name,
          function,
          function.arities,
          parameters,
          overload: index > 0,
        );
      }
      if (!isMember) continue;
      final member = MemberCall(name, types, [...functions]);
      _register(
        name,
        member,
        member.arities,
        member.parameters,
        overload: functions.isNotEmpty,
      );
    }
    _unpublishedConstants.forEach(
      (path, object) => _register(path, object, 0, const [], overload: false),
    );
    _unpublished.clear();
    _unpublishedConstants.clear();
    _publishedTypes = types;
    _frame.forgetReleased();
  }

  /// Leaves calls for objects to the member of the same name.
  void _leaveObjects(List<int> parameters) {
    if (parameters.isEmpty) return;
    final first = parameters.first;
    if (first & Kind.open != 0 || first & Kind.any == Kind.any) return;
    parameters[0] = first & ~Kind.object;
  }

  void _register(
    String name,
    Object target,
    int arities,
    List<int> parameters, {
    required bool overload,
  }) {
    final length = _frame.writeNameAndNumbers(name, parameters);
    // Until no script can call it any more: in place of an earlier one, which
    // scripts that run keep calling.
    final id = _frame.objects.addAll([target]);
    rhaiRegisterFunction(
      _frame.engine,
      length,
      id,
      arities,
      parameters.length,
      overload,
    );
  }

  /// Forgets all functions, and with them everything that they captured.
  void clear() {
    _unpublished.clear();
    _unpublishedConstants.clear();
    constants.clear();
    _all.clear();
    _own.clear();
    _publishedTypes = null;
  }
}
