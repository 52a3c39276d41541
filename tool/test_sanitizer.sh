#!/usr/bin/env bash
# Refuses every allocation of scripts under the address sanitizer, on Linux. Takes some
# minutes, and a few GB of memory: what abandoned scripts have is leaked on purpose.
set -euo pipefail
cd -P "$(dirname "${BASH_SOURCE[0]}")/.."

# Lets a stable compiler instrument code.
export RUSTC_BOOTSTRAP=1
export RUSTFLAGS='-Zsanitizer=address -Cdebuginfo=1'
export CARGO_PROFILE_DEV_OPT_LEVEL=1
export CARGO_TARGET_DIR=$PWD/build/sanitizer
export ASAN_OPTIONS=detect_leaks=0
target=$(rustc -vV | sed -n 's/^host: //p')

# A program that reads what is not its own: if that goes unnoticed, so may all else.
mkdir -p "$CARGO_TARGET_DIR"
control=$CARGO_TARGET_DIR/control
cat >"$control.rs" <<'CONTROL'
fn main() {
    let bytes = vec![0_u8; 8];
    let end = std::hint::black_box(bytes.as_ptr().wrapping_add(8));
    // SAFETY: none, on purpose.
    std::process::exit(i32::from(unsafe { *end } & 0));
}
CONTROL
# shellcheck disable=SC2086
rustc $RUSTFLAGS --target="$target" -o "$control" "$control.rs"
if "$control" 2>/dev/null; then
  echo 'test_sanitizer.sh: the sanitizer reports nothing' >&2
  exit 1
fi

cargo test --manifest-path rust/Cargo.toml --target "$target" \
  --features refusing,sanitizer --test refused -- --test-threads 1
