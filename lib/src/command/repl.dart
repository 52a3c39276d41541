import 'command_line.dart';
import 'console.dart';

Future<int> runRepl(CommandLine line, Console console) async => 0;
