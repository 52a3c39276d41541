# private-apt.sh: functions for scripts that unpack Debian's packages in a folder. They
# give apt sources, lists, a cache and an (empty) package status of its own there.
# shellcheck shell=bash
# shellcheck disable=SC2034  # Whoever sources it uses the keyring.

debian_keyring=/usr/share/keyrings/debian-archive-keyring.gpg

# debian_mirror: prints the mirror to use: $DEBIAN_MIRROR, or the one in the machine's apt
# sources; nothing if there is none.
debian_mirror() {
  if [ -n "${DEBIAN_MIRROR:-}" ]; then
    printf '%s' "$DEBIAN_MIRROR"
  else
    grep -hoE 'https?://[^[:space:]]+/debian/?([[:space:]]|$)' \
      /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null | head -n 1 | tr -d '[:space:]' || true
  fi
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
