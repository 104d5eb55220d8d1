// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {Poai} from "../Poai.sol";

/// @title Asks a model once for each prompt
/// @notice The first to ask pays the gas of the model, everybody after that a fee, which goes to the first one.
contract CachedOracle {
    struct Entry {
        /// Who paid for the answer. Nobody: it was not asked for.
        address payer;
        uint32 tokens;
        bytes32 root;
        bytes text;
    }

    bytes32 public immutable MODEL;
    uint32 public immutable MAX_TOKENS;
    uint256 public immutable FEE;

    mapping(bytes32 promptHash => Entry) private _entries;
    /// @notice What `withdraw` pays.
    mapping(address => uint256) public owed;

    event Answered(bytes32 indexed promptHash, address indexed payer, bytes text, bytes32 root);

    error TooLittle(uint256 fee, uint256 paid);
    error Unknown(bytes32 promptHash);
    error NothingOwed();
    error NotPaid();

    constructor(bytes32 model, uint32 maxTokens, uint256 fee) {
        MODEL = model;
        MAX_TOKENS = maxTokens;
        FEE = fee;
    }

    /// @notice The model's answer. What is sent beyond the fee comes back, and all of it to the first one to ask.
    function ask(bytes calldata prompt) external payable returns (bytes memory text) {
        bytes32 promptHash = keccak256(prompt);
        Entry storage entry = _entries[promptHash];
        uint256 fee = 0;
        if (entry.payer == address(0)) {
            Poai.Answer memory answer = Poai.generate(MODEL, prompt, MAX_TOKENS);
            entry.payer = msg.sender;
            entry.tokens = answer.tokens;
            entry.root = answer.root;
            entry.text = answer.text;
            emit Answered(promptHash, msg.sender, answer.text, answer.root);
        } else {
            fee = FEE;
            if (msg.value < fee) revert TooLittle(fee, msg.value);
            owed[entry.payer] += fee;
        }
        text = entry.text;
        _pay(msg.value - fee);
    }

    /// @notice What was answered. Contracts must ask; for people the chain is open anyway.
    function entries(bytes32 promptHash) external view returns (Entry memory) {
        return _entries[promptHash];
    }

    /// @notice Whether these tokens are the answer to the prompt, to the last bit of the model's numbers. It costs as
    /// much as asking, so it is a call for people, and for contracts that trust nobody's cache.
    function isAnswer(bytes calldata prompt, uint32[] calldata output) external view returns (bool) {
        Entry storage entry = _entries[keccak256(prompt)];
        if (entry.payer == address(0)) revert Unknown(keccak256(prompt));
        return Poai.holds(Poai.Claim(MODEL, prompt, 0, 0, output, entry.root));
    }

    /// @notice Pays the sender what others paid for his answers.
    function withdraw() external {
        uint256 amount = owed[msg.sender];
        if (amount == 0) revert NothingOwed();
        owed[msg.sender] = 0;
        _pay(amount);
    }

    function _pay(uint256 amount) private {
        if (amount == 0) return;
        (bool isPaid, ) = msg.sender.call{value: amount}("");
        if (!isPaid) revert NotPaid();
    }
}
