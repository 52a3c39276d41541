#!/usr/bin/env bash
# setup-emulation.sh PREFIX arm64|armhf|i386: puts under PREFIX what builds the Rust
# crates for another processor and runs their tests, on a Debian-like machine; it
# is then run by PREFIX/bin/emulate.
#
# tool/test_emulated.sh calls it. It needs Debian's package mirror, and neither
# rustup nor hardware of that kind.
#
#   PREFIX/root          Debian's packages (suite $EMULATION_SUITE), unpacked: a Rust
#                        toolchain and QEMU for this machine; a linker, the C library
#                        and Rust's standard library for the other.
#   PREFIX/bin/emulate   runs a command that sees PREFIX/root/usr as /usr, and all
#                        else as it is. cargo compiles for the other processor there,
#                        and starts what it has compiled under QEMU. (An x86-64 kernel
#                        runs programs for i386 itself.)
#
# Nothing is installed system-wide: the command has a mount namespace of its own,
# which a user namespace lets it have without being root. apt fetches every byte and
# checks it against Debian's signed indices. A finished PREFIX is left alone; an
# interrupted run begins again.
#
# Environment: EMULATION_SUITE (trixie)   Debian suite, one with Rust 1.85 or newer
#              DEBIAN_MIRROR              default: the one in the machine's apt sources
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/private-apt.sh"

suite=${EMULATION_SUITE:-trixie}

say() { printf 'setup-emulation: %s\n' "$*" >&2; }
die() {
  say "error: $*"
  exit 1
}

[ $# -eq 2 ] || die "usage: $0 PREFIX arm64|armhf|i386"
prefix=$(readlink -m "$1") arch=$2
case $prefix in
  *[!A-Za-z0-9/._+-]*) die "PREFIX may hold letters, digits and / . _ + - only: $prefix" ;;
  /usr | /usr/*) die "PREFIX must not be in /usr, which is replaced: $prefix" ;;
esac
case $arch in
  arm64) gnu=aarch64-linux-gnu rust=aarch64-unknown-linux-gnu emulator=qemu-aarch64 ;;
  armhf) gnu=arm-linux-gnueabihf rust=armv7-unknown-linux-gnueabihf emulator=qemu-arm ;;
  i386) gnu=i686-linux-gnu rust=i686-unknown-linux-gnu emulator= ;;
  *) die "unknown architecture $arch: arm64, armhf or i386" ;;
esac
for program in apt-get dpkg dpkg-deb flock mount unshare; do
  command -v "$program" >/dev/null || die "$program is needed"
done
[ "$(dpkg --print-architecture)" = amd64 ] || die "the machine must be an x86-64 one"
unshare --user --map-root-user --mount true || die "user namespaces are needed, and are not allowed here"
for dir in bin lib lib64 sbin; do
  [ "$(readlink -f "/$dir")" = "/usr/$dir" ] || die "/$dir must be a link to /usr/$dir"
done
[ -r "$debian_keyring" ] || die "$debian_keyring is missing: install the package debian-archive-keyring"

mkdir -p "$prefix"
exec 9> "$prefix/.lock"
flock -n 9 || { say "waiting for another run of this script"; flock 9; }
if [ -e "$prefix/.complete" ]; then exit; fi

work=$prefix/.work
log=$work/log
rm -rf "$work"
mkdir -p "$work"/{lists/partial,cache/archives/partial,debs}
on_exit() {
  [ "$1" -ne 0 ] || return 0
  say "failed; the end of $log:"
  tail -n 15 "$log" >&2
}
trap 'on_exit $?' EXIT

# 1. A private apt: its own sources, lists, cache and (empty) package status ---
mirror=$(debian_mirror)
[ -n "$mirror" ] || die "no Debian mirror in the machine's apt sources: set DEBIAN_MIRROR to the URL of one"
echo "deb [signed-by=$debian_keyring] $mirror $suite main" > "$work/sources.list"
write_apt_conf "$work" '#clear APT::Architectures;' "APT::Architectures { \"amd64\"; \"$arch\"; };"
apt=(-c "$work/apt.conf" -q)
say "1/3 reading Debian's package index ($mirror, $suite)"
apt-get "${apt[@]}" -o APT::Update::Error-Mode=any update >> "$log" 2>&1

# 2. The packages --------------------------------------------------------------
packages=(
  bash coreutils grep sed
  rustc cargo gcc libc6-dev
  "gcc-$gnu" "libc6-dev:$arch" "libstd-rust-dev:$arch"
)
[ -z "$emulator" ] || packages+=(qemu-user)
# What apt would install (it says `Inst NAME[:ARCHITECTURE] (VERSION SUITE [ARCHITECTURE])`),
# less what the compiler for the other processor needs: it does not run here.
mapfile -t closure < <(apt-get "${apt[@]}" --simulate install "${packages[@]}" 2>> "$log" |
  sed -n 's/^Inst \([^ :]*\)[^ ]* (\([^ ]*\) .* \[\([a-z0-9]*\)\]).*/\1:\3=\2/p' |
  grep -Ev "^(libllvm|libz3-|libclang).*:$arch=")
