#!/bin/sh
# Makes a Python environment in the repository: setup_environment.sh [FOLDER REQUIREMENTS]
# FOLDER is .venv and REQUIREMENTS crosscheck/requirements.txt unless given; packages come from whatever package index pip
# is configured for. Does nothing when the folder is already up to date.
set -eu
repository=$(cd "$(dirname "$0")/.." && pwd)
environment="$repository/${1:-.venv}"
requirements="$repository/${2:-crosscheck/requirements.txt}"
installed="$environment/installed-requirements.txt"

if [ -f "$installed" ] && cmp -s "$requirements" "$installed"; then exit 0; fi

python=${PYTHON:-python3}
if ! command -v "$python" >/dev/null 2>&1; then
  echo "crosscheck: '$python' was not found; install python3 and python3-venv, or set PYTHON=/path/to/python3" >&2
  exit 1
fi
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
  echo "crosscheck: Python 3.11 or later is needed, found $("$python" --version)" >&2
  exit 1
fi
if ! "$python" -m venv "$environment"; then
  echo "crosscheck: the environment could not be made; on Debian and Ubuntu: apt-get install python3-venv" >&2
  exit 1
fi
"$environment/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$requirements"
cp "$requirements" "$installed"
