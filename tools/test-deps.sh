#!/bin/sh
# Installs what the tests need and this machine lacks: PostgreSQL, Chromium with
# a Chinese font, espeak-ng, SIPp, Node, and the npm packages of the tests in the browser and of
# FHIR. Needs root and Debian's packages for all but the last; without them it says
# what is missing.
set -eu
cd "$(dirname "$0")/.."

missing=""
ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || command -v postgres >/dev/null 2>&1 || missing="$missing postgresql"
command -v chromium >/dev/null 2>&1 || command -v google-chrome >/dev/null 2>&1 || missing="$missing chromium"
{ command -v fc-list >/dev/null 2>&1 && fc-list :lang=zh | grep -q .; } || missing="$missing fonts-noto-cjk fontconfig"
command -v espeak-ng >/dev/null 2>&1 || missing="$missing espeak-ng"
command -v sipp >/dev/null 2>&1 || missing="$missing sip-tester"
command -v npm >/dev/null 2>&1 || missing="$missing nodejs npm"
if [ -n "$missing" ]; then
	if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
		apt-get update -qq
		# shellcheck disable=SC2086 # the list is words
		DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
	else
		echo "the tests need:$missing (install them, or run as root on Debian)" >&2
		exit 1
	fi
fi
if ! node -e 'process.exit(parseInt(process.versions.node) >= 20 ? 0 : 1)' >/dev/null 2>&1; then
	echo "the tests need Node 20 or newer" >&2
	exit 1
fi
for dir in app/e2e/browser channel/fhir/client; do
	if [ ! -d "$dir/node_modules" ]; then
		(cd "$dir" && npm ci --no-audit --no-fund --silent)
	fi
done
