#!/bin/sh
# Installs the official AsyncAPI parser, pinned by the lock beside this file, into build/node/; runs no package's scripts.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=$here/../../../build/node
mkdir -p "$build"
cp "$here/package.json" "$here/package-lock.json" "$here/.npmrc" "$build"
cd "$build"
exec npm ci --silent
