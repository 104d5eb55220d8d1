// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

/// @title What forge lets tests do, as far as these use it
interface Vm {
    function addr(uint256 key) external pure returns (address);
    function assume(bool condition) external pure;
    function chainId(uint256 id) external;
    function deal(address account, uint256 balance) external;
    function etch(address account, bytes calldata code) external;
    function expectRevert(bytes calldata error) external;
    function expectRevert(bytes4 error) external;
    function expectPartialRevert(bytes4 error) external;
    function prank(address sender) external;
    function roll(uint256 number) external;
    function sign(uint256 key, bytes32 digest) external pure returns (uint8 v, bytes32 r, bytes32 s);
    function warp(uint256 timestamp) external;
    function assertEq(uint256 actual, uint256 expected, string calldata what) external pure;
    function assertEq(address actual, address expected, string calldata what) external pure;
    function assertEq(bytes32 actual, bytes32 expected, string calldata what) external pure;
    function assertTrue(bool condition, string calldata what) external pure;
    function assertLe(uint256 actual, uint256 most, string calldata what) external pure;
}

/// @dev Where forge answers.
Vm constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

/// @dev Maps any number into a range, both ends included.
function within(uint256 number, uint256 least, uint256 most) pure returns (uint256) {
    return least + (number % (most - least + 1));
}
