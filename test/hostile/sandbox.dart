/// Attempts to use disabled features, and to reach data of Dart and of other scripts.
library;

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import 'attack.dart';

typedef _Kind = RhaiRuntimeErrorKind;

Attack _syntax(String name, String script, [RhaiConfig? config]) =>
    Attack(name, script, doesNotParse, config: config ?? tight);

Attack _unknown(
  String name,
  String function,
  String script, [
  RhaiConfig? config,
]) => Attack(
  name,
  script,
  failsFor(_Kind.functionNotFound, function),
  config: config ?? tight,
);

final _noLoops = tight.copyWith(
  disabledSymbols: {'while', 'loop', '**', 'Fn', 'call'},
);
final _denied = tight.copyWith(
  deniedFunctions: {
    'blob',
    'to_upper',
    'len',
    'push',
    'timestamp',
    'parse_json',
    'bytes',
  },
);
final _allowed = tight.copyWith(allowedFunctions: {'to_string', 'len'});
final _modules = tight.copyWith(allowModules: true);

/// The attacks.
final sandbox = [
  _syntax('eval', 'eval("1 + 1")'),
  _syntax('eval in a function', 'fn f() { eval("1") } f()'),
  _syntax('eval as a method', '"1 + 1".eval()'),
  _syntax('eval in a text', r'`${eval("1")}`'),
  _syntax('eval as a variable', 'let eval = 1; eval'),
  _syntax('an own function named eval', 'fn eval(x) { x } eval("1")'),
  _syntax('import', 'import "/etc/passwd" as x; x'),
  _syntax('import of a path', 'import "../../secret" as x;'),
  _syntax('import in a function', 'fn f() { import "x" as y; } f()'),
  _syntax('export', 'let x = 1; export x as y;'),
  _syntax('a disabled loop', 'loop { break; }', _noLoops),
  _syntax('a disabled while', 'let x = 1; while x > 0 { x -= 1; }', _noLoops),
  _syntax('a disabled while of do', 'do { } while false', _noLoops),
  _syntax('a disabled operator', '2 ** 3', _noLoops),
  _syntax('a disabled Fn', 'Fn("add")', _noLoops),
  _syntax('a disabled call', 'let f = |x| x; f.call(1)', _noLoops),
  _syntax('words of other languages', 'async fn f() { await x; }'),
  _syntax(
    'a namespace of the native side',
    'use std::fs; fs::read("/etc/passwd")',
  ),
  _syntax('go to', 'goto 1'),
  _syntax('shared and public words', 'public static x = 1;'),
  Attack(
    'eval through Fn',
    'Fn("eval").call("1 + 1")',
    isA<RhaiScriptError>(),
    config: tight,
  ),
  Attack(
    'eval through Fn as a method',
    'let f = Fn("eval"); f.call("loop { }")',
    isA<RhaiScriptError>(),
    config: tight,
  ),
  Attack(
    'eval through call',
    'call("eval", "1")',
    isA<RhaiScriptError>(),
    config: tight,
  ),
  Attack(
    'eval through the name in map',
    '["1 + 1"].map("eval")',
    isA<RhaiScriptError>(),
    config: tight,
  ),
  Attack(
    'eval through a text made of parts',
    'let n = "ev"; n += "al"; Fn(n).call("1")',
    isA<RhaiScriptError>(),
    config: tight,
  ),
  Attack(
    'eval through curry',
    'let f = Fn("eval").curry("1 + 1"); f.call()',
    isA<RhaiScriptError>(),
    config: tight,
  ),
  Attack(
    'eval through Dart',
    'run(Fn("eval").curry("1 + 1"))',
    isA<RhaiScriptError>(),
    config: tight,
  ),
  Attack(
    'eval as Dart calls it',
    'Fn("eval").curry("1 + 1")',
    isA<RhaiScriptError>(),
    config: tight,
    then: Then.callResult,
  ),
  Attack(
    'the hidden name of type_of through Fn',
    r'Fn("type_of$").call(1)',
    isA<RhaiScriptError>(),
    config: tight,
  ),
  Attack(
    'a closure by its hidden name',
    r'let f = || 1; Fn("anon$0000000000000000").call()',
    isA<RhaiScriptError>(),
    config: tight,
  ),
  Attack(
    'a getter by its hidden name',
    r'Fn("get$len").call("x", 1)',
    isA<RhaiScriptError>(),
    config: tight,
  ),
  Attack(
    'an operator through Fn',
    'Fn("+").call("a", [1], 2)',
    isA<RhaiScriptError>(),
    config: tight,
  ),
  Attack(
    'a disabled operator through Fn',
    'Fn("**").call(2, 3)',
    isA<RhaiScriptError>(),
    config: tight.copyWith(disabledSymbols: {'**'}),
  ),
  _unknown('a denied function', 'blob', 'blob(10)', _denied),
  _unknown(
    'a denied function with other arguments',
    'blob',
    'blob(10, 5)',
    _denied,
  ),
  _unknown(
    'a denied function through Fn',
    'blob',
    'Fn("blob").call(10)',
    _denied,
  ),
  _unknown(
    'a denied function through curry',
    'blob',
    'Fn("blob").curry(10).call()',
    _denied,
  ),
  _unknown(
    'a denied function by its name',
    'blob',
    '[1].map(Fn("blob"))',
    _denied,
  ),
  _unknown('a denied method', 'to_upper', '"x".to_upper()', _denied),
  _unknown(
    'a denied method as a function',
    'to_upper',
    'to_upper("x")',
    _denied,
  ),
  _unknown(
    'a denied method through ?.',
    'to_upper',
    '"x"?.to_upper()',
    _denied,
  ),
  _unknown(
    'a denied method that changes',
    'push',
    'let a = []; a.push(1);',
    _denied,
  ),
  _unknown(
    'a denied method in a closure',
    'push',
    'let a = []; [1].map(|x| a.push(x))',
    _denied,
  ),
  Attack(
    'a denied function in Dart',
    'run(|| blob(1))',
    dartFails(failsFor(_Kind.functionNotFound, 'blob')),
    config: _denied,
  ),
  _unknown('a denied parser', 'parse_json', 'parse_json("{}")', _denied),
  _unknown('a denied clock', 'timestamp', 'timestamp()', _denied),
  Attack(
    'a denied property',
    '"x".bytes',
    isA<RhaiRuntimeError>(),
    config: _denied,
  ),
  Attack(
    'a denied method as a property',
    '[1].len',
    isA<RhaiRuntimeError>(),
    config: _denied,
  ),
  _unknown('what is not allowed', 'pad', 'let a = []; a.pad(3, 1);', _allowed),
  _unknown(
    'what is not allowed, through a pointer',
    'blob',
    'let f = Fn("blob"); f.call(1)',
    _allowed,
  ),
  _unknown(
    'what is not allowed, in a function',
    'split',
    'fn f(s) { s.split(",") } f("a,b")',
    _allowed,
  ),
  _unknown('a function of the system', 'exit_process', 'exit_process(0)'),
  _unknown('a function of a file', 'open_file', 'open_file("/etc/passwd")'),
  _unknown('a method of Dart', 'toString', 'take(1).toString()'),
  _unknown('a method of a function', 'dispose', 'let f = || 1; f.dispose()'),
  Attack(
    'a module of the file system',
    'import "/etc/passwd" as x;',
    fails(_Kind.moduleNotFound),
    config: _modules,
  ),
  Attack(
    'a module with a computed name',
    r'for i in 0..10 { import `../${i}` as x; }',
    fails(_Kind.moduleNotFound),
    config: _modules,
  ),
  Attack(
    'a namespace that does not exist',
    'std::exit(1)',
    isA<RhaiRuntimeError>(),
    config: tight,
  ),
  Attack(
    'the global namespace',
    'global::secret',
    isA<RhaiRuntimeError>(),
    config: tight,
  ),
  Attack(
    'changing a constant',
    'const X = 1; X = 2;',
    doesNotParse,
    config: tight,
  ),
  Attack(
    'changing a constant through a method',
    'const X = [1]; X.push(2); X',
    fails(_Kind.constantChanged),
    config: tight,
  ),
  Attack(
    'this where there is none',
    'this.x = 1;',
    isA<RhaiScriptError>(),
    config: tight,
  ),
  Attack(
    'variables of the caller',
    'let secret = 1; fn f() { secret } f()',
    failsFor(_Kind.variableNotFound, 'secret'),
    config: tight,
  ),
  Attack(
    'variables of another script',
    'add(leaked, 1)',
    failsFor(_Kind.variableNotFound, 'leaked'),
    config: tight,
  ),
  _syntax('an own print', 'fn print(x) { loop { } } print(1)'),
  _syntax('print through a pointer', 'Fn("print").call(1)'),
  Attack(
    'print by its name',
    '[1].map("print")',
    isA<RhaiRuntimeError>(),
    config: tight,
  ),
  Attack(
    'an own add that calls itself',
    'fn add(a, b) { add(b, a) } add(1, 2)',
    limit(RhaiLimit.stackDepth),
    config: tight,
  ),
  Attack(
    'an own operator',
    'fn f() { 1 } f() = 2;',
    doesNotParse,
    config: tight,
  ),
  Attack(
    'a value changed while it is read',
    'let a = [1, 2]; a.map(|x| a.push(x)); a',
    equals([1, 2, 1, 2]),
    config: tight,
  ),
];
