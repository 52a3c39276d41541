#!/usr/bin/env bash
# bench_rules_server.sh [SECONDS]: requests per second of example/13_rules_server with its rules
# in a script, and with the same rules in Dart, compiled ahead of time. Both take turns, three
# times, as other programs may use the machine, too. 32 connections on this machine; each of the
# twelve measurements takes SECONDS (3).
#
# Needs a Debian-like machine: wrk, which makes the requests, is unpacked in the cache folder.
set -euo pipefail
cd -P "$(dirname "${BASH_SOURCE[0]}")/.."

seconds=${1:-3}
wrk=$(command -v wrk || true)
if [ -z "$wrk" ]; then
  home=${XDG_CACHE_HOME:-$HOME/.cache}/rhai_dart/wrk
  tool/setup-program.sh wrk wrk "$home"
  wrk=$home/bin/wrk
fi

./dartw build cli --target=example/13_rules_server/serve.dart -o build/rules_server >&2

servers=()
stop() { [ ${#servers[@]} -eq 0 ] || kill "${servers[@]}"; }
trap stop EXIT

# serve FLAGS...: starts a server, and sets `url` to its address.
serve() {
  local log line
  log=$(mktemp)
  build/rules_server/bundle/bin/serve --port=0 "$@" > "$log" &
  servers+=($!)
  # Its last line has the address.
  while read -r line; do
    case $line in http*) url=$line && break ;; esac
  done < <(tail -n +1 -f --pid=$! "$log")
  rm "$log"
}
serve && rules=$url
serve --dart && dart=$url

# measure URL: requests per second; fails if one of them is no success.
measure() {
  local report
  report=$("$wrk" --threads=1 --connections=32 --duration="${seconds}s" "$1")
  if grep -q 'Non-2xx\|Socket errors' <<< "$report"; then
    printf '%s\n' "$report" >&2
    return 1
  fi
  awk '/^Requests\/sec/ { print $2 }' <<< "$report"
}

printf '%-14s %12s %12s %8s\n' request script Dart ratio
for path in orders/1 quote/tea/5; do
  for _ in 1 2 3; do
    by_script=$(measure "$rules/$path")
    by_dart=$(measure "$dart/$path")
    awk -v path="$path" -v a="$by_script" -v b="$by_dart" \
      'BEGIN { printf "%-14s %12.0f %12.0f %8.2f\n", path, a, b, a / b }'
  done
done
