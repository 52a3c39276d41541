/// All attacks.
library;

import 'attack.dart';
import 'bombs.dart';
import 'callbacks.dart';
import 'catching.dart';
import 'deep_data.dart';
import 'literals.dart';
import 'loops.dart';
import 'nesting.dart';
import 'numbers.dart';
import 'objects.dart';
import 'output.dart';
import 'parallel.dart';
import 'recursion.dart';
import 'sandbox.dart';
import 'waiting.dart';

export 'attack.dart';

/// The attacks, by what they are about.
final attacks = <String, List<Attack>>{
  'endless loops': loops,
  'endless recursion': recursion,
  'bombs': bombs,
  'nested source': nesting,
  'giant source': literals,
  'nested data': deepData,
  'caught limits': catching,
  'waiting': waiting,
  'parallel calls': parallel,
  'functions of scripts in Dart': callbacks,
  'output': output,
  'the sandbox': sandbox,
  'numbers': numbers,
  'objects of Dart': objects,
};

/// All of them.
Iterable<Attack> get allAttacks => attacks.values.expand((group) => group);
