#!/usr/bin/env bash
# Runs the Dart tests compiled ahead of time, as an app ships them: without the
# VM's compiler, and with the native library taken from the bundle.
#
# `dart test -c exe` cannot do it, because `dart compile exe` refuses packages
# with build hooks. `dart build cli` compiles one entry point, which is written
# from all test files but those with the tag `sdk`.
#
# Environment: DART (dart)  the dart executable to compile with
set -euo pipefail
cd -P "$(dirname "${BASH_SOURCE[0]}")/.."

"${DART:-dart}" run tool/aot_tests.dart build/all_tests.dart
"${DART:-dart}" build cli --target=build/all_tests.dart -o build/aot_tests
# Not `dart test` as above: a program of tests prints its own report and exits
# with a non-zero status when one of them fails. It does not name them at its end.
log=build/aot_tests.log
if ! build/aot_tests/bundle/bin/all_tests | tee "$log"; then
  printf '\nFailed:\n'
  grep -F '[E]' "$log" || printf 'none by name; the program stopped\n'
  exit 1
fi
