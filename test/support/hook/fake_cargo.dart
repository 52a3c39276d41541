import 'dart:io';

import '../folders.dart';

/// A cargo that compiles nothing: it writes down how it was called, and a small file in
/// the place of the library.
final class FakeCargo {
  /// Creates a cargo that runs on [platform]. It ends with [exitCode], after it has
  /// printed [messages]. The library it makes is a copy of [library], if given.
  FakeCargo({
    String platform = 'x86_64-unknown-linux-gnu',
    String messages = '   Compiling dart v0.1.0',
    int exitCode = 0,
    File? library,
  }) {
    final make = library == null
        ? r'echo "library of $triple"'
        : 'cat ${library.path}';
    File('${folder.path}/cargo').writeAsStringSync('''
#!/bin/sh
PATH=/usr/bin:/bin
if [ "\$1" = -vV ]; then
  echo "cargo 1.95.0"
  echo "host: $platform"
  exit
fi
if [ "\$1" = clean ]; then
  for argument; do
    case \$argument in --package=*) echo "\${argument#--package=}" ;; esac
  done > ${folder.path}/forgotten
  exit
fi
for argument; do
  case \$argument in
    --target=*) triple=\${argument#--target=} ;;
    --target-dir=*) folder=\${argument#--target-dir=} ;;
  esac
done
printf '%s\\n' "\$@" > ${folder.path}/arguments
env > ${folder.path}/environment
echo >> ${folder.path}/calls
cat >&2 <<'MESSAGES'
$messages
MESSAGES
if [ $exitCode -ne 0 ]; then exit $exitCode; fi
case \$triple in
  *windows*) name=rhai_dart.dll ;;
  *apple*) name=librhai_dart.dylib ;;
  *) name=librhai_dart.so ;;
esac
mkdir -p "\$folder/\$triple/release"
$make > "\$folder/\$triple/release/\$name"
''');
    Process.runSync('chmod', ['+x', '${folder.path}/cargo']);
  }

  /// Folder of the program, for the PATH.
  final Directory folder = temporaryFolder();

  /// Arguments of the last call to compile.
  List<String> get arguments => _lines('arguments');

  /// Crates that it was told to compile again, at the last time.
  List<String> get forgotten => _lines('forgotten');

  /// Environment of the last call.
  Map<String, String> get environment => {
    for (final line in _lines('environment'))
      line.split('=').first: line.split('=').skip(1).join('='),
  };

  /// How often it has compiled.
  int get calls =>
      File('${folder.path}/calls').existsSync() ? _lines('calls').length : 0;

  List<String> _lines(String name) =>
      File('${folder.path}/$name').readAsLinesSync();
}
