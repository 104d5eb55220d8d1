// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {Providers} from "../../solidity/market/Providers.sol";
import {vm} from "./Vm.sol";

/// @dev A registration of the node with that key, for the owner with that key.
function registrationOf(
    uint256 nodeKey,
    uint256 ownerKey,
    uint64 timestamp,
    uint192 nonce
) pure returns (Providers.Registration memory registration) {
    registration.node = vm.addr(nodeKey);
    registration.owner = vm.addr(ownerKey);
    registration.peerId = hex"0024080112";
    registration.offers = new Providers.Offer[](1);
    registration.offers[0] = Providers.Offer(bytes32(uint256(1)), 10, 20);
    registration.endpoint = "/dns4/provider.example/tcp/9000";
    registration.timestamp = timestamp;
    registration.nonce = nonce;
}

/// @dev A signature as Ethereum has it: r, s, v.
function signatureOf(uint256 key, bytes32 digest) pure returns (bytes memory) {
    (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
    return abi.encodePacked(r, s, v);
}
