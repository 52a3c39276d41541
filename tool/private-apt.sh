# private-apt.sh: functions for scripts that unpack Debian's packages in a folder: what they
# need, say and lock, and an apt with sources, lists, a cache and an (empty) package status
# of its own there.
# shellcheck shell=bash
# shellcheck disable=SC2034  # Whoever sources it uses the keyring.

say() { printf '%s: %s\n' "$(basename "$0" .sh)" "$*" >&2; }
die() {
  say "error: $*"
  exit 1
}

# need PROGRAM...: ends the script if one of them is missing.
need() {
  local program
  for program; do
    command -v "$program" >/dev/null || die "$program is needed"
  done
}

# need_keyring: ends the script if Debian's keys are missing.
need_keyring() {
  [ -r "$debian_keyring" ] || die "$debian_keyring is missing: install the package debian-archive-keyring"
}

# lock FOLDER: makes it, and lets one script at a time use it.
lock() {
  mkdir -p "$1"
  exec 9> "$1/.lock"
  flock -n 9 || { say "waiting for another run of this script"; flock 9; }
}

# show_on_failure LOG: what apt prints only matters when something fails.
show_on_failure() {
  failure_log=$1
  trap '[ $? -eq 0 ] || { say "failed; the end of $failure_log:"; tail -n 15 "$failure_log" >&2; }' EXIT
}

# os_release NAME: prints a field of the machine's own description.
os_release() { sed -n "s/^$1=//p" /etc/os-release | tr -d '"'; }

debian_keyring=/usr/share/keyrings/debian-archive-keyring.gpg

# find_mirror: sets `mirror` to $DEBIAN_MIRROR, or to the one in the machine's apt sources.
find_mirror() {
  mirror=${DEBIAN_MIRROR:-}
  [ -n "$mirror" ] || mirror=$(
    grep -hoE 'https?://[^[:space:]]+/debian/?([[:space:]]|$)' \
      /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null | head -n 1 | tr -d '[:space:]' || true
  )
  [ -n "$mirror" ] || die "no Debian mirror in the machine's apt sources: set DEBIAN_MIRROR to the URL of one"
}

# write_apt_conf FOLDER LINE...: writes FOLDER/apt.conf for the sources in
# FOLDER/sources.list, with more lines of configuration.
write_apt_conf() {
  local folder=$1
  shift
  : > "$folder/status"
  # Read after the machine's apt configuration, so that its proxy settings hold.
  cat > "$folder/apt.conf" <<CONF
Dir::Etc::sourcelist "$folder/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Dir::State "$folder";
Dir::State::lists "$folder/lists";
Dir::State::status "$folder/status";
Dir::Cache "$folder/cache";
APT::Install-Recommends "false";
APT::Sandbox::User "root";
Acquire::Languages "none";
Acquire::PDiffs "false";
Acquire::Retries "3";
Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
Acquire::IndexTargets::deb::CNF::DefaultEnabled "false";
Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled "false";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
CONF
  printf '%s\n' "$@" >> "$folder/apt.conf"
}
