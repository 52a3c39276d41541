#!/usr/bin/env bash
# Compares what scripts do here with what they do in Rhai, for all that Rhai ships: its
# scripts, the code in its documentation, and the texts in its tests. See
# rust/dart/tests/corpus.rs. Rhai's repository, as it was when the version in use was released,
# is kept in the user's cache folder. Takes some minutes.
set -euo pipefail
cd -P "$(dirname "${BASH_SOURCE[0]}")/.."

# The crate says of which commit it was made.
manifest=$(cargo metadata --manifest-path rust/Cargo.toml --format-version 1 |
  grep -o '"manifest_path":"[^"]*/rhai-[0-9.]*/Cargo.toml"' | head -n 1 | cut -d '"' -f 4)
commit=$(sed -n 's/.*"sha1": "\([0-9a-f]*\)".*/\1/p' "${manifest%/*}/.cargo_vcs_info.json")
[ -n "$commit" ] || {
  echo "same_as_rhai.sh: ${manifest%/*} does not say of which commit it is" >&2
  exit 1
}

folder=${XDG_CACHE_HOME:-$HOME/.cache}/rhai_dart/rhai-$commit
if [ "$(git -C "$folder" rev-parse HEAD 2>/dev/null)" != "$commit" ]; then
  git init --quiet "$folder"
  git -C "$folder" fetch --quiet --depth 1 https://github.com/rhaiscript/rhai "$commit"
  git -C "$folder" checkout --quiet --force FETCH_HEAD
fi

RHAI_SCRIPTS=$folder cargo test --manifest-path rust/Cargo.toml --release \
  --test corpus -- --nocapture
