#!/usr/bin/env bash
# setup-flutter.sh PREFIX DART_PREFIX: puts what runs Flutter's widget tests without a
# screen under PREFIX on a Debian-like machine.
#
# tool/test_flutter.sh calls it where there is no `flutter`. It needs Debian's package
# mirror, and the Dart that setup-dart.sh has put in DART_PREFIX. Nothing is installed
# system-wide.
#
#   engine     Debian's packages flutter-tester, flutter-engine-tools and
#              flutter-patched-sdk: the engine without a window, and the compiler for it
#   packages   Debian's packages flutter and flutter-test, laid out as a Flutter SDK as
#              far as `dart pub` looks at it; there is no `flutter` command in Debian
#   fonts      Roboto and JetBrains Mono, for the picture of the app
#
# Two commands are in PREFIX/bin then: `pub get` for a Flutter package, and `run-tests`.
# An interrupted run resumes; a finished PREFIX is left alone.
#
# Environment: DART_SUITE (sid)   Debian suite to take the packages from
#              DEBIAN_MIRROR      default: the one in the machine's apt sources
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/private-apt.sh"

suite=${DART_SUITE:-sid}

[ $# -eq 2 ] || die "usage: $0 PREFIX DART_PREFIX"
prefix=$(readlink -m "$1")
dart=$(readlink -m "$2")
case $prefix in *[[:space:]:]*) die "PREFIX must not contain spaces or colons: $prefix" ;; esac
need apt-get dpkg-deb flock
need_keyring
[ -x "$dart/bin/dart" ] && [ -d "$dart/pub-cache" ] ||
  die "there is no Dart of tool/setup-dart.sh in $dart: run that first"

lock "$prefix"
[ ! -e "$prefix/.complete" ] || exit 0

work=$prefix/.work
log=$work/log
mkdir -p "$work"/{lists/partial,cache/archives/partial,debs}
: > "$log"
show_on_failure "$log"

# 1. A private apt --------------------------------------------------------------
find_mirror
codename=$(os_release VERSION_CODENAME)
{
  echo "deb [signed-by=$debian_keyring] $mirror $suite main"
  # The machine's own release, for patchelf, which runs here.
  if ! command -v patchelf >/dev/null && [ "$(os_release ID)" = debian ]; then
    echo "deb [signed-by=$debian_keyring] $mirror ${codename:?} main"
  fi
} > "$work/sources.list"
write_apt_conf "$work" "APT::Default-Release \"$suite\";"
apt=(-c "$work/apt.conf" -q)
say "1/3 reading Debian's package index ($mirror, $suite)"
apt-get "${apt[@]}" -o APT::Update::Error-Mode=any update >> "$log" 2>&1

# 2. The packages and what they need ---------------------------------------------
version=$(apt-cache "${apt[@]}" show --no-all-versions flutter | sed -n 's/^Version: *\([0-9.]*\).*/\1/p')
[ -n "$version" ] || die "$suite has no Flutter for this machine's architecture"
mapfile -t debs < <(apt-cache "${apt[@]}" depends --recurse --no-recommends --no-suggests --no-conflicts \
  --no-breaks --no-replaces --no-enhances \
  flutter-tester flutter-test flutter-patched-sdk flutter-engine-tools |
  grep -E '^[a-z0-9]' | grep -vE '^(gcc-[0-9]+-base|libc-gconv.*)$')
