/// A function or closure of a script, which Dart can call, also after the script
/// has ended.
///
/// It keeps the captured variables alive. They are freed when this object is garbage
/// collected, by [dispose], or with the engine. If a captured Dart object refers to this
/// object, both stay until [dispose] or the end of the engine.
///
/// Given back to a script, it is a function there, with its captured variables. To a script
/// of another engine it is a Dart function.
abstract interface class RhaiFunction {
  /// The name of the function, empty for a closure.
  String get name;

  /// Whether [dispose] was called, or the engine was disposed.
  bool get isDisposed;

  /// Calls the function.
  ///
  /// Returns its value, or a [Future] of it if it had to wait for an asynchronous Dart
  /// function, just as `RhaiEngine.eval` does. It throws the same errors. Each call has the
  /// engine's limits for itself. If a script waits for the call, its limits of time bound
  /// the call, too.
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
  /// A function that computes for long lets the event loop run every half a millisecond.
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
  /// The function gets a copy. If [thisValue] is a [Map] or a [List], it is changed like
  /// the copy when the function has ended, but not if it fails. So are the Maps and Lists
  /// in its Maps, while elements of a [List] are replaced. Parts that the function has not
  /// changed stay as they are by then.
  ///
  /// New values are converted to the type of the [Map] or [List] where nothing is lost, like
  /// arguments. Throws a `RhaiConversionError` that says where, if that cannot be, or if a
  /// part cannot be changed. Nothing is changed then. If a class of yours throws while it is
  /// changed, the error passes through, and the changes before it stay.
  ///
  /// Otherwise it is like [call].
  dynamic callWith(Object? thisValue, List<Object?> arguments);

  /// Calls the function like [callWith], with a result that is always a [Future], also
  /// for errors, and lets the event loop run like [callAsync].
  Future<dynamic> callWithAsync(Object? thisValue, List<Object?> arguments);

  /// Frees the captured variables. The function cannot be called from Dart any more; scripts
  /// that were given it can still call it.
  void dispose();
}
