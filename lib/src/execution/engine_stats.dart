import '../ffi/bindings.dart';
import '../rhai_stats.dart';
import '../wire/frame.dart';
import '../wire/protocol.dart';
import 'executions.dart';
import 'function_calls.dart';
import 'future_waits.dart';

/// The numbers of an engine, gathered from where they are.
final class EngineStats {
  /// Gathers the numbers of the engine of [_frame].
  EngineStats(this._frame, this._executions, this._calls, this._waits);

  final Frame _frame;
  final Executions _executions;
  final FunctionCalls _calls;
  final FutureWaits _waits;

  /// The numbers of the native side when it was freed.
  List<int>? _last;

  /// The numbers now, or of an engine that was disposed the last ones.
  RhaiStats read() {
    final native = _last ?? _readNative();
    return RhaiStats(
      started: _executions.started,
      refused: _executions.refused,
      underWay: _executions.underWay,
      endings: _executions.endings,
      waiting: _waits.count,
      functionCalls: _calls.count,
      waits: _waits.started,
      timeouts: _waits.timeouts,
      bytesToScripts: _frame.bytesWritten,
      bytesToDart: _frame.bytesRead,
      cachedScripts: native[EngineStat.cachedScripts],
      cachedBytes: native[EngineStat.cachedBytes],
      compiledScripts: native[EngineStat.compiledScripts],
      memory: native[EngineStat.memory],
      peakMemory: native[EngineStat.peakMemory],
      leakedBytes: native[EngineStat.leakedBytes],
    );
  }

  /// Keeps the numbers of the native side, which is about to be freed: its scripts and their
  /// memory will be gone.
  void close() {
    final native = _readNative();
    _last = [
      for (var i = 0; i < EngineStat.count; i++)
        i == EngineStat.peakMemory || i == EngineStat.leakedBytes
            ? native[i]
            : 0,
    ];
  }

  List<int> _readNative() {
    rhaiEngineStats(_frame.engine);
    return _frame.readArguments().cast();
  }
}
