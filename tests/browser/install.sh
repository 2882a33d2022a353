#!/bin/sh
# Installs Chromium for the browser tests where there is none: the distribution's own, by apt-get, which needs root.
# What apt-get said is in build/chromium.log.
set -u
for name in "${PASSERELLE_BROWSER:-chromium}" chromium chromium-browser google-chrome; do
    if command -v "$name" > /dev/null; then exit 0; fi
done
if ! command -v apt-get > /dev/null || [ "$(id -u)" != 0 ]; then exit 1; fi
mkdir -p build
export DEBIAN_FRONTEND=noninteractive
# A list that could not be renewed may do; a mirror that never answers ends after its time.
{
    timeout 120 apt-get -qq update
    timeout 600 apt-get -qq install -y --no-install-recommends -o DPkg::Lock::Timeout=60 chromium
} > build/chromium.log 2>&1
command -v chromium > /dev/null
