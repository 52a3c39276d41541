#!/usr/bin/env bash
# Builds a crate that depends on ours, in a folder of its own, with nothing set in the
# environment: ours must build wherever it is, with a stable compiler.
set -euo pipefail
cd -P "$(dirname "${BASH_SOURCE[0]}")/.."
# Git's bash on Windows has names of its own for folders, which cargo does not know.
workspace=$(pwd -W 2>/dev/null || pwd)/rust

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/src"
cat >"$folder/Cargo.toml" <<MANIFEST
[package]
name = "dependent"
version = "0.0.0"
edition = "2021"

[dependencies]
dart = { path = "$workspace/dart" }
runtime = { path = "$workspace/runtime" }

[workspace]
MANIFEST
cat >"$folder/src/main.rs" <<'MAIN'
use rhai_dart::host::DartEngine;
use rhai_dart::mailbox::Mailbox;
use runtime::context::exchange::Step;
use runtime::context::execution_time::Start;
use runtime::limits::config::Config;

fn main() {
    let mut engine = DartEngine::new(Config::default(), Mailbox::default());
    assert_eq!(engine.eval("40 + 2", Start::default()), Step::Done);
}
MAIN
cp "$workspace/Cargo.lock" "$folder"

cd "$folder"
env -u RUSTC_BOOTSTRAP -u RUSTFLAGS CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$workspace/target/dependency}" \
  cargo run --quiet
