#!/usr/bin/env bash
# test_flutter.sh: analyses and tests the Flutter app in example/flutter_app/.
#
# It runs `flutter test` where there is Flutter. Elsewhere, on a Debian-like machine, it sets
# up Flutter's engine without a screen in the user's cache folder. Where it can do neither, it
# says so, and that is no failure.
#
# Environment: UPDATE_PICTURE=1   also writes docs/images/flutter_app.png
set -euo pipefail
cd -P "$(dirname "${BASH_SOURCE[0]}")/.."
. tool/private-apt.sh

app=example/flutter_app
cache_home=${XDG_CACHE_HOME:-$HOME/.cache}/rhai_dart

if command -v flutter >/dev/null; then
  cd "$app"
  flutter pub get
  flutter analyze
  exec flutter test
fi

if ! { command -v apt-get && command -v dpkg-deb; } >/dev/null || ! [ -r "$debian_keyring" ]; then
  echo 'test_flutter: skipped: no flutter on PATH, and no Debian to take its engine from' >&2
  echo '  Install Flutter (https://docs.flutter.dev/install), or on a Debian-like machine' >&2
  echo '  the package debian-archive-keyring.' >&2
  exit 0
fi

# The engine's compiler needs the Dart that it was made with, also where another one is there.
tool/setup-dart.sh "$cache_home/dart" >/dev/null
tool/setup-flutter.sh "$cache_home/flutter" "$cache_home/dart"
# Builds the native library, and writes where it is.
./dartw run bin/rhai.dart --help >/dev/null
assets=$PWD/.dart_tool/native_assets.yaml

cd "$app"
"$cache_home/flutter/bin/pub" get --offline >/dev/null
"$cache_home/dart/bin/dart" analyze --fatal-infos
FONTS=$cache_home/flutter/fonts "$cache_home/flutter/bin/run-tests" "$assets" test/*_test.dart
