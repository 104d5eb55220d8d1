// SPDX-License-Identifier: Apache-2.0
// Made from models/manifest.json: npm run contracts
pragma solidity ^0.8.24;

/// @title The models that come with every node
/// @notice SHA-256 of their files, by which contracts name them. A network says which of them contracts may call.
library PoaiModels {
    bytes32 internal constant QUIZ_1 = 0x44155e737aed0961a975625db43f710823405862fe918e326f872498425d5ecc;
    bytes32 internal constant CHAT_1 = 0x4adf4cf4626b07658090a85b67b1e636c69ed50c465e381d0105ce76dc233d70;
}
