#!/usr/bin/env bash
# bench_rules_server.sh [SECONDS]: the speed of example/13_rules_server with its rules in a script,
# and with the same rules in Dart, compiled ahead of time: requests per second, and the
# processor time that the server takes for one, which other programs influence less. Both take
# turns, three times. 32 connections on this machine; each of the twelve measurements takes
# SECONDS (3).
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

# serve FLAGS...: starts a server, and sets `url` to its address and `pid` to its process.
serve() {
  local log line
  log=$(mktemp)
  build/rules_server/bundle/bin/serve --port=0 --routes=example/13_rules_server/routes "$@" > "$log" &
  pid=$!
  servers+=("$pid")
  # Its last line has the address.
  while read -r line; do
    case $line in http*) url=$line && break ;; esac
  done < <(tail -n +1 -f --pid="$pid" "$log")
  rm "$log"
}
serve && script_url=$url script_pid=$pid
serve --dart && dart_url=$url dart_pid=$pid

# ticks PID: the processor time that a process has taken, in hundredths of a second.
ticks() { awk '{ print $14 + $15 }' "/proc/$1/stat"; }

# measure URL PID: prints requests per second, and microseconds of processor time for each.
# Fails if a request was no success.
measure() {
  local report before after
  before=$(ticks "$2")
  report=$("$wrk" --threads=1 --connections=32 --duration="${seconds}s" "$1")
  after=$(ticks "$2")
  if grep -q 'Non-2xx\|Socket errors' <<< "$report"; then
    printf '%s\n' "$report" >&2
    return 1
  fi
  awk -v ticks=$((after - before)) \
    '/ requests in / { n = $1 } /^Requests\/sec/ { print $2, ticks * 10000 / n }' <<< "$report"
}

printf '%-12s %21s %21s %15s\n' '' 'script' 'Dart' 'script / Dart'
printf '%-12s %10s %10s %10s %10s %7s %7s\n' request 1/s µs 1/s µs 1/s µs
for path in orders/1 quote/tea/5; do
  for _ in 1 2 3; do
    by_script=$(measure "$script_url/$path" "$script_pid")
    by_dart=$(measure "$dart_url/$path" "$dart_pid")
    awk -v path="$path" '{ printf "%-12s %10.0f %10.1f %10.0f %10.1f %7.2f %7.2f\n",
      path, $1, $2, $3, $4, $1 / $3, $2 / $4 }' <<< "$by_script $by_dart"
  done
done
