#!/usr/bin/env bash
# test_emulated_dart.sh [arm64|armhf]...: builds the package for other processors and runs
# the core of its tests there, compiled ahead of time, under emulation; on both without
# arguments.
#
# Not part of ./dartw test: see tool/test_emulated.sh, which runs the Rust tests. The
# build hook runs on the other processor's Dart SDK. Left out are tests that start
# programs, those of what takes how long, as emulation is slow, and those of data that is
# nested more deeply than 32 bits allow.
set -euo pipefail
cd -P "$(dirname "${BASH_SOURCE[0]}")/.."

cache_home=${XDG_CACHE_HOME:-$HOME/.cache}/rhai_dart
tests=(
  test/values/{values,dart_objects}_test.dart
  test/functions/{register_function,script_functions,callbacks,callback_arguments}_test.dart
  test/functions/{typed_parameters,overloads,namespaced_functions,unregister}_test.dart
  test/functions/{listed_functions,listed_members,reentrancy}_test.dart
  test/scripts/{call,call_arguments,compile,typed_results}_test.dart
  test/errors/{errors,error_details,messages}_test.dart
  test/types test/language/{builtins,first_line,modules,sorting}_test.dart
  test/modules/module_loader_test.dart
  test/engine/{basics,config,dispose,host_constants,output}_test.dart
  test/async/{async_function,async_errors,waiting_places,parallel_orders}_test.dart
  test/limits/{limits,data_size}_test.dart
)

program=emulated_tests
./dartw tool/aot_tests.dart --minutes=20 "build/$program.dart" "${tests[@]}"
# Where dartw has the packages that it resolved.
PUB_CACHE=$(sed -n 's|.*"pubCache": "file://\(.*\)".*|\1|p' .dart_tool/package_config.json)
export PUB_CACHE

[ $# -gt 0 ] || set -- arm64 armhf
failed=()
for arch; do
  prefix=$cache_home/emulated/$arch
  tool/setup-emulation.sh "$prefix" "$arch"
  out=build/emulated/$arch
  printf '\n== %s\n' "$arch"
  { "$prefix/bin/emulate" dart build cli --target="build/$program.dart" -o "$out" &&
    "$prefix/bin/emulate" "$out/bundle/bin/$program"; } || failed+=("$arch")
done
[ ${#failed[@]} -eq 0 ] || {
  printf 'test_emulated_dart: failed on %s\n' "${failed[*]}" >&2
  exit 1
}
