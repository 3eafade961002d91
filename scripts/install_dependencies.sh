#!/bin/sh
# Installs the system packages that MolFlow links, where they are missing: OpenBLAS, NetCDF, FFTW, pkg-config.
# With the argument `crosscheck` also what the comparison with other programs needs: Python and ncdump.
# Debian and Ubuntu, as root or with sudo; elsewhere says what is missing.
set -eu

if ! command -v swift >/dev/null 2>&1; then
  echo "error: no swift command; install a Swift 6 toolchain (swift.org/install) and put it on the PATH" >&2
  exit 1
fi

missing=""
command -v pkg-config >/dev/null 2>&1 || missing="pkg-config"
for pair in openblas:libopenblas-dev netcdf:libnetcdf-dev fftw3:libfftw3-dev; do
  if ! pkg-config --exists "${pair%%:*}" 2>/dev/null; then missing="$missing ${pair##*:}"; fi
done
if [ "${1:-}" = crosscheck ]; then
  command -v ncdump >/dev/null 2>&1 || missing="$missing netcdf-bin"
  python3 -c 'import venv, ensurepip' >/dev/null 2>&1 || missing="$missing python3 python3-venv"
fi
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null 2>&1; then
  echo "error: these libraries are missing, and there is no apt-get to install them:$missing" >&2
  echo "  do: install their development packages with this system's package manager" >&2
  exit 1
fi
if [ "$(id -u)" = 0 ]; then
  as_root=""
elif command -v sudo >/dev/null 2>&1; then
  as_root="sudo"
else
  echo "error: these packages are missing, and neither root nor sudo is at hand:$missing" >&2
  echo "  do: ask an administrator to run: apt-get install -y $missing" >&2
  exit 1
fi
echo "installing:$missing" >&2
# A failed update is no reason to stop: the package lists may be good enough.
$as_root apt-get update -qq >&2 || true
# shellcheck disable=SC2086
DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq $missing >&2 || {
  echo "error: apt-get could not install:$missing" >&2
  exit 1
}
