import 'dart:async';
import 'dart:ffi';

import '../rhai_function.dart';
import 'bindings.dart';
import 'passed_arguments.dart';

final _finalizer = NativeFinalizer(rhaiFunctionFinalizer.cast());

/// The engine that the functions of its scripts belong to.
abstract interface class FunctionOwner {
  /// Whether the engine was disposed, and the functions with it.
  bool get isDisposed;

  /// Calls a function: its value, or a Future of it if it waits.
  ///
  /// With [mayYield] it also lets the event loop run every half a millisecond.
  Object? callFunction(
    ScriptFunction function,
    List<Object?> arguments, {
    required bool mayYield,
  });

  /// Calls a function like [callFunction], with a `this` that it may change.
  Object? callFunctionWith(
    ScriptFunction function,
    Object? thisValue,
    List<Object?> arguments, {
    required bool mayYield,
  });

  /// Frees the variables that disposed functions captured.
  void release();
}

/// A [RhaiFunction] of the scripts of [owner].
final class ScriptFunction implements RhaiFunction, Finalizable {
  /// Creates it for a native function, by its id and its handle.
  ScriptFunction(this.owner, this.id, int handle, this.serial, this.name)
    : _handle = Pointer.fromAddress(handle) {
    // What it captured takes some memory; how much is not known.
    _finalizer.attach(this, _handle.cast(), detach: this, externalSize: 1024);
  }

  /// The engine of its script.
  final FunctionOwner owner;

  /// The id by which the native side knows it.
  final int id;

  final Pointer<NativeFunctionHandle> _handle;

  /// The serial number, which tells the function from others of the engine.
  ///
  /// The function has another [id] each time that it crosses.
  final int serial;

  @override
  final String name;

  bool _isDisposed = false;

  @override
  bool get isDisposed => _isDisposed || owner.isDisposed;

  @override
  dynamic call([
    Object? a1 = notPassed,
    Object? a2 = notPassed,
    Object? a3 = notPassed,
    Object? a4 = notPassed,
    Object? a5 = notPassed,
    Object? a6 = notPassed,
    Object? a7 = notPassed,
    Object? a8 = notPassed,
    Object? a9 = notPassed,
    Object? a10 = notPassed,
    Object? a11 = notPassed,
    Object? a12 = notPassed,
    Object? a13 = notPassed,
    Object? a14 = notPassed,
    Object? a15 = notPassed,
    Object? a16 = notPassed,
  ]) {
    _checkUsable();
    final arguments = passedOf(
      [a1, a2, a3, a4, a5, a6, a7, a8],
      [a9, a10, a11, a12, a13, a14, a15, a16],
    );
    return owner.callFunction(this, arguments, mayYield: false);
  }

  @override
  Future<dynamic> callAsync([
    Object? a1 = notPassed,
    Object? a2 = notPassed,
    Object? a3 = notPassed,
    Object? a4 = notPassed,
    Object? a5 = notPassed,
    Object? a6 = notPassed,
    Object? a7 = notPassed,
    Object? a8 = notPassed,
    Object? a9 = notPassed,
    Object? a10 = notPassed,
    Object? a11 = notPassed,
    Object? a12 = notPassed,
    Object? a13 = notPassed,
    Object? a14 = notPassed,
    Object? a15 = notPassed,
    Object? a16 = notPassed,
  ]) {
    _checkUsable();
    final arguments = passedOf(
      [a1, a2, a3, a4, a5, a6, a7, a8],
      [a9, a10, a11, a12, a13, a14, a15, a16],
    );
    return Future.sync(
      () => owner.callFunction(this, arguments, mayYield: true),
    );
  }

  @override
  dynamic callWith(Object? thisValue, List<Object?> arguments) {
    _checkUsable();
    return owner.callFunctionWith(this, thisValue, arguments, mayYield: false);
  }

  @override
  Future<dynamic> callWithAsync(Object? thisValue, List<Object?> arguments) {
    _checkUsable();
    return Future.sync(
      () => owner.callFunctionWith(this, thisValue, arguments, mayYield: true),
    );
  }

  void _checkUsable() {
    if (_isDisposed) throw StateError('this RhaiFunction was disposed');
    if (owner.isDisposed) {
      throw StateError('the engine of this RhaiFunction was disposed');
    }
  }

  @override
  void dispose() {
    if (_isDisposed) return;
    _isDisposed = true;
    _finalizer.detach(this);
    rhaiFunctionFree(_handle);
    owner.release();
  }

  @override
  String toString() => name.isEmpty ? 'RhaiFunction' : 'RhaiFunction($name)';
}
