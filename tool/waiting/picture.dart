import 'dart:convert';
import 'dart:math';

import 'recording.dart';

const _width = 800.0;
const _timeLeft = 326.0;
const _timeRight = 772.0;
const _left = 24.0;

/// How far arrows are from the ends of bars, so that none covers another.
const _inset = 7.0;

const _style = '''
  .card { fill: #ffffff; stroke: #d1d9e0; }
  .rule { stroke: #d1d9e0; }
  .grid { stroke: #59636e; opacity: .16; }
  .text { fill: #1f2328; font: 14px sans-serif; }
  .head { font-weight: bold; }
  .note, .time { fill: #59636e; font: 13px sans-serif; }
  .code { fill: #1f2328; font: 12.5px ui-monospace, Menlo, Consolas, monospace; }
  .word { fill: #1f2328; font: bold 12.5px sans-serif; text-anchor: middle; }
  .time, .middle { text-anchor: middle; }
  .end { text-anchor: end; }
  .runs { fill: #2563eb; }
  .waits { fill: #2563eb; fill-opacity: .12; stroke: #2563eb; stroke-dasharray: 4 3; }
  .dart { fill: #5eead4; }
  .tick { fill: #d97706; }
  .call { stroke: #0d9488; stroke-width: 1.5; fill: none; }
  .tip { fill: #0d9488; }
  @media (prefers-color-scheme: dark) {
    .card { fill: #151b23; stroke: #3d444d; }
    .rule { stroke: #3d444d; }
    .grid { stroke: #9198a1; }
    .text, .code, .word { fill: #f0f6fc; }
    .note, .time { fill: #9198a1; }
    .runs { fill: #58a6ff; }
    .waits { fill: #58a6ff; fill-opacity: .16; stroke: #58a6ff; }
    .dart { fill: #0f766e; }
    .tick { fill: #f0b429; }
    .call { stroke: #2dd4bf; }
    .tip { fill: #2dd4bf; }
  }
''';

/// Draws a recording as an SVG picture.
///
/// It has three lanes below each other, with the same time from left to right: the script,
/// line by line; the Dart function; the event loop.
String draw(Recording recording) => _Picture(recording).draw();

final class _Picture {
  _Picture(this._recording);

  final Recording _recording;
  final _shapes = StringBuffer();

  /// The tops of the script's arrows, and where they lead.
  final _starts = <Point<double>>[];
  final _ends = <Point<double>>[];

  String draw() {
    var y = 40.0;
    _lane(y, 'The script');
    _legend(y);
    final top = y + 12;
    y = _script(top);
    _lane(y += 34, 'Dart', rule: true);
    final bars = y += 14;
    _dart(bars);
    _lane(y += 60, 'The event loop', rule: true);
    y = _eventLoop(y + 14);
    final grid = _grid(top, y);
    _note(y += 30);
    final height = y + 24;
    return '''
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 $_width ${_n(height)}" width="800" height="${_n(height)}" role="img">
<title>A script that waits three times, while the event loop runs on</title>
<style>
$_style</style>
<rect class="card" x=".5" y=".5" width="799" height="${_n(height - 1)}" rx="10"/>
$grid$_shapes</svg>
''';
  }

  void _lane(double y, String name, {bool rule = false}) {
    if (rule) _line('rule', _left, y - 24, _timeRight, y - 24);
    _text('text head', _left, y, name);
  }

  void _legend(double y) {
    _box('runs', _timeLeft, y - 11, 26, 13);
    _text('note', _timeLeft + 33, y, 'runs');
    _box('waits', _timeLeft + 90, y - 11, 26, 13);
    _text('note', _timeLeft + 123, y, 'waits');
  }

  /// Draws the lines of the script with their bars; returns where they end.
  double _script(double top) {
    var y = top;
    var now = 0;
    final calls = _recording.calls.iterator;
    for (final (index, step) in script.indexed) {
      final height = step.lines.length * 19.0 + 9;
      for (final (row, line) in step.lines.indexed) {
        _text('code', _left, y + 18 + row * 19, line);
      }
      final bar = y + height / 2 - 10;
      if (step.fetches) {
        calls.moveNext();
        final span = calls.current.span;
        final (from, to) = (_x(span.from), _x(span.to));
        _box('waits', from, bar, to - from, 20);
        _text('word', (from + to) / 2, bar + 14.5, 'waits ${_ms(span)}');
        _ran(now, span.from, bar);
        _starts.add(Point(from + _inset, bar + 20));
        _ends.add(Point(to - _inset, bar + 20));
        now = span.to;
      } else {
        final to = index + 1 < script.length
            ? _recording.calls
                  .firstWhere((call) => call.span.from >= now)
                  .span
                  .from
            : _recording.all.to;
        _ran(now, to, bar);
        now = to;
      }
      y += height;
    }
    return y;
  }

