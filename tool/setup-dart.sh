#!/usr/bin/env bash
# setup-dart.sh PREFIX: puts a Dart toolchain (SDK and an offline pub cache)
# under PREFIX on a Debian-like machine and prints the path of its `dart`.
#
# ./dartw calls it where there is no Dart. It needs Debian's package mirror and
# neither dart.dev nor pub.dev. Nothing is installed system-wide: the machine's
# libc, its apt sources and its package database stay as they are.
#
#   SDK        Debian's package dart-sdk (suite $DART_SUITE), unpacked to
#              PREFIX/root together with the libraries it depends on (a newer
#              glibc than the machine's among them); its programs are pointed
#              to those libraries with patchelf.
#   pub cache  the packages vendored in the *source* tarball of dart-sdk
#              (hooks, code_assets, ffi, test, lints, ...), laid out as
#              PREFIX/pub-cache/hosted/pub.dev/NAME-VERSION, where
#              `dart pub get --offline` looks for hosted packages.
#
# apt fetches every byte and checks it against Debian's signed indices. A
# finished PREFIX is left alone; an interrupted run resumes.
#
# Environment: DART_SUITE (sid)   Debian suite to take dart-sdk from
#              DEBIAN_MIRROR      default: the one in the machine's apt sources
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/private-apt.sh"

suite=${DART_SUITE:-sid}

[ $# -eq 1 ] || die "usage: $0 PREFIX"
prefix=$(readlink -m "$1")
case $prefix in *[[:space:]:]*) die "PREFIX must not contain spaces or colons: $prefix" ;; esac
need apt-get dpkg-deb flock
need_keyring

lock "$prefix"
if [ -e "$prefix/.complete" ]; then
  printf '%s\n' "$prefix/bin/dart"
  exit 0
fi

work=$prefix/.work
log=$work/log
mkdir -p "$work"/{lists/partial,cache/archives/partial,debs,src}
: > "$log"
show_on_failure "$log"

# 1. A private apt: its own sources, lists, cache and (empty) package status ---
find_mirror
codename=$(os_release VERSION_CODENAME)
{
  echo "deb [signed-by=$debian_keyring] $mirror $suite main"
  echo "deb-src [signed-by=$debian_keyring] $mirror $suite main"
  # The machine's own release, for tools that run here.
  if ! { command -v patchelf && command -v xz; } >/dev/null && [ "$(os_release ID)" = debian ]; then
    echo "deb [signed-by=$debian_keyring] $mirror ${codename:?} main"
  fi
} > "$work/sources.list"
write_apt_conf "$work" "APT::Default-Release \"$suite\";"
apt=(-c "$work/apt.conf" -q)
say "1/5 reading Debian's package index ($mirror, $suite)"
apt-get "${apt[@]}" -o APT::Update::Error-Mode=any update >> "$log" 2>&1

# 2. The SDK and the libraries it needs ---------------------------------------
version=$(apt-cache "${apt[@]}" show --no-all-versions dart-sdk | sed -n 's/^Version: //p')
[ -n "$version" ] || die "$suite has no dart-sdk for this machine's architecture"
source=$(apt-cache "${apt[@]}" show --no-all-versions dart-sdk | sed -n 's/^Source: .*(\(.*\))$/\1/p')
source=${source:-$version}
closure=$(apt-cache "${apt[@]}" depends --recurse --no-recommends --no-suggests --no-conflicts \
  --no-breaks --no-replaces --no-enhances dart-sdk | grep -E '^[a-z0-9]')
# Only what can be needed at run time: dart-sdk and shared libraries.
debs=(dart-sdk)
for p in $closure; do
  case $p in libc6 | libgcc-s1 | libstdc++6 | zlib1g | lib*[0-9]*) debs+=("$p") ;; esac