debs+=(fonts-roboto-unhinted fonts-jetbrains-mono)
say "2/3 downloading Flutter $version and the packages it needs (${#debs[@]})"
(cd "$work/debs" && apt-get "${apt[@]}" download "${debs[@]}" >> "$log" 2>&1)
mapfile -t files < <(apt-get "${apt[@]}" download --print-uris "${debs[@]}" | awk '{ print $2 }')
[ ${#files[@]} -ge ${#debs[@]} ] || die "apt-get download --print-uris names ${#files[@]} of ${#debs[@]} files"
if ! patchelf=$(command -v patchelf); then
  (cd "$work/debs" && apt-get "${apt[@]}" download "patchelf/$codename" >> "$log" 2>&1) ||
    die "patchelf is needed (package patchelf)"
  dpkg-deb -x "$(find "$work/debs" -name 'patchelf_*.deb' | head -n 1)" "$work/tools"
  patchelf=$work/tools/usr/bin/patchelf
fi

say "3/3 unpacking them"
rm -rf "$prefix/root" "$prefix/root.new"
mkdir -p "$prefix/root.new"
for deb in "${files[@]}"; do
  dpkg-deb -x "$work/debs/$deb" "$prefix/root.new"
done
rm -rf "$prefix/root.new"/usr/share/{doc,lintian,man,locale}
mv "$prefix/root.new" "$prefix/root"

engine=$(find "$prefix/root/usr/lib/flutter-engine" -name flutter_tester -printf '%h\n' 2>> "$log" | head -n 1)
[ -n "$engine" ] || die "flutter-tester's layout changed: no flutter_tester in usr/lib/flutter-engine"
libc=$(find "$prefix/root/usr/lib" -name libc.so.6 | head -n 1)
[ -n "$libc" ] || die "no libc.so.6 among the unpacked libraries"
libdir=$(dirname "$libc")
ld=$libdir/$(basename "$("$patchelf" --print-interpreter "$engine/flutter_tester")")
for program in "$engine/flutter_tester" "$engine/impellerc"; do
  "$patchelf" --set-interpreter "$ld" --force-rpath --set-rpath "$libdir" "$program"
  if missing=$("$ld" --list "$program" 2>&1 | grep 'not found'); then die "$program: $missing"; fi
done

# A Flutter SDK, as far as pub looks at one.
sdk=$prefix/sdk
packages=$prefix/root/usr/share/dart/packages
rm -rf "$sdk"
mkdir -p "$sdk/packages" "$sdk/bin/cache/pkg"
printf '{"frameworkVersion":"%s","flutterVersion":"%s","channel":"stable"}\n' "$version" "$version" \
  > "$sdk/bin/cache/flutter.version.json"
ln -s "$packages/flutter" "$sdk/packages/flutter"
ln -s "$packages/sky_engine" "$sdk/bin/cache/pkg/sky_engine"
cp -rL "$packages/flutter_test" "$sdk/packages/flutter_test"
# It pins these to versions that Debian does not have.
sed -i 's/^  \(test_api\|matcher\): .*/  \1: any/' "$sdk/packages/flutter_test/pubspec.yaml"

# The assets of an app: shaders of Flutter's widgets, as `flutter test` would compile them.
rm -rf "$prefix/assets" && mkdir -p "$prefix/assets/shaders"
for shader in material/shaders/ink_sparkle widgets/shaders/stretch_effect; do
  "$engine/impellerc" --sksl --runtime-stage-vulkan --iplr --input-type=frag --include="$engine/shader_lib" \
    --input="$packages/flutter/lib/src/$shader.frag" --spirv="$work/shader.spirv" \
    --sl="$prefix/assets/shaders/$(basename "$shader").frag" >> "$log" 2>&1 || die "impellerc does not compile $shader.frag"
done

# Dart's packages, and Debian's that Flutter needs, each with the hash that pub looks for.
cache=$prefix/pub-cache
rm -rf "$cache"
cp -r "$dart/pub-cache" "$cache"
field() { sed -n "s/^$2: *//p" "$1" | tr -d "\"'" | head -n 1; }
for package in "$packages"/*/; do
  ver=$(field "$package/pubspec.yaml" version)
  name=$(field "$package/pubspec.yaml" name)-$ver
  if [ -z "$ver" ] || [ -e "$cache/hosted/pub.dev/$name" ]; then continue; fi
  cp -rL "$package" "$cache/hosted/pub.dev/$name"
  (cd "$cache/hosted/pub.dev/$name" && find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum |
    sha256sum | cut -d' ' -f1 | tr -d '\n') > "$cache/hosted-hashes/pub.dev/$name.sha256"
done

# The fonts, by the names that the picture of the app asks for.
rm -rf "$prefix/fonts" && mkdir "$prefix/fonts"
for font in Roboto-Regular Roboto-Medium JetBrainsMono-Regular; do
  file=$(find "$prefix/root/usr/share/fonts" -name "$font.ttf" | head -n 1)
  [ -n "$file" ] || die "no $font.ttf among the unpacked fonts"
  cp "$file" "$prefix/fonts/"
done

# 3. The commands ----------------------------------------------------------------
mkdir -p "$prefix/bin"
cat > "$prefix/bin/pub" <<WRAPPER
#!/bin/sh
# Written by setup-flutter.sh: \`dart pub\` that knows Flutter's packages.
FLUTTER_ROOT=$sdk PUB_CACHE=$cache exec "$dart/bin/dart" pub "\$@"
WRAPPER
cat > "$prefix/bin/run-tests" <<WRAPPER
#!/usr/bin/env bash
# Written by setup-flutter.sh. run-tests NATIVE_ASSETS.yaml TEST.dart...: runs tests of the
# Flutter package in this folder, each file in a process of its own. They are compiled
# together, as that takes longer than most of them run. Exits with 1 if tests have failed.
set -euo pipefail
assets=\$(readlink -f "\$1")
shift
work=\$(mktemp -d)
trap 'rm -rf "\$work"' EXIT
{
  echo "import 'dart:async'; import 'dart:io';"
  n=0
  for test; do echo "import 'file://\$(readlink -f "\$test")' as t\$((++n));"; done
  echo 'void main() => runZoned(switch (Platform.environment["FLUTTER_TEST_FILE"]) {'
  n=0
  for test; do echo "'\$test' => t\$((++n)).main,"; done
  cat <<'DART'
  final other => throw ArgumentError(other),
}, zoneSpecification: ZoneSpecification(
  print: (self, parent, zone, line) {
    parent.print(zone, line);
    // Nothing else ends the engine.
    if (line.contains('All tests passed!') || line.contains('All tests skipped.')) exit(0);
    if (line.contains('Some tests failed.') || line.contains('No tests ran.')) exit(1);
  },
));
DART
} > "\$work/main.dart"
"$dart/bin/dartaotruntime" "$engine/frontend_server_aot.dart.snapshot" --sdk-root="$engine/flutter_patched_sdk/" \\
  --target=flutter --no-link-platform --packages=.dart_tool/package_config.json \\
  --native-assets="\$assets" --output-dill="\$work/out.dill" "\$work/main.dart" > "\$work/log" 2>&1 ||
  { cat "\$work/log"; exit 70; }
failed=0
for test; do
  printf '%s\n' "\$test"
  FLUTTER_TEST=true FLUTTER_TEST_FILE=\$test timeout 300 "$engine/flutter_tester" --run-forever --non-interactive \\
    --disable-vm-service --enable-checked-mode --enable-software-rendering --skia-deterministic-rendering \\
    --use-test-fonts --disable-asset-fonts --packages=.dart_tool/package_config.json \\
    --flutter-assets-dir="$prefix/assets" "\$work/out.dill" || failed=1
done
exit \$failed
WRAPPER
chmod 755 "$prefix"/bin/*

# 4. Prove it ---------------------------------------------------------------------
probe=$work/probe
rm -rf "$probe" && mkdir -p "$probe/test"
cat > "$probe/pubspec.yaml" <<'PROBE'
name: probe
publish_to: none
environment:
  sdk: ^3.10.0
dependencies:
  flutter:
    sdk: flutter
dev_dependencies:
  flutter_test:
    sdk: flutter
PROBE
cat > "$probe/test/probe_test.dart" <<'PROBE'
import 'package:flutter/widgets.dart';
import 'package:flutter_test/flutter_test.dart';

void main() => testWidgets('a widget is shown', (tester) async {
  await tester.pumpWidget(const Placeholder());
  expect(find.byType(Placeholder), findsOneWidget);
});
PROBE
printf 'format-version: [1, 0, 0]\nnative-assets: {}\n' > "$probe/assets.yaml"
(cd "$probe" && CI=true "$prefix/bin/pub" get --offline >> "$log" 2>&1) || die "pub get of a Flutter package fails"
(cd "$probe" && "$prefix/bin/run-tests" assets.yaml test/probe_test.dart >> "$log" 2>&1) ||
  die "a widget test does not pass"
rm -rf "$work"
printf 'Flutter %s\n' "$version" > "$prefix/.complete"
say "Flutter $version is ready in $prefix"
