/// A script to begin with.
typedef Sample = ({String name, String source});

/// The scripts to begin with.
const List<Sample> samples = [
  (name: 'HTTP', source: _http),
  (name: 'Game', source: _game),
  (name: 'Hostile', source: _hostile),
];

/// Asks a server for packages.
const _http = r'''
// http_get is an asynchronous Dart function.
// The script waits for it, and needs no await.
let packages = ["http", "path", "args"];

for name in packages {
    let info = http_get(`https://pub.dev/api/packages/${name}`);
    print(`${name} ${info.latest.version}`);
}

`${packages.len()} packages`
''';

/// Moves the ball until it is stopped.
const _game = r'''
// A ball is a Dart object. next_frame() waits
// until Flutter has drawn a frame.
let ball = ball();
ball.x = 0.1;
ball.y = 0.2;
let dx = 0.008;
let dy = 0.0;

loop {
    dy += 0.001;
    ball.x += dx;
    ball.y += dy;
    if ball.x < 0.0 || ball.x > 1.0 { dx = -dx; }
    if ball.y > 1.0 { ball.y = 1.0; dy = -dy; }
    next_frame();
}
''';

/// Breaks the limit of memory.
const _hostile = r'''
// Takes all the memory that it can get, and
// ignores every error. A limit ends it: no
// script can catch that.
let hoard = [];

loop {
    try {
        let text = "x";
        loop {
            text += text;
            hoard.push(text);
        }
    } catch {
        print("not stopped yet");
    }
}
''';
