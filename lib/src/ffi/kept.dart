import 'dart:ffi';

import 'script_bindings.dart';

final _finalizer = NativeFinalizer(rhaiHandleFinalizer.cast());

/// A hold on a script or a scope of the native side.
final class Kept implements Finalizable {
  /// Takes a handle.
  Kept(this._handle) : id = rhaiHandleId(_handle) {
    // How much memory it takes is not known.
    _finalizer.attach(this, _handle.cast(), detach: this, externalSize: 1024);
  }

  final Pointer<NativeHandle> _handle;

  /// The id by which the native side knows it.
  final int id;

  /// Whether [release] was called.
  bool get isReleased => _isReleased;
  bool _isReleased = false;

  /// Lets go of it. It may be called more than once.
  void release() {
    if (_isReleased) return;
    _isReleased = true;
    _finalizer.detach(this);
    rhaiHandleFree(_handle);
  }
}
