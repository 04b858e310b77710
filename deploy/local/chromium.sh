#!/bin/sh
# Installs the browser that the tests of the console drive, where this machine lets us; else says how. Never fails: only
# those tests need it.
set -u

browser=/usr/bin/chromium
[ -x "$browser" ] && exit 0

if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
    echo 'Installing Chromium for the tests of the console ...'
    export DEBIAN_FRONTEND=noninteractive
    { apt-get update -qq && apt-get install -qq --no-install-recommends chromium fonts-liberation; } >/dev/null 2>&1
    [ -x "$browser" ] && exit 0
fi

[ "$(id -u)" -eq 0 ] && sudo='' || sudo='sudo '
cat >&2 <<END
The tests of the console in a browser are left out: there is no $browser. On Debian:

    ${sudo}apt-get install chromium

END
exit 0
