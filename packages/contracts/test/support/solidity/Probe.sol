// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {Poai} from "../Poai.sol";

/// @dev Shows the library's functions to tests.
contract Probe {
    function generate(bytes32 model, bytes calldata prompt, uint32 most) external view returns (Poai.Answer memory) {
        return Poai.generate(model, prompt, most);
    }

    function sampled(
        bytes32 model,
        bytes calldata prompt,
        uint32 most,
        uint32 temperature,
        bytes32 seed
    ) external view returns (Poai.Answer memory) {
        return Poai.generateSampled(model, prompt, most, temperature, seed);
    }

    function tryGenerate(
        bytes32 model,
        bytes calldata prompt,
        uint32 most,
        uint256 gasLimit
    ) external view returns (bool succeeded, Poai.Answer memory answer, uint256 gasUsed) {
        uint256 before = gasleft();
        (succeeded, answer) = Poai.tryGenerate(model, prompt, most, gasLimit);
        gasUsed = before - gasleft();
    }

    /// @dev What `tryGenerate` would be without its look at the gas.
    function naiveTry(
        bytes32 model,
        bytes calldata prompt,
        uint32 most,
        uint256 gasLimit
    ) external view returns (bool succeeded, bytes memory output) {
        (succeeded, output) = Poai.GENERATE.staticcall{gas: gasLimit}(
            abi.encode(model, prompt, most, uint32(0), bytes32(0))
        );
    }

    function metered(bytes32 model, bytes calldata prompt, uint32 most) external view returns (uint256 gasUsed) {
        (, gasUsed) = Poai.generateMetered(model, prompt, most);
    }

    function replay(Poai.Claim calldata claim) external view returns (Poai.Verdict memory) {
        return Poai.replay(claim);
    }

    function holds(Poai.Claim calldata claim) external view returns (bool) {
        return Poai.holds(claim);
    }

    function ask(string calldata question) external view returns (string memory) {
        return Poai.ask(question);
    }

    function cost(Poai.Prices calldata prices, uint256 promptBytes, uint256 most) external pure returns (uint256) {
        return Poai.cost(prices, promptBytes, most);
    }

    function costOfAsking(Poai.Prices calldata prices, string calldata question) external pure returns (uint256) {
        return Poai.costOfAsking(prices, question);
    }
}
