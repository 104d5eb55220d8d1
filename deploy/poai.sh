#!/bin/sh
# `poai` in a container. Gives the home the native engine that the image was built with, unless it is there, and becomes
# the program: process 1, which gets the signals.
set -eu

cache="$POAI_HOME/cache"
mkdir -p "$cache/engine"
for built in /opt/poai-engine/*; do
  name="${built##*/}"
  [ -d "$cache/engine/$name" ] && continue
  # Whole or not at all, should this process be killed.
  cp -R "$built" "$cache/engine/.$name.$$"
  mv -T "$cache/engine/.$name.$$" "$cache/engine/$name"
done

# Compiled code is kept between starts.
export NODE_COMPILE_CACHE="$cache/node"
exec node --conditions=source --disable-warning=ExperimentalWarning /opt/poai/packages/cli/src/main.ts "$@"
