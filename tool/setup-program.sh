#!/usr/bin/env bash
# setup-program.sh PACKAGE PROGRAM PREFIX: puts a program of a Debian package under
# PREFIX on a Debian-like machine; it is then PREFIX/bin/PROGRAM.
#
# It takes the package, and those it needs that are not installed, from the
# machine's own apt sources and unpacks them. It needs no root, and nothing is
# installed system-wide: the machine's apt lists and package database stay as
# they are, and no package's scripts run, so that no service is started.
#
# A program in PREFIX that runs is left alone.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/private-apt.sh"

[ $# -eq 3 ] || die "usage: $0 PACKAGE PROGRAM PREFIX"
package=$1 name=$2
need apt-get dpkg-deb flock
prefix=$(readlink -m "$3")
case $prefix in *[:\;]*) die "PREFIX must not contain colons or semicolons: $prefix" ;; esac

# runs: whether the program is there with all its libraries. Not every program that runs
# says its version with success.
runs() { [ -x "$1/bin/$name" ] && { "$1/bin/$name" --version >/dev/null 2>&1 || [ $? -eq 1 ]; }; }

lock "$prefix"
if runs "$prefix"; then exit; fi

say "unpacking Debian's $package in $prefix (once)"
work=$prefix/.work
log=$work/log
rm -rf "$work"
mkdir -p "$work"/{lists/partial,cache/archives/partial,new/bin,new/root}
show_on_failure "$log"

# A private apt: the machine's sources and package status, which it only reads,
# and lists and a cache of its own. Hence no lock either.
cat > "$work/apt.conf" <<CONF
Dir::State "$work";
Dir::State::lists "$work/lists";
Dir::Cache "$work/cache";
Dir::Log "$work";
APT::Install-Recommends "false";
APT::Sandbox::User "";
Acquire::Languages "none";
Acquire::PDiffs "false";
Acquire::Retries "1";
Acquire::http::Timeout "20";
Acquire::https::Timeout "20";
Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
Acquire::IndexTargets::deb::CNF::DefaultEnabled "false";
Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled "false";
Debug::NoLocking "true";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
CONF
apt() { DEBIAN_FRONTEND=noninteractive apt-get -c "$work/apt.conf" -q -y "$@" >> "$log" 2>&1 </dev/null; }
# A source of something else that cannot be read does not matter.
apt update || say "apt-get update failed; going on with what it could read"
apt install --download-only --no-install-recommends "$package"

for deb in "$work"/cache/archives/*.deb; do
  dpkg-deb -x "$deb" "$work/new/root" >> "$log" 2>&1
done
cat > "$work/new/bin/$name" <<WRAPPER
#!/bin/sh
# Written by setup-program.sh: Debian's $package with the libraries unpacked
# beside it.
root=\$(dirname "\$(readlink -f "\$0")")/../root
for dir in "\$root"/lib/*-linux-* "\$root"/usr/lib/*-linux-*; do
  LD_LIBRARY_PATH=\$dir\${LD_LIBRARY_PATH:+:\$LD_LIBRARY_PATH}
done
export LD_LIBRARY_PATH
exec "\$root/usr/bin/$name" "\$@"
WRAPPER
chmod 755 "$work/new/bin/$name"
runs "$work/new" || die "$name does not run here"

rm -rf "$prefix/bin" "$prefix/root"
mv "$work/new/root" "$work/new/bin" "$prefix/"
runs "$prefix" || die "$name does not run here"
say "$name is ready"
rm -rf "$work"
