/// A function or closure of a script, which Dart can call, also after the script
/// has ended.
///
/// It keeps alive what the closure captured. That is freed when this object is
/// garbage collected, by [dispose], or with the engine. (A closure that captured a
/// Dart object which in turn refers to this one keeps both until then.)
///
/// Given back to a script it is a function there, which runs where it comes from,
/// with what it captured. To a script of another engine it is a Dart function.
abstract interface class RhaiFunction {
  /// The name of the function, empty for a closure.
  String get name;

  /// Whether [dispose] was called, or the engine was disposed.
  bool get isDisposed;

  /// Calls the function.
  ///
  /// Returns its value, or a [Future] of it if it had to wait for an asynchronous
  /// Dart function, just as `RhaiEngine.eval` does. It throws what that throws;
  /// each call has the engine's limits for itself. If a script waits for the call, its
  /// limits of time bound the call too.
  ///
  /// This holds the event loop until the function ends or waits. Where that matters,
  /// as on a server, use [callAsync].
  ///
  /// Throws a [StateError] after [dispose], or when the engine was disposed, and a
  /// `RhaiConversionError` if an argument cannot cross.
  dynamic call([
    Object? a1,
    Object? a2,
    Object? a3,
    Object? a4,
    Object? a5,
    Object? a6,
    Object? a7,
    Object? a8,
    Object? a9,
    Object? a10,
    Object? a11,
    Object? a12,
    Object? a13,
    Object? a14,
    Object? a15,
    Object? a16,
  ]);

  /// Calls the function like [call], with a result that is always a [Future], also for
  /// errors.
  ///
  /// A function that computes for long lets the event loop run every few milliseconds.
  ///
  /// Throws a [StateError] after [dispose], or when the engine was disposed.
  Future<dynamic> callAsync([
    Object? a1,
    Object? a2,
    Object? a3,
    Object? a4,
    Object? a5,
    Object? a6,
    Object? a7,
    Object? a8,
    Object? a9,
    Object? a10,
    Object? a11,
    Object? a12,
    Object? a13,
    Object? a14,
    Object? a15,
    Object? a16,
  ]);

  /// Calls the function as a method of [thisValue], which is `this` in it.
  ///
  /// If [thisValue] is a [Map] or a [List], what the function has changed in its `this` is
  /// then changed there, and in the Maps and Lists in its Maps; elements of a [List] are
  /// replaced. What the function has not changed stays as it is by then. Of other values
  /// the function changes a copy, which is gone. That is done when the function has ended,
  /// and not if it fails.
  ///
  /// What a [Map] or [List] gets is converted to its type where nothing is lost, as an
  /// argument is to that of a parameter. Throws a `RhaiConversionError` that says where, if
  /// it cannot be, or if something cannot be changed; nothing is then. What a class of
  /// yours throws while it is changed passes through, and the changes before it stay.
  ///
  /// Otherwise it is like [call].
  dynamic callWith(Object? thisValue, List<Object?> arguments);

  /// Calls the function like [callWith], with a result that is always a [Future], also
  /// for errors, and lets the event loop run like [callAsync].
  Future<dynamic> callWithAsync(Object? thisValue, List<Object?> arguments);

  /// Frees what the function captured. It cannot be called any more; scripts that
  /// were given it still can.
  void dispose();
}