  void _ran(int from, int to, double y) {
    // A moment is shown, too.
    final width = max(_x(to) - _x(from), 4.0);
    _box('runs', _x(from), y, width, 20);
    if (width > 4) {
      final text = 'runs ${_ms((from: from, to: to))}';
      _text('note', _x(to) + 8, y + 14.5, text);
    }
  }

  void _dart(double y) {
    _text('code', _left, y + 15, 'Future<Object?> fetch(String path)');
    for (final (index, call) in _recording.calls.indexed) {
      final (from, to) = (_x(call.span.from), _x(call.span.to));
      _box('dart', from, y, to - from, 22);
      _text('word', (from + to) / 2, y + 15.5, 'GET ${call.path}');
      _arrow(_starts[index], Point(from + _inset, y));
      _arrow(Point(to - _inset, y), _ends[index]);
      _text('note', from + _inset + 8, y - 12, 'calls');
      _text('note end', to - _inset - 8, y - 12, 'value');
    }
  }

  double _eventLoop(double y) {
    _text(
      'code',
      _left,
      y + 12,
      'Timer.periodic(${tickTime.inMilliseconds} ms)',
    );
    for (final tick in _recording.ticks) {
      _shapes.writeln(
        '<circle class="tick" cx="${_n(_x(tick))}" cy="${_n(y + 8)}" r="4.5"/>',
      );
    }
    return y + 22;
  }

  /// Draws the time below the lanes; returns its lines, which are behind all else.
  String _grid(double top, double bottom) {
    final lines = StringBuffer();
    for (var time = 0; time <= _recording.all.to; time += 50000) {
      final x = _n(_x(time));
      lines.writeln('<path class="grid" d="M$x ${_n(top)}V${_n(bottom)}"/>');
      _text('time', _x(time), bottom + 16, '${time ~/ 1000}');
    }
    _text('note end', _timeLeft - 18, bottom + 16, 'milliseconds');
    return '$lines';
  }

  void _note(double y) {
    final waited = _recording.calls.fold(
      0,
      (sum, call) => sum + call.span.to - call.span.from,
    );
    final ran = (from: waited, to: _recording.all.to);
    _text(
      'text middle',
      _width / 2,
      y + 8,
      'All on one thread. The script ran ${_ms(ran)} and waited '
          '${_ms((from: 0, to: waited))}; the timer ticked '
          '${_recording.ticks.length} times meanwhile.',
    );
  }

  void _arrow(Point<double> from, Point<double> to) {
    final tip = to.y > from.y ? -7.0 : 7.0;
    _line('call', from.x, from.y, to.x, to.y + tip);
    _shapes.writeln(
      '<path class="tip" d="M${_n(to.x)} ${_n(to.y)}l-4 ${_n(tip)}h8z"/>',
    );
  }

  void _line(String style, double x1, double y1, double x2, double y2) =>
      _shapes.writeln(
        '<path class="$style" d="M${_n(x1)} ${_n(y1)}L${_n(x2)} ${_n(y2)}"/>',
      );

  void _box(String style, double x, double y, double width, double height) =>
      _shapes.writeln(
        '<rect class="$style" x="${_n(x)}" y="${_n(y)}" '
        'width="${_n(width)}" height="${_n(height)}" rx="2"/>',
      );

  void _text(String style, double x, double y, String text) => _shapes.writeln(
    '<text class="$style" x="${_n(x)}" y="${_n(y)}">'
    '${const HtmlEscape(HtmlEscapeMode.element).convert(text)}</text>',
  );

  double _x(int time) =>
      _timeLeft + time / _recording.all.to * (_timeRight - _timeLeft);
}

String _ms(Span span) => '${((span.to - span.from) / 1000).round()} ms';

/// A number with one digit behind the point at most.
String _n(double value) =>
    value.toStringAsFixed(1).replaceFirst(RegExp(r'\.0$'), '');
