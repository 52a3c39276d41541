#!/usr/bin/env bash
# Builds a crate that depends on ours, in a folder of its own, with nothing set in the
# environment: ours must build wherever it is, with a stable compiler.
set -euo pipefail
cd -P "$(dirname "${BASH_SOURCE[0]}")/.."
crate=$PWD/rust

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/src"
cat >"$folder/Cargo.toml" <<MANIFEST
[package]
name = "dependent"
version = "0.0.0"
edition = "2021"

[dependencies]
rhai_dart = { path = "$crate" }

[workspace]
MANIFEST
cat >"$folder/src/main.rs" <<'MAIN'
use rhai_dart::config::Config;
use rhai_dart::engine::ScriptEngine;
use rhai_dart::execution::Step;
use rhai_dart::execution_time::Start;

fn main() {
    let mut engine = ScriptEngine::new(Config::default());
    assert_eq!(engine.eval("40 + 2", Start::default()), Step::Done);
}
MAIN
cp "$crate/Cargo.lock" "$folder"

cd "$folder"
env -u RUSTC_BOOTSTRAP -u RUSTFLAGS CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$crate/target/dependency}" \
  cargo run --quiet
