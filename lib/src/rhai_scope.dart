/// @docImport 'engine.dart';
/// @docImport 'errors.dart';
library;

/// Variables that live across evaluations, made by [RhaiEngine.newScope].
///
/// A script that is run with a scope finds its variables, and may change them. What it
/// declares at global level with `let` and `const` stays there for later evaluations. If
/// several variables have one name, the last one stays. After an error, what was declared and
/// changed before it stays.
///
/// The variables of the engine can be seen too, below those of the scope. They start with
/// their values each time.
///
/// Functions in variables, closures too, work in later evaluations. Functions that a script
/// declares with `fn` belong to that script alone; to keep one, put it into a variable:
/// `let greet = Fn("greet");`.
///
/// A scope is used by one script at a time. While one has not ended, as it waits, everything
/// but [dispose] and [isDisposed] throws a [StateError]. A call of a function by name takes the
/// constants when it starts, and does not use the scope after that.
///
/// What a scope keeps may take as much memory as one script may use: scripts that would run in
/// one with more end with a [RhaiLimitError], until there is less in it. A script that is ended
/// for a single operation that needs far too much memory takes the variables with it: the scope
/// is empty then.
///
/// A scope belongs to its engine. After [dispose], or when the engine was disposed, members
/// throw a [StateError].
abstract interface class RhaiScope {
  /// The names of the variables and constants, in the order in which they were declared.
  List<String> get keys;

  /// Whether [dispose] was called, or the engine was disposed.
  bool get isDisposed;

  /// Whether there is a variable or constant of this name.
  bool contains(String name);

  /// The value of a variable, converted to [T] like the result of [RhaiEngine.evalSync].
  ///
  /// It is a copy. If there is none of this name, it is null if [T] accepts that.
  ///
  /// Throws an [ArgumentError] if there is no such variable and [T] does not accept null, and a
  /// [RhaiConversionError] if its value is of another type.
  T get<T>(String name);

  /// Sets a variable. Closures that captured one of this name find the new value.
  ///
  /// Throws like [RhaiEngine.setVar].
  void set(String name, Object? value);

  /// Sets a constant, which scripts cannot change. Functions find it as `global::NAME`.
  ///
  /// Throws like [RhaiEngine.setVar].
  void setConstant(String name, Object? value);

  /// Removes a variable or constant. Returns whether there was one.
  bool remove(String name);

  /// Removes all variables and constants.
  void clear();

  /// Makes a scope with copies of the variables. Closures in it keep the variables that they
  /// captured here.
  RhaiScope clone();

  /// Frees the variables. Functions that were made in it and that Dart has still work. It may
  /// be called more than once.
  void dispose();
}
