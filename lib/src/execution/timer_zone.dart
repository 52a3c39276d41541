/// Finds out in which zone the timers of a script belong.
///
/// Timers serve many scripts, so they are made in the root zone: there they belong to no
/// single one. But a zone can have a time of its own, as tests have with `fake_async` and
/// those of widgets. Its scripts must wait by that time, or they would wait for ever. No
/// zone says so; the class of its timers does.
library;

import 'dart:async';

/// The results of [timerZoneOf] so far.
final Expando<Zone> _known = Expando();

final Type _systemTimer = _classOfTimers(Zone.root);

/// The zone that makes the timers of scripts in [zone]: the root zone, or [zone] itself if
/// its time is not that of the system.
///
/// For a zone that it does not know yet, it makes a timer, and cancels it.
Zone timerZoneOf(Zone zone) => identical(zone, Zone.root)
    ? zone
    : _known[zone] ??= _classOfTimers(zone) == _systemTimer ? Zone.root : zone;

Type _classOfTimers(Zone zone) {
  final probe = zone.createTimer(const Duration(minutes: 1), () {});
  probe.cancel();
  return probe.runtimeType;
}
