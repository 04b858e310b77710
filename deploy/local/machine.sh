#!/bin/sh
# Prints the Python that the suite will use, or says on standard error what to install first and fails.
# Plain sh, for a machine that has nothing but `make` yet.
set -u

works() { # a Python that is new enough
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

complete() { # and that can make a virtual environment: Debian keeps that part in a package of its own
    "$1" -c 'import ensurepip, venv' 2>/dev/null
}

install() {
    [ "$(id -u)" -eq 0 ] && sudo='' || sudo='sudo '
    printf 'Bowerbird needs %s. On Debian or Ubuntu:\n\n    %sapt-get install %s\n\nthen run the same command again.\n' \
        "$1" "$sudo" "$2" >&2
    exit 1
}

if [ "$(uname -s)" != Linux ]; then
    echo "Bowerbird's local suite runs on Linux only; this is $(uname -s)." >&2
    exit 1
fi
command -v setpriv >/dev/null || install 'the command setpriv' util-linux

candidate=
for name in python3 python3.13 python3.12 python3.11 python3.14; do
    python=$(command -v "$name") && works "$python" || continue
    complete "$python" && { echo "$python"; exit 0; }
    candidate=${candidate:-$name}
done

case $candidate in
    python3) install 'the module venv of Python' python3-venv ;;
    ?*) install "the module venv of $candidate" "$candidate-venv" ;;
esac
if python=$(command -v python3); then
    install "Python 3.11 or newer ($python is $("$python" -c 'import platform; print(platform.python_version())'))" \
        'python3.11 python3.11-venv'
fi
install 'Python 3.11 or newer' 'python3 python3-venv'
