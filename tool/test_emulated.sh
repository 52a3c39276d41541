#!/usr/bin/env bash
# test_emulated.sh [arm64|armhf|i386]...: runs the Rust tests on other processors, under
# emulation; on all three without arguments.
#
# Not part of ./dartw test: it takes a quarter of an hour and more for each. The first
# time, tool/setup-emulation.sh sets a processor up in the user's cache folder.
# tool/test_emulated_dart.sh runs tests of the Dart package there.
set -euo pipefail
cd -P "$(dirname "${BASH_SOURCE[0]}")/.."

cache_home=${XDG_CACHE_HOME:-$HOME/.cache}/rhai_dart

# Less to wait for; what is tested is the same.
export CARGO_PROFILE_RELEASE_LTO=off
export CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16
export CARGO_PROFILE_RELEASE_OPT_LEVEL=2

[ $# -gt 0 ] || set -- arm64 armhf i386
failed=()
for arch; do
  prefix=$cache_home/emulated/$arch
  tool/setup-emulation.sh "$prefix" "$arch"
  # As hook/src/target.dart has it.
  flags=
  [ "$arch" != armhf ] || flags=-Ctarget-feature=+neon
  skipped=()
  # QEMU has no limit of address space for what it runs, and this test sets one.
  [ "$arch" = i386 ] || skipped+=(--skip=without_memory_to_make_room_a_fiber_fails_and_the_others_stay)
  printf '\n== %s\n' "$arch"
  CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PWD/rust/target/emulated} RUSTFLAGS=$flags "$prefix/bin/emulate" \
    cargo test --release --workspace --no-fail-fast --manifest-path rust/Cargo.toml -- "${skipped[@]}" || failed+=("$arch")
done
[ ${#failed[@]} -eq 0 ] || {
  printf 'test_emulated: failed on %s\n' "${failed[*]}" >&2
  exit 1
}
