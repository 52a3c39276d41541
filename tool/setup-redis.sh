#!/usr/bin/env bash
# setup-redis.sh PREFIX: puts a Redis server under PREFIX on a Debian-like
# machine; it is then PREFIX/bin/redis-server.
#
# `./dartw test` calls it for the database test where there is no Redis.
set -euo pipefail

[ $# -eq 1 ] || { printf 'usage: %s PREFIX\n' "$0" >&2; exit 1; }
exec "$(dirname "$0")/setup-program.sh" redis-server redis-server "$1"
