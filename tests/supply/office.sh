#!/bin/sh
# Makes LibreOffice Calc ready for `make office`: it is installed where it is missing and this user may, and where that
# is not so, what to do is said.
set -eu

if command -v soffice >/dev/null 2>&1 || command -v libreoffice >/dev/null 2>&1; then
    exit 0
fi
if ! command -v apt-get >/dev/null 2>&1; then
    echo "LibreOffice is not here, and there is no apt-get to install it: install LibreOffice Calc, so that soffice is on the PATH" >&2
    exit 1
fi
if [ "$(id -u)" = 0 ]; then
    as=
elif sudo -n true >/dev/null 2>&1; then
    as="sudo -n"
else
    echo "LibreOffice is not here, and this user may not install it: apt-get install libreoffice-calc" >&2
    exit 1
fi
echo "Installing libreoffice-calc (about 100 MB, once)"
$as apt-get -qq update
$as env DEBIAN_FRONTEND=noninteractive apt-get -qq install --yes --no-install-recommends libreoffice-calc >/dev/null