done
# The Debian package of node_preamble: the source tarball holds only a stub.
debs+=(dart-node-preamble)
say "2/5 downloading dart-sdk $version and the $((${#debs[@]} - 1)) packages it needs"
(cd "$work/debs" && apt-get "${apt[@]}" download "${debs[@]}" >> "$log" 2>&1)
mapfile -t files < <(apt-get "${apt[@]}" download --print-uris "${debs[@]}" | awk '{ print $2 }')
[ ${#files[@]} -ge ${#debs[@]} ] || die "apt-get download --print-uris names ${#files[@]} of ${#debs[@]} files"

# host_tool PACKAGE PROGRAM: unpacks the package of the machine's own release
# and prints the program's path.
host_tool() {
  (cd "$work/debs" && apt-get "${apt[@]}" download "$1/$codename" >> "$log" 2>&1) || return 1
  dpkg-deb -x "$(find "$work/debs" -name "$1_*.deb" | head -n 1)" "$work/tools" &&
    printf '%s' "$work/tools/usr/bin/$2"
}
patchelf=$(command -v patchelf || host_tool patchelf patchelf) ||
  die "patchelf is needed (package patchelf)"
if ! command -v xz >/dev/null; then
  xz=$(host_tool xz-utils xz) || die "xz is needed (package xz-utils)"
  PATH=$PATH:$(dirname "$xz")
fi
"$patchelf" --version >> "$log" || die "patchelf does not run here"

say "3/5 unpacking the SDK"
rm -rf "$prefix/root" "$prefix/root.new"
mkdir -p "$prefix/root.new"
for deb in "${files[@]}"; do
  dpkg-deb -x "$work/debs/$deb" "$prefix/root.new"
done
rm -rf "$prefix/root.new/usr/share/doc" "$prefix/root.new/usr/share/lintian" \
  "$prefix/root.new/usr/share/man" "$prefix/root.new/usr/share/locale" "$prefix/root.new/etc"
find "$prefix/root.new/usr/lib" -type d -name gconv -prune -exec rm -rf {} +
mv "$prefix/root.new" "$prefix/root"

sdk=$prefix/root/usr/lib/dart
[ -x "$sdk/bin/dart" ] || die "dart-sdk's layout changed: no usr/lib/dart/bin/dart"
ld_host=$("$patchelf" --print-interpreter "$sdk/bin/dart")
libc=$(find "$prefix/root/usr/lib" -name libc.so.6 | head -n 1)
[ -n "$libc" ] || die "no libc.so.6 among the unpacked libraries"
libdir=$(dirname "$libc")
ld=$libdir/$(basename "$ld_host")
[ -x "$ld" ] || die "no $(basename "$ld_host") next to $libc"
for f in "$sdk"/bin/* "$sdk"/bin/utils/*; do
  if [ ! -f "$f" ] || [ ! -x "$f" ]; then continue; fi
  "$patchelf" --print-interpreter "$f" >/dev/null 2>&1 || continue
  "$patchelf" --set-interpreter "$ld" --force-rpath --set-rpath "$libdir" "$f"
  if missing=$("$ld" --list "$f" 2>&1 | grep 'not found'); then
    die "$f: $missing"
  fi
done
"$sdk/bin/dart" --version >> "$log" 2>&1 || die "the unpacked dart does not run"

# 3. The pub cache, from the SDK's source tarball -----------------------------
# Only the orig tarball: sid's smaller source files may already be gone.
read -r uri file size sum < <(apt-get "${apt[@]}" source --print-uris --only-source "dart-sdk=$source" |
  grep -F '.orig.tar.' | grep -v '\.asc' | head -n 1 | tr -d "'")
[ -n "${uri:-}" ] || die "no source of dart-sdk $source"
if [ ! -e "$work/src/$file.ok" ]; then
  say "4/5 downloading $file ($((size / 1000000)) MB)"
  /usr/lib/apt/apt-helper "${apt[@]}" download-file "$uri" "$work/src/$file" "$sum" >> "$log" 2>&1
  touch "$work/src/$file.ok"
fi
say "5/5 unpacking the packages in it"
rm -rf "$work/tree" && mkdir -p "$work/tree"
tar -C "$work/tree" --strip-components=1 -xf "$work/src/$file" --wildcards --no-wildcards-match-slash \
  '*/third_party/pkg' '*/pkg/*/pubspec.yaml' '*/pkg/*/lib' '*/pkg/*/bin' '*/pkg/*/LICENSE' '*/pkg/*/CHANGELOG.md'

# field FILE NAME: a top-level scalar of a pubspec.yaml.
field() { sed -n "s/^$2:[[:space:]]*\([^[:space:]#]*\).*/\1/p" "$1" | tr -d "\"'" | head -n 1; }
cache=$prefix/pub-cache
hosted=$cache/hosted/pub.dev
rm -rf "$cache" && mkdir -p "$hosted"
while IFS= read -r spec; do
  dir=$(dirname "$spec") name=$(field "$spec" name) ver=$(field "$spec" version)
  if [ -z "$name" ] || [ -z "$ver" ] || [ ! -d "$dir/lib" ]; then continue; fi
  [ "$(field "$spec" publish_to)" != none ] || continue
  out=$hosted/$name-$ver
  [ ! -e "$out" ] || continue
  mkdir "$out"
  for part in pubspec.yaml lib bin hook assets LICENSE README.md CHANGELOG.md; do
    if [ -e "$dir/$part" ]; then cp -a "$dir/$part" "$out/"; fi
  done
done < <(
  # Packages proper, not the examples and fixtures below them.
  find "$work/tree/third_party/pkg" "$work/tree/pkg" -name pubspec.yaml \
    -not -path '*/example/*' -not -path '*/test/data/*' -not -path '*/test_data/*' |
    awk '{ print length($0), $0 }' | sort -n | cut -d' ' -f2-
  find "$prefix/root/usr/share/dart/packages" -mindepth 2 -maxdepth 2 -name pubspec.yaml
)
# package:web is in no Debian package. test and its dependencies name it, but
# import it only when compiled for a browser; an empty stub satisfies pub.
if ! compgen -G "$hosted/web-[0-9]*" >/dev/null; then
  mkdir -p "$hosted/web-1.1.1+stub/lib"
  cat > "$hosted/web-1.1.1+stub/pubspec.yaml" <<'STUB'
name: web
version: 1.1.1+stub
description: Empty stand-in written by setup-dart.sh; the real package:web is not available offline.
environment:
  sdk: ^3.4.0
STUB
  printf '// Empty stand-in, see ../pubspec.yaml.\nlibrary;\n' > "$hosted/web-1.1.1+stub/lib/web.dart"
fi
chmod -R u+w "$cache"
# A hash per package: without it, any pub command that runs online *deletes* the
# cache entry before it tries (and fails) to download it again.
mkdir -p "$cache/hosted-hashes/pub.dev"
for d in "$hosted"/*/; do
  (cd "$d" && find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1 | tr -d '\n') \
    > "$cache/hosted-hashes/pub.dev/$(basename "$d").sha256"
done

# 4. The entry point ----------------------------------------------------------
mkdir -p "$prefix/bin"
cat > "$prefix/bin/dart.new" <<WRAPPER
#!/bin/sh
# Written by setup-dart.sh: Debian's dart-sdk $version with an offline pub cache.
if [ -z "\${PUB_CACHE:-}" ]; then
  PUB_CACHE=$cache; export PUB_CACHE
fi
# Fail at once, not after minutes of retries, where pub goes online after all.
if [ -z "\${PUB_MAX_HTTP_RETRIES:-}" ] && [ "\${DART_PUB_ONLINE:-0}" != 1 ]; then
  PUB_MAX_HTTP_RETRIES=1; export PUB_MAX_HTTP_RETRIES
fi
# Resolve from the cache, which is the part of pub.dev that is here
# (DART_PUB_ONLINE=1 asks pub.dev).
if [ "\${1:-}" = pub ] && [ "\${DART_PUB_ONLINE:-0}" != 1 ]; then
  case "\${2:-} " in
    "get "|"upgrade "|"downgrade "|"add "|"remove ")
      sub=\$2; shift 2
      case " \$* " in
        *" --offline "*|*" --no-offline "*|*" --help "*|*" -h "*) ;;
        *) set -- --offline "\$@" ;;
      esac
      set -- pub "\$sub" "\$@" ;;
  esac
fi
exec $sdk/bin/dart "\$@"
WRAPPER
chmod 755 "$prefix/bin/dart.new"
mv "$prefix/bin/dart.new" "$prefix/bin/dart"
for f in "$sdk"/bin/dartaotruntime*; do
  case $f in *.sym) ;; *) ln -sf "$f" "$prefix/bin/" ;; esac
done

# 5. Prove it ------------------------------------------------------------------
probe=$(mktemp -d "$work/probe.XXXXXX")
mkdir "$probe/bin"
cat > "$probe/pubspec.yaml" <<PROBE
name: probe
publish_to: none
environment:
  sdk: ^3.10.0
dependencies:
  code_assets: any
  ffi: any
  hooks: any
dev_dependencies:
  lints: any
  test: any
PROBE
echo "void main() => print('ok');" > "$probe/bin/probe.dart"
(cd "$probe" && CI=true "$prefix/bin/dart" pub get >> "$log" 2>&1) || die "dart pub get --offline fails"
[ "$(cd "$probe" && CI=true "$prefix/bin/dart" run bin/probe.dart 2>> "$log" | tail -n 1)" = ok ] || die "dart run fails"
rm -rf "$work"
printf '%s\n' "dart-sdk $version" > "$prefix/.complete"
say "dart-sdk $version is ready in $prefix"
printf '%s\n' "$prefix/bin/dart"
