#!/bin/sh
# Asks quiz-1 through a node, by cast.
#
# sh ask-cast.sh [URL of a node] [question]
set -eu

generate=0x0000000000000000000000000000000000000a10
quiz_1=0x44155e737aed0961a975625db43f710823405862fe918e326f872498425d5ecc
seed=0x0000000000000000000000000000000000000000000000000000000000000000

prompt=$(printf '\nQ: %s\nA: ' "${2:-17 + 25?}" | od -An -v -tx1 | tr -d ' \n')
input=$(cast abi-encode 'generate(bytes32,bytes,uint32,uint32,bytes32)' $quiz_1 "0x$prompt" 13 0 $seed)
output=$(cast call --rpc-url "${1:-http://127.0.0.1:8545}" $generate --data "$input")
cast to-utf8 "$(cast decode-abi 'generate()(bytes,uint32,bytes32)' "$output" | head -n 1)"
