// A host of plugins: scripts in a folder, which it loads, calls, and loads again when they
// change. Then it starts a thousand, and prints the time that they take.
//
//   ./dartw run example/11_plugin_host.dart

import 'dart:async';
import 'dart:collection';
import 'dart:io';

import 'package:rhai_dart/rhai_dart.dart';

Future<void> main() async {
  final folder = await Directory.systemTemp.createTemp('rhai_dart_plugins');
  final engine = RhaiEngine()
    ..registerFunction(
      'fetch_name',
      (int id) =>
          Future.delayed(const Duration(milliseconds: 10), () => 'user $id'),
    );
  final host = PluginHost(engine, folder);

  print('1. Plugins handle events, and wait for Dart where they must:');
  host.write('greeter', '''
    fn on_login(user) { this.greeted += 1; "Welcome, " + fetch_name(user) }
  ''');
  host.write('counter', 'fn on_login(user) { this.logins += 1; () }');
  host.loadAll();
  print('   ${await host.emit('on_login', [7])}');

  print('2. A plugin that is saved is loaded again, and keeps its state:');
  final reloaded = host.reloads.firstWhere((name) => name == 'greeter');
  host.write('greeter', '''
    fn on_login(user) { this.greeted += 1; `Hi \${fetch_name(user)} (\${this.greeted})` }
  ''');
  print('   ${await reloaded} was loaded again');
  print('   ${await host.emit('on_login', [8])}');

  print('3. One that is not valid, or fails, harms no other:');
  final refused = host.reloads.firstWhere((what) => what != 'greeter');
  host.write('counter', 'fn on_login(user) { let }');
  print('   ${await refused}');
  final added = host.reloads.firstWhere((name) => name == 'broken');
  host.write('broken', 'fn on_login(user) { loop { } }');
  await added;
  print('   ${await host.emit('on_login', [9])}');
  host.close();

  print('4. A thousand plugins:');
  await startMany(engine);

  engine.dispose();
  await folder.delete(recursive: true);
}

/// Starts a thousand plugins, and sends an event to all of them.
Future<void> startMany(RhaiEngine engine) async {
  final watch = Stopwatch()..start();
  final plugins = [
    for (var i = 0; i < 1000; i++)
      engine.compile('''
        fn on_tick(now) { this.ticks += 1; if now % 2 == 0 { fetch_name($i) } else { $i } }
      ''', name: 'plugin $i'),
  ];
  print('   ${watch.elapsedMicroseconds ~/ plugins.length} µs each to start');
  watch.reset();
  await Future.wait([
    for (final plugin in plugins)
      plugin.callAsync<Object?>('on_tick', [2], thisValue: {'ticks': 0}),
  ]);
  print(
    '   one event for all of them, each waiting 10 ms: '
    '${watch.elapsedMilliseconds} ms',
  );
  for (final plugin in plugins) {
    plugin.dispose();
  }
}

/// The plugins in a folder: a script each.
final class PluginHost {
  PluginHost(this._engine, this._folder);

  final RhaiEngine _engine;
  final Directory _folder;

  /// By name, so that they are called in that order.
  final _plugins = SplayTreeMap<String, RhaiScript>();

  /// The state of each plugin, which is `this` in its functions.
  final Map<String, Map<String, Object?>> _states = {};

  final StreamController<String> _reloads = StreamController.broadcast();
  StreamSubscription<void>? _watching;

  /// The names of plugins that were loaded again, or why they were not.
  Stream<String> get reloads => _reloads.stream;

  /// Saves a plugin, in one step.
  void write(String name, String script) => File('${_folder.path}/.$name')
    ..writeAsStringSync(script)
    ..renameSync('${_folder.path}/$name.rhai');

  /// Loads all plugins, and from now on those that are saved.
  void loadAll() {
    for (final file in _folder.listSync()) {
      load(_nameOf(file.path));
    }
    _watching = _folder.watch().listen((event) {
      final path = event is FileSystemMoveEvent
          ? event.destination
          : event.path;
      if (path == null || !path.endsWith('.rhai')) return;
      _reloads.add(_reload(_nameOf(path)));
    });
  }

  /// Loads a plugin. If it is not valid, the one before stays.
  void load(String name) {
    final text = File('${_folder.path}/$name.rhai').readAsStringSync();
    final plugin = _engine.compile(text, name: '$name.rhai');
    _plugins[name]?.dispose();
    _plugins[name] = plugin;
    _states[name] ??= {'greeted': 0, 'logins': 0};
  }

  String _reload(String name) {
    try {
      load(name);
      return name;
    } on RhaiException catch (error) {
      return '$name was not: ${error.message}';
    }
  }

  /// Calls a function of every plugin that has it: what they return, by their names.
  Future<Map<String, Object?>> emit(String event, List<Object?> args) async {
    final answers = await Future.wait([
      for (final MapEntry(key: name, value: plugin) in _plugins.entries)
        if (plugin.has(event, args.length))
          plugin
              .callAsync<Object?>(event, args, thisValue: _states[name])
              .onError<RhaiException>((error, _) => error.message)
              .then((answer) => MapEntry(name, answer)),
    ]);
    return Map.fromEntries(answers);
  }

  /// Stops to look at the folder.
  void close() {
    unawaited(_watching?.cancel());
    unawaited(_reloads.close());
  }

  static String _nameOf(String path) =>
      path.split(Platform.pathSeparator).last.replaceFirst('.rhai', '');
}

// Output:
//
// 1. Plugins handle events, and wait for Dart where they must:
//    {counter: null, greeter: Welcome, user 7}
// 2. A plugin that is saved is loaded again, and keeps its state:
//    greeter was loaded again
//    {counter: null, greeter: Hi user 8 (2)}
// 3. One that is not valid, or fails, harms no other:
//    counter was not: in counter.rhai: Expecting name of a variable
//    {broken: too many operations: the limit is 1000000 (RhaiConfig.maxOperations), counter: null, greeter: Hi user 9 (3)}
// 4. A thousand plugins:
//    <number> µs each to start
//    one event for all of them, each waiting 10 ms: <number> ms
