/// How executions are started.
///
/// @docImport '../errors.dart';
library;

/// Starts an execution on the native side, and returns its first step.
///
/// `held` is for how many microseconds the event loop has been held. The script
/// runs for `outerExecution` of `outerEngine`, unless these are 0.
typedef NativeStart =
    int Function(int held, int outerEngine, int outerExecution);

/// The ways in which an execution may give the event loop a turn before it ends.
enum Waiting {
  /// It must end without: one that has to wait is ended with an error.
  never,

  /// It waits where it has to.
  ifNeeded,

  /// It also lets the event loop run every half a millisecond.
  mayYield,
}

/// Starts executions, and drives them.
abstract interface class Starter {
  /// Throws a [RhaiLimitError] if no other execution may be under way.
  ///
  /// Call this before what it needs is written. [start] looks again.
  void checkRoom();

  /// Runs an execution that [native] starts. Returns its value, or a Future of it
  /// if it waits.
  Object? start(NativeStart native, Waiting waiting);

  /// Returns the value of what [native] runs under the limits of an execution, and is none: it
  /// makes no requests, and does not count.
  Object? read(NativeStart native);
}
