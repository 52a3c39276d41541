#!/usr/bin/env bash
# setup-emulation.sh PREFIX arm64|armhf|i386: puts under PREFIX what builds the project
# for another processor and runs its tests, on a Debian-like machine; it is then run by
# PREFIX/bin/emulate.
#
# tool/test_emulated.sh calls it. It needs Debian's package mirror, and neither
# rustup nor hardware of that kind.
#
#   PREFIX/root          Debian's packages, unpacked: a Rust toolchain and QEMU for this
#                        machine; a linker, the C library, Rust's standard library and
#                        the Dart SDK for the other.
#   PREFIX/bin/emulate   runs a command that sees PREFIX/root/usr as /usr, and all
#                        else as it is. cargo compiles for the other processor there,
#                        `dart` is its SDK, and the kernel starts its programs under QEMU.
#                        (An x86-64 kernel runs programs for i386 itself. There is no Dart
#                        for i386.)
#
# Nothing is installed system-wide: the command has a mount namespace of its own,
# which a user namespace lets it have without being root, and so has the registration of
# QEMU (binfmt_misc, since Linux 6.7). apt fetches every byte and checks it against
# Debian's signed indices. A finished PREFIX is left alone; an interrupted run begins again.
#
# Environment: DEBIAN_MIRROR   default: the one in the machine's apt sources
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/private-apt.sh"

[ $# -eq 2 ] || die "usage: $0 PREFIX arm64|armhf|i386"
prefix=$(readlink -m "$1") arch=$2
case $prefix in
  *[!A-Za-z0-9/._+-]*) die "PREFIX may hold letters, digits and / . _ + - only: $prefix" ;;
  /usr | /usr/*) die "PREFIX must not be in /usr, which is replaced: $prefix" ;;
esac
# Dart is in Debian's unstable suite only. Where there is none, a stable one will do, with
# the oldest Rust that the project is compiled with.
case $arch in
  arm64)
    suite=sid gnu=aarch64-linux-gnu rust=aarch64-unknown-linux-gnu emulator=qemu-aarch64
    # The header of its programs, as far as it matters.
    magic='\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00'
    ;;
  armhf)
    suite=sid gnu=arm-linux-gnueabihf rust=armv7-unknown-linux-gnueabihf emulator=qemu-arm
    magic='\x7fELF\x01\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\x28\x00'
    ;;
  i386) suite=trixie gnu=i686-linux-gnu rust=i686-unknown-linux-gnu emulator= magic= ;;
  *) die "unknown architecture $arch: arm64, armhf or i386" ;;
esac
# Any system's ABI; programs at fixed addresses and others.
mask='\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff'
need apt-get dpkg dpkg-deb flock mount unshare
[ "$(dpkg --print-architecture)" = amd64 ] || die "the machine must be an x86-64 one"
unshare --user --map-root-user --mount true || die "user namespaces are needed, and are not allowed here"
[ -z "$emulator" ] || unshare --user --map-root-user --mount mount -t binfmt_misc none /proc/sys/fs/binfmt_misc ||
  die "the kernel cannot register an emulator for a user namespace: Linux 6.7 or newer is needed"
for dir in bin lib lib64 sbin; do
  [ "$(readlink -f "/$dir")" = "/usr/$dir" ] || die "/$dir must be a link to /usr/$dir"
done
need_keyring

lock "$prefix"
if [ -e "$prefix/.complete" ]; then exit; fi

work=$prefix/.work
log=$work/log
rm -rf "$work"
mkdir -p "$work"/{lists/partial,cache/archives/partial,debs}
show_on_failure "$log"

# 1. A private apt: its own sources, lists, cache and (empty) package status ---
find_mirror
echo "deb [signed-by=$debian_keyring] $mirror $suite main" > "$work/sources.list"
write_apt_conf "$work" '#clear APT::Architectures;' "APT::Architectures { \"amd64\"; \"$arch\"; };"
apt=(-c "$work/apt.conf" -q)
say "1/3 reading Debian's package index ($mirror, $suite)"
apt-get "${apt[@]}" -o APT::Update::Error-Mode=any update >> "$log" 2>&1

# 2. The packages --------------------------------------------------------------
packages=(
  bash coreutils dash grep sed
  rustc cargo gcc libc6-dev
  "gcc-$gnu" "libc6-dev:$arch" "libstd-rust-dev:$arch"
)
[ -z "$emulator" ] || packages+=(qemu-user "dart-sdk:$arch")
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
# Dart's build hook runs cargo too, and passes few variables on to it.
cargo_target=CARGO_TARGET_$(printf '%s' "$rust" | tr 'a-z-' 'A-Z_')
mv "$prefix/root/usr/bin/cargo" "$prefix/root/usr/bin/cargo.real"
cat > "$prefix/root/usr/bin/cargo" <<CARGO
#!/bin/sh
# Written by setup-emulation.sh: cargo that compiles for $arch.
export CARGO_BUILD_TARGET=$rust
export ${cargo_target}_LINKER=$gnu-gcc
exec /usr/bin/cargo.real "\$@"
CARGO
chmod 755 "$prefix/root/usr/bin/cargo"

# Run by a shell in single quotes. The kernel opens the emulator at once (F).
register="mount -t binfmt_misc none /proc/sys/fs/binfmt_misc
printf %s \":$arch:M::${magic//\\/\\\\}:${mask//\\/\\\\}:$prefix/root/usr/bin/$emulator:PF\" > /proc/sys/fs/binfmt_misc/register"
mkdir -p "$prefix/bin"
cat > "$prefix/bin/emulate" <<WRAPPER
#!/bin/sh
# Written by setup-emulation.sh: runs a command with Debian's Rust and Dart for $arch.
export PATH="/usr/bin:/usr/sbin:\$PATH"
unset CARGO RUSTC RUSTUP_TOOLCHAIN LD_LIBRARY_PATH LD_PRELOAD
# Cargo's home may be in /usr/local.
exec unshare --user --map-root-user --mount sh -euc '
${emulator:+$register}
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
if [ -n "$emulator" ]; then
  echo "import 'dart:ffi'; void main() => print(Abi.current());" > "$work/probe/probe.dart"
  runs_on=$(cd "$work/probe" && "$prefix/bin/emulate" dart run probe.dart 2>> "$log") ||
    die "a Dart program does not run on $arch"
  case $arch:$runs_on in
    arm64:linux_arm64 | armhf:linux_arm) ;;
    *) die "a Dart program for $arch says that it runs on $runs_on" ;;
  esac
fi
version=$("$prefix/bin/emulate" rustc --version)
rm -rf "$work"
printf '%s\n' "$version" > "$prefix/.complete"
say "$version for $arch is ready in $prefix"
