// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {Poai} from "../Poai.sol";

/// @title A game that a model tells
/// @notice Each move is a transaction, and the model tells what happens. The chain keeps a hash of the whole story and
/// its last lines, which are what the model sees; events have the rest.
/// @dev A move can be tried by a call before it is sent. Who wants surprise puts a block's hash into the seed.
contract TextAdventure {
    struct Game {
        uint64 moves;
        /// Of all that was said and told so far.
        bytes32 storyHash;
        /// Whole lines at the end of the story, at most `WINDOW_BYTES`.
        bytes window;
    }

    /// @notice How the model is asked, and what stands between one move and the next. chat-1 wants "U: ", "\nA:" and
    /// "\n".
    struct Template {
        string beforeMove;
        string beforeStory;
        string afterStory;
    }

    uint256 public constant MAX_MOVE_BYTES = 64;

    bytes32 public immutable MODEL;
    uint256 public immutable WINDOW_BYTES;
    uint32 public immutable MAX_TOKENS;
    /// @dev In thousandths.
    uint32 public immutable TEMPERATURE;

    Template private _template;
    mapping(address player => Game) private _games;

    event Told(address indexed player, uint64 indexed move, string action, string story, bytes32 storyHash);

    error TooLong(uint256 max, uint256 actual);

    constructor(bytes32 model, Template memory asked, uint256 windowBytes, uint32 maxTokens, uint32 temperature) {
        MODEL = model;
        WINDOW_BYTES = windowBytes;
        MAX_TOKENS = maxTokens;
        TEMPERATURE = temperature;
        _template = asked;
    }

    /// @notice Makes a move in the sender's game, and returns what the model tells.
    function play(string calldata action) external returns (string memory story) {
        if (bytes(action).length > MAX_MOVE_BYTES) revert TooLong(MAX_MOVE_BYTES, bytes(action).length);
        Poai.requirePrintable(action);
        Game storage game = _games[msg.sender];
        bytes memory prompt = bytes.concat(
            game.window,
            bytes(_template.beforeMove),
            bytes(action),
            bytes(_template.beforeStory)
        );
        bytes32 seed = keccak256(abi.encode(game.storyHash, action));
        bytes memory text = Poai.generateSampled(MODEL, prompt, MAX_TOKENS, TEMPERATURE, seed).text;
        game.moves++;
        game.storyHash = keccak256(abi.encode(game.storyHash, action, text));
        game.window = _lastLines(bytes.concat(prompt, text, bytes(_template.afterStory)));
        story = string(text);
        emit Told(msg.sender, game.moves, action, story, game.storyHash);
    }

    /// @notice Begins the sender's game anew.
    function restart() external {
        delete _games[msg.sender];
    }

    function games(address player) external view returns (Game memory) {
        return _games[player];
    }

    function template() external view returns (Template memory) {
        return _template;
    }

    /// @dev The end of a text that fits into the window, from the beginning of a line on.
    function _lastLines(bytes memory text) private view returns (bytes memory lines) {
        if (text.length <= WINDOW_BYTES) return text;
        uint256 from = text.length - WINDOW_BYTES;
        while (from < text.length && text[from - 1] != "\n") from++;
        lines = new bytes(text.length - from);
        for (uint256 i = 0; i < lines.length; i++) lines[i] = text[from + i];
    }
}
