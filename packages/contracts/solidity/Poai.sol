// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {PoaiModels} from "./PoaiModels.sol";

/// @title Calls of language models
/// @notice A contract names a model by the SHA-256 of its file and gives it a prompt. Every node computes the answer,
/// and gets the same bits, so the answer is as certain as a sum. It is as right as the model is, and no more.
/// @dev Two precompiles do it, see docs/CONTRACTS.md. A call that fails takes all gas that it was given.
library Poai {
    address internal constant GENERATE = address(0x0a10);
    address internal constant REPLAY = address(0x0a11);

    /// @dev The longest answer to a quiz, and the line end after it.
    uint32 internal constant QUIZ_ANSWER_TOKENS = 13;
    /// @dev What `quizPrompt` puts around a question.
    uint256 internal constant QUIZ_FRAME_BYTES = 8;
    /// @dev Between the look at the gas and the call: some ten operations, and the price of a call.
    uint256 private constant CALL_GAS = 1_000;

    /// @notice What a model said.
    struct Answer {
        /// The bytes of its tokens, without the token that ended it.
        bytes text;
        /// How many tokens it took, the one that ended it included. Gas is charged for each.
        uint32 tokens;
        /// Commits to each token, and to the numbers that the model gave for it.
        bytes32 root;
    }

    /// @notice What somebody says that a model answered.
    struct Claim {
        bytes32 model;
        bytes prompt;
        uint32 temperature;
        bytes32 seed;
        /// The tokens of the answer. A byte is the token 3 + its value.
        uint32[] output;
        bytes32 root;
    }

    /// @notice What the model thinks of a claim.
    struct Verdict {
        /// Whether the root is the one of these tokens.
        bool rightRoot;
        /// The place of the first token that the model would not have said; their number if it would have said all.
        uint32 firstWrong;
    }

    /// @notice What a network charges for a model, in gas: `poai_networkParams` tells.
    struct Prices {
        uint256 base;
        uint256 promptToken;
        uint256 outputToken;
    }

    /// @notice The call failed: the network does not know the model, prompt and answer are too long for it, the
    /// temperature is above 100,000, the model gave a number that is not finite, or the gas did not suffice.
    error PoaiRefused(bytes32 model);
    /// @notice Contracts cannot call models on this network, or not yet.
    error PoaiAbsent();
    /// @notice The caller brought less gas than the call of the model may take.
    error PoaiTooLittleGas(uint256 needed, uint256 left);
    /// @notice A question holds something else than printable ASCII: a line end in it could hide a false example.
    error PoaiNotPrintable(uint256 index);

    /// @notice Asks a model, and takes the likeliest token each time.
    /// @param maxTokens The answer has at most so many; gas for all of them must be there.
    function generate(bytes32 model, bytes memory prompt, uint32 maxTokens) internal view returns (Answer memory) {
        return generateSampled(model, prompt, maxTokens, 0, 0);
    }

    /// @notice Asks a model, and draws each token by its probability. Equal arguments give equal answers: whoever knows
    /// the seed knows the answer.
    /// @param temperature In thousandths: 1000 takes the model's own probabilities, less makes likely tokens likelier.
    function generateSampled(
        bytes32 model,
        bytes memory prompt,
        uint32 maxTokens,
        uint32 temperature,
        bytes32 seed
    ) internal view returns (Answer memory) {
        (bool succeeded, bytes memory output) = GENERATE.staticcall(
            abi.encode(model, prompt, maxTokens, temperature, seed)
        );
        if (!succeeded) revert PoaiRefused(model);
        return _toAnswer(output);
    }

    /// @notice Like `generate`, but returns false where it reverts, and loses no more gas than `gasLimit`.
    /// @dev Reverts if less gas than `gasLimit` can be passed on. Otherwise a caller could make the call fail by
    /// bringing too little, and choose what happens next.
    /// @param gasLimit See `cost`.
    function tryGenerate(
        bytes32 model,
        bytes memory prompt,
        uint32 maxTokens,
        uint256 gasLimit
    ) internal view returns (bool succeeded, Answer memory answer) {
        return tryGenerateSampled(abi.encode(model, prompt, maxTokens, uint32(0), bytes32(0)), gasLimit);
    }

    /// @notice Like `generateSampled`, but returns false where it reverts.
    /// @param input `abi.encode(model, prompt, maxTokens, temperature, seed)`, with the types of `generateSampled`.
    function tryGenerateSampled(
        bytes memory input,
        uint256 gasLimit
    ) internal view returns (bool succeeded, Answer memory answer) {
        // A call passes on 63/64 of what is left.
        uint256 needed = gasLimit + gasLimit / 63 + CALL_GAS;
        if (gasleft() < needed) revert PoaiTooLittleGas(needed, gasleft());
        bytes memory output;
        (succeeded, output) = GENERATE.staticcall{gas: gasLimit}(input);
        succeeded = succeeded && output.length > 0;
        if (succeeded) answer = _toAnswer(output);
    }

    /// @notice Asks what the model thinks of a claimed answer. It costs what generating it would.
    function replay(Claim memory claim) internal view returns (Verdict memory verdict) {
        (bool succeeded, bytes memory output) = REPLAY.staticcall(
            abi.encode(claim.model, claim.prompt, claim.temperature, claim.seed, claim.output, claim.root)
        );
        if (!succeeded) revert PoaiRefused(claim.model);
        if (output.length == 0) revert PoaiAbsent();
        (verdict.rightRoot, verdict.firstWrong) = abi.decode(output, (bool, uint32));
    }

    /// @notice Whether the model says exactly this: each token, and with each the numbers that the root commits to.
    function holds(Claim memory claim) internal view returns (bool) {
        Verdict memory verdict = replay(claim);
        return verdict.rightRoot && verdict.firstWrong == claim.output.length;
    }

    /// @notice Asks quiz-1 one of the questions that it learned, such as "17 + 25?", and returns "42".
    /// @dev The families of questions are in docs/PROTOCOL.md; whatever else is asked gets an answer without meaning.
    function ask(string memory question) internal view returns (string memory) {
        requirePrintable(question);
        return string(generate(PoaiModels.QUIZ_1, quizPrompt(question), QUIZ_ANSWER_TOKENS).text);
    }

    /// @notice The text after which quiz-1 answers best: the line end in front of it stands for the rest of an exam.
    function quizPrompt(string memory question) internal pure returns (bytes memory) {
        return bytes.concat("\nQ: ", bytes(question), "\nA: ");
    }

    /// @notice Reverts unless all is printable ASCII. Text of strangers that becomes part of a prompt should be.
    function requirePrintable(string memory text) internal pure {
        bytes memory characters = bytes(text);
        for (uint256 i = 0; i < characters.length; i++) {
            if (characters[i] < 0x20 || characters[i] > 0x7e) revert PoaiNotPrintable(i);
        }
    }

    /// @notice The gas that a call must bring, and the most that it takes, for the precompile alone.
    /// @param promptBytes A prompt has a token for each byte, and one that begins it.
    function cost(Prices memory prices, uint256 promptBytes, uint256 maxTokens) internal pure returns (uint256) {
        return prices.base + prices.promptToken * (1 + promptBytes) + prices.outputToken * maxTokens;
    }

    /// @notice The same for `ask`.
    function costOfAsking(Prices memory prices, string memory question) internal pure returns (uint256) {
        return cost(prices, bytes(question).length + QUIZ_FRAME_BYTES, QUIZ_ANSWER_TOKENS);
    }

    /// @notice Asks, and measures the gas that it took, encoding included: for contracts that do not know the prices.
    function generateMetered(
        bytes32 model,
        bytes memory prompt,
        uint32 maxTokens
    ) internal view returns (Answer memory answer, uint256 gasUsed) {
        uint256 before = gasleft();
        answer = generate(model, prompt, maxTokens);
        gasUsed = before - gasleft();
    }

    function _toAnswer(bytes memory output) private pure returns (Answer memory answer) {
        // An address without a precompile succeeds, and says nothing.
        if (output.length == 0) revert PoaiAbsent();
        (answer.text, answer.tokens, answer.root) = abi.decode(output, (bytes, uint32, bytes32));
    }
}
