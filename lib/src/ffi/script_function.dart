import 'dart:async';
import 'dart:ffi';

import '../execution/script_runner.dart';
import '../rhai_function.dart';
import 'bindings.dart';
import 'passed_arguments.dart';

final _finalizer = NativeFinalizer(rhaiFunctionFinalizer.cast());

/// A [RhaiFunction] of the scripts of [bridge].
final class ScriptFunction implements RhaiFunction, Finalizable {
  /// Makes one under the id that the native side knows it by.
  ScriptFunction(this.bridge, this.id, int handle, this.serial, this.name)
    : _handle = Pointer.fromAddress(handle) {
    // What it captured takes some memory; how much is not known.
    _finalizer.attach(this, _handle.cast(), detach: this, externalSize: 1024);
  }

  /// Whose scripts it belongs to.
  final CallbackBridge bridge;

  /// Its id.
  final int id;

  final Pointer<NativeFunctionHandle> _handle;

  /// Tells the function from others of the engine. It has another [id] each time that it
  /// crosses, but the same serial number.
  final int serial;

  @override
  final String name;

  bool _isDisposed = false;

  @override
  bool get isDisposed => _isDisposed || bridge.isDisposed;

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
    final arguments = _passed([
      ...[a1, a2, a3, a4, a5, a6, a7, a8],
      ...[a9, a10, a11, a12, a13, a14, a15, a16],
    ]);
    return bridge.callFunction(this, arguments, mayYield: false);
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
    final arguments = _passed([
      ...[a1, a2, a3, a4, a5, a6, a7, a8],
      ...[a9, a10, a11, a12, a13, a14, a15, a16],
    ]);
    return Future.sync(
      () => bridge.callFunction(this, arguments, mayYield: true),
    );
  }

  @override
  dynamic callWith(Object? thisValue, List<Object?> arguments) {
    _checkUsable();
    return bridge.callFunctionWith(this, thisValue, arguments, mayYield: false);
  }

  @override
  Future<dynamic> callWithAsync(Object? thisValue, List<Object?> arguments) {
    _checkUsable();
    return Future.sync(
      () => bridge.callFunctionWith(this, thisValue, arguments, mayYield: true),
    );
  }

  /// The arguments that were passed. Throws a [StateError] after [dispose].
  List<Object?> _passed(List<Object?> arguments) {
    _checkUsable();
    return passedOf(arguments);
  }

  void _checkUsable() {
    if (isDisposed) throw StateError('this RhaiFunction was disposed');
  }

  @override
  void dispose() {
    if (_isDisposed) return;
    _isDisposed = true;
    _finalizer.detach(this);
    rhaiFunctionFree(_handle);
    bridge.dropReleased();
  }

  @override
  String toString() => name.isEmpty ? 'RhaiFunction' : 'RhaiFunction($name)';
}
