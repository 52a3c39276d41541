import '../ffi/bindings.dart';
import '../rhai_function_info.dart';
import '../wire/frame.dart';
import '../wire/protocol.dart';
import 'function_registry.dart';
import 'held_functions.dart';
import 'outcome.dart';
import 'registered_function.dart';

/// The modules of Dart functions and constants that scripts find.
final class RegisteredModules {
  /// Sees to the modules of the engine of [_frame], whose functions are in [_functions].
  RegisteredModules(this._frame, this._functions);

  final Frame _frame;
  final FunctionRegistry _functions;

  /// The constants that hold functions.
  final HeldFunctions held = HeldFunctions();

  /// Whether constants of a module are being read, which may run any code.
  bool _isReading = false;

  /// Puts [members] in place of all that the module [name] has.
  ///
  /// Throws an [ArgumentError] for a name that scripts cannot use or a function that they
  /// cannot call, a [StateError] if it is called while it reads a constant of another module,
  /// and what [writeInput] throws for a constant. Then nothing changes.
  void register(String name, Map<String, Object?> members) {
    final module = _Members()..add(name, members, depth: 1);
    // Reading the members may have run code that disposed the engine.
    if (_frame.isClosed) throw StateError('this RhaiEngine was disposed');
    if (_isReading) {
      throw StateError(
        'registerModule was called by a constant that it reads; call it later',
      );
    }
    _checkNames(module);
    final functions = [
      for (final MapEntry(:key, :value) in module.functions.entries)
        RegisteredFunction(key, value, origin: RhaiFunctionOrigin.module),
    ];
    final holders = _stage(module.constants);
    rhaiReplaceModule(_frame.engine, _frame.writeText(name, 'name'));
    _frame.forgetReleased();
    held.removeNamespace(name);
    for (final path in holders) {
      held.note(path, isHeld: true);
    }
    _functions.removeNamespace(name);
    functions.forEach(_functions.add);
    module.constants.forEach(
      (path, value) => _functions.constants.addToModule(name, path, value),
    );
  }

  void _checkNames(_Members module) {
    void check(Iterable<String> paths, bool Function(String) isOne, String of) {
      for (final path in paths) {
        if (isOne(path)) continue;
        throw ArgumentError.value(path, 'name', 'is not a name for $of');
      }
    }

    bool isFunction(String path) => _isUsable(path, function: true);
    // Some function, which says whether there can be any.
    check(module.modules, (path) => isFunction('$path::f'), 'a module');
    check(module.functions.keys, isFunction, 'a function');
    check(
      module.constants.keys,
      (path) => _isUsable(path.split('::').last, function: false),
      'a constant',
    );
  }

  bool _isUsable(String name, {required bool function}) =>
      rhaiIsUsableName(_frame.engine, _frame.writeName(name), function);

  /// Tells the native side of constants, which count once their module is complete. Returns
  /// those that hold functions of scripts.
  List<String> _stage(Map<String, Object?> constants) {
    final holders = <String>[];
    _isReading = true;
    try {
      for (final MapEntry(key: path, :value) in constants.entries) {
        final length = _frame.writeText(path, 'name');
        _frame.forgetReleased();
        writeInput(_frame, value, path, offset: length);
        if (_frame.sent.isNotEmpty) holders.add(path);
        // Again: encoding may have run code that used the input.
        if (value is! num) _frame.rewriteText(path);
        final step = rhaiSetVariable(_frame.engine, length, true);
        _frame.forgetReleased();
        if (step != Step.done) readOutcome(_frame, step, null);
      }
      return holders;
    } catch (_) {
      if (!_frame.isClosed) rhaiReplaceModule(_frame.engine, 0);
      rethrow;
    } finally {
      _isReading = false;
    }
  }
}

/// The members of a module and of those within it, by their paths.
final class _Members {
  final List<String> modules = [];
  final Map<String, Function> functions = {};
  final Map<String, Object?> constants = {};

  /// The most modules within each other.
  static const _deepest = 16;

  /// Adds the members of the module [path].
  ///
  /// Throws an [ArgumentError] if modules are within each other too deeply, or a member's name
  /// has a namespace.
  void add(String path, Map<String, Object?> members, {required int depth}) {
    if (depth > _deepest) {
      throw ArgumentError.value(
        path,
        'members',
        'has more than $_deepest modules within each other',
      );
    }
    modules.add(path);
    members.forEach((name, value) {
      final member = '$path::$name';
      if (name.contains('::')) {
        throw ArgumentError.value(
          member,
          'name',
          'has a namespace; put it into a map of its own',
        );
      }
      switch (value) {
        case Map<String, Object?>():
          add(member, value, depth: depth + 1);
        case Function():
          functions[member] = value;
        default:
          constants[member] = value;
      }
    });
  }
}
