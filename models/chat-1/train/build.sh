#!/bin/sh
# Builds the trainer with chat-1's shape into ./build: seven layers of width 192, sequences of 512 tokens.
set -eu
cd "$(dirname "$0")"
TRAIN_FLAGS="-DWIDTH=192 -DLAYERS=7 -DHEADS=6 -DFEED_FORWARD=512 -DTOKENS=512 -DANSWERS=512 ${TRAIN_FLAGS:-}"
BUILD="$PWD/build"
export TRAIN_FLAGS BUILD
exec ../../quiz-1/train/build.sh