[ ${#closure[@]} -ge ${#packages[@]} ] || die "$suite cannot install ${packages[*]}"
say "2/3 downloading ${#closure[@]} packages"
(cd "$work/debs" && apt-get "${apt[@]}" download "${closure[@]}" >> "$log" 2>&1)

say "3/3 unpacking them"
rm -rf "$prefix/root"
mkdir -p "$prefix"/root/usr/{bin,lib,lib64,sbin,local}
for dir in bin lib lib64 sbin; do ln -s "usr/$dir" "$prefix/root/$dir"; done
for deb in "$work"/debs/*.deb; do
  # A package that holds /lib as a folder must not replace the link.
  dpkg-deb --fsys-tarfile "$deb" |
    tar -C "$prefix/root" -x --keep-directory-symlink --no-same-owner --exclude='./usr/share/*' --exclude='./usr/local/*'
done
ln -sf gcc "$prefix/root/usr/bin/cc"
[ -d "$prefix/root/usr/lib/rustlib/$rust" ] || die "libstd-rust-dev:$arch does not hold $rust"

# 3. The entry point ----------------------------------------------------------
cargo_target=CARGO_TARGET_$(printf '%s' "$rust" | tr 'a-z-' 'A-Z_')
mkdir -p "$prefix/bin"
cat > "$prefix/bin/emulate" <<WRAPPER
#!/bin/sh
# Written by setup-emulation.sh: runs a command with Debian's Rust for $arch.
export PATH="/usr/bin:/usr/sbin:\$PATH"
export CARGO_BUILD_TARGET=$rust
export ${cargo_target}_LINKER=$gnu-gcc
${emulator:+export ${cargo_target}_RUNNER=$emulator}
unset CARGO RUSTC RUSTUP_TOOLCHAIN LD_LIBRARY_PATH LD_PRELOAD
# Cargo's home may be in /usr/local.
exec unshare --user --map-root-user --mount sh -euc '
mount --rbind /usr/local "\$0/usr/local"
mount --rbind "\$0/usr" /usr
exec "\$@"
' "$prefix/root" "\$@"
WRAPPER
chmod 755 "$prefix/bin/emulate"

# 4. Prove it ------------------------------------------------------------------
mkdir -p "$work/probe/src"
cat > "$work/probe/Cargo.toml" <<'PROBE'
[package]
name = "probe"
version = "0.0.0"
edition = "2021"

[workspace]
PROBE
echo 'fn main() { println!("{}", std::env::consts::ARCH) }' > "$work/probe/src/main.rs"
runs_on=$(cd "$work/probe" && CARGO_TARGET_DIR=$work/probe/target "$prefix/bin/emulate" cargo run --offline 2>> "$log") ||
  die "a Rust program cannot be compiled for $arch or does not run"
case $arch:$runs_on in
  arm64:aarch64 | armhf:arm | i386:x86) ;;
  *) die "a Rust program for $arch says that it runs on $runs_on" ;;
esac
version=$("$prefix/bin/emulate" rustc --version)
rm -rf "$work"
printf '%s\n' "$version" > "$prefix/.complete"
say "$version for $arch is ready in $prefix"
