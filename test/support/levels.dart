import 'dart:ffi';

/// Levels that data may be nested which crosses: `MAX_DEPTH` in
/// `rust/runtime/src/limits/stack.rs`.
final int maxLevels = sizeOf<IntPtr>() < 8 ? 6000 : 100000;
