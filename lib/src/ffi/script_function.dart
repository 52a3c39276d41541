import 'dart:async';
import 'dart:ffi';

import '../rhai_function.dart';
import 'bindings.dart';
import 'callback_bridge.dart';

final _finalizer = NativeFinalizer(rhaiFunctionFinalizer.cast());

/// A [RhaiFunction] of the scripts of [bridge].
final class ScriptFunction implements RhaiFunction, Finalizable {
  /// Makes one under the id that the native side knows it by.
  ScriptFunction(this.bridge, this.id, int handle, this.name)
    : _handle = Pointer.fromAddress(handle) {
    // What it captured takes some memory; how much is not known.
    _finalizer.attach(this, _handle.cast(), detach: this, externalSize: 1024);
  }

  /// Whose scripts it belongs to.
  final CallbackBridge bridge;

  /// Its id.
  final int id;

  final Pointer<NativeFunctionHandle> _handle;

  @override
  final String name;

  bool _isDisposed = false;

  @override
  bool get isDisposed => _isDisposed || bridge.isDisposed;

  @override
  dynamic call([
    Object? a1 = _none,
    Object? a2 = _none,
    Object? a3 = _none,
    Object? a4 = _none,
    Object? a5 = _none,
    Object? a6 = _none,
    Object? a7 = _none,
    Object? a8 = _none,
    Object? a9 = _none,
    Object? a10 = _none,
    Object? a11 = _none,
    Object? a12 = _none,
    Object? a13 = _none,
    Object? a14 = _none,
    Object? a15 = _none,
    Object? a16 = _none,
  ]) {
    final arguments = _passed([
      ...[a1, a2, a3, a4, a5, a6, a7, a8],
      ...[a9, a10, a11, a12, a13, a14, a15, a16],
    ]);
    return bridge.callFunction(this, arguments, mayYield: false);
  }

  @override
  Future<dynamic> callAsync([
    Object? a1 = _none,
    Object? a2 = _none,
    Object? a3 = _none,
    Object? a4 = _none,
    Object? a5 = _none,
    Object? a6 = _none,
    Object? a7 = _none,
    Object? a8 = _none,
    Object? a9 = _none,
    Object? a10 = _none,
    Object? a11 = _none,
    Object? a12 = _none,
    Object? a13 = _none,
    Object? a14 = _none,
    Object? a15 = _none,
    Object? a16 = _none,
  ]) {
    final arguments = _passed([
      ...[a1, a2, a3, a4, a5, a6, a7, a8],
      ...[a9, a10, a11, a12, a13, a14, a15, a16],
    ]);
    return Future.sync(
      () => bridge.callFunction(this, arguments, mayYield: true),
    );
  }

  /// The arguments that were passed. Throws a [StateError] after [dispose].
  List<Object?> _passed(List<Object?> arguments) {
    if (isDisposed) throw StateError('this RhaiFunction was disposed');
    final count = arguments.indexWhere((a) => identical(a, _none));
    return count < 0 ? arguments : arguments.sublist(0, count);
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

/// Stands for an argument that was not passed.
const Object _none = _None();

final class _None {
  const _None();
}
