// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {Poai} from "../Poai.sol";

/// @title Two people bet on what quiz-1 answers
/// @notice Anyone can run the model before betting, so a question should hold what nobody knows yet: each `#` in it
/// becomes a digit from 1 to 9, drawn from a block after both have paid. The miner of that block can throw it away and
/// try again, which costs a block's reward: keep stakes below it.
/// @dev Whoever is owed coins fetches them. Time alone gets out of each state, so nobody's coins are locked in.
contract QuizBet {
    enum State {
        None,
        Open,
        Joined,
        Over
    }

    struct Bet {
        State state;
        address opener;
        /// Until then somebody may join, in seconds.
        uint64 closesAt;
        address joiner;
        /// The digits come from this block's hash.
        uint64 drawBlock;
        uint256 stake;
        string question;
        string openersGuess;
        string joinersGuess;
    }

    /// @dev The longest question that quiz-1 learned.
    uint256 public constant MAX_QUESTION_BYTES = 56;
    uint256 public constant MAX_GUESS_BYTES = 12;
    uint64 public constant MAX_OPEN_SECONDS = 30 days;
    /// @dev The EVM knows the hashes of so many blocks before the present one.
    uint64 public constant SETTLE_BLOCKS = 256;

    Bet[] private _bets;
    /// @notice What `withdraw` pays.
    mapping(address => uint256) public owed;

    event Opened(uint256 indexed id, address indexed opener, uint256 stake, string question, string guess);
    event Joined(uint256 indexed id, address indexed joiner, string guess, uint64 drawBlock);
    event Settled(uint256 indexed id, address winner, string question, string answer);
    event Returned(uint256 indexed id);

    error NotInState(State expected, State actual);
    error NoStake();
    error WrongStake(uint256 expected, uint256 actual);
    error TooLong(uint256 max, uint256 actual);
    error SameGuess();
    error NotYet(uint256 from, uint256 present);
    error TooLate(uint256 until, uint256 present);
    error NothingOwed();
    error NotPaid();

    /// @notice Opens a bet with the coins that are sent: that the model will answer `guess`.
    function open(string calldata question, string calldata guess, uint64 openSeconds) external payable returns (uint256 id) {
        if (msg.value == 0) revert NoStake();
        if (bytes(question).length > MAX_QUESTION_BYTES) revert TooLong(MAX_QUESTION_BYTES, bytes(question).length);
        if (bytes(guess).length > MAX_GUESS_BYTES) revert TooLong(MAX_GUESS_BYTES, bytes(guess).length);
        if (openSeconds > MAX_OPEN_SECONDS) revert TooLong(MAX_OPEN_SECONDS, openSeconds);
        Poai.requirePrintable(question);
        id = _bets.length;
        Bet storage bet = _bets.push();
        bet.state = State.Open;
        bet.opener = msg.sender;
        bet.closesAt = uint64(block.timestamp) + openSeconds;
        bet.stake = msg.value;
        bet.question = question;
        bet.openersGuess = guess;
        emit Opened(id, msg.sender, msg.value, question, guess);
    }

    /// @notice Takes the other side with the same stake and another guess.
    function join(uint256 id, string calldata guess) external payable {
        Bet storage bet = _inState(id, State.Open);
        if (block.timestamp > bet.closesAt) revert TooLate(bet.closesAt, block.timestamp);
        if (msg.value != bet.stake) revert WrongStake(bet.stake, msg.value);
        if (bytes(guess).length > MAX_GUESS_BYTES) revert TooLong(MAX_GUESS_BYTES, bytes(guess).length);
        if (_areEqual(guess, bet.openersGuess)) revert SameGuess();
        bet.state = State.Joined;
        bet.joiner = msg.sender;
        bet.joinersGuess = guess;
        bet.drawBlock = uint64(block.number) + 1;
        emit Joined(id, msg.sender, guess, bet.drawBlock);
    }

    /// @notice Asks the model, and owes both stakes to whoever guessed its answer; each gets his own back if neither
    /// did. Anyone may call it, from the second block after the joining on.
    function settle(uint256 id) external returns (string memory answer) {
        Bet storage bet = _inState(id, State.Joined);
        if (block.number <= bet.drawBlock) revert NotYet(bet.drawBlock + 1, block.number);
        if (block.number > bet.drawBlock + SETTLE_BLOCKS) revert TooLate(bet.drawBlock + SETTLE_BLOCKS, block.number);
        string memory question = _draw(bet.question, blockhash(bet.drawBlock));
        answer = Poai.ask(question);
        bet.state = State.Over;
        address winner;
        if (_areEqual(answer, bet.openersGuess)) winner = bet.opener;
        else if (_areEqual(answer, bet.joinersGuess)) winner = bet.joiner;
        if (winner == address(0)) _return(bet);
        else owed[winner] += 2 * bet.stake;
        emit Settled(id, winner, question, answer);
    }

    /// @notice Ends a bet that nobody joined in time. Its opener may end it at once.
    function close(uint256 id) external {
        Bet storage bet = _inState(id, State.Open);
        if (msg.sender != bet.opener && block.timestamp <= bet.closesAt) {
            revert NotYet(bet.closesAt + 1, block.timestamp);
        }
        bet.state = State.Over;
        owed[bet.opener] += bet.stake;
        emit Returned(id);
    }

    /// @notice Ends a bet that nobody settled in time, or nobody could, since the network has dropped the model.
    function giveUp(uint256 id) external {
        Bet storage bet = _inState(id, State.Joined);
        uint256 until = bet.drawBlock + SETTLE_BLOCKS;
        if (block.number <= until) revert NotYet(until + 1, block.number);
        bet.state = State.Over;
        _return(bet);
        emit Returned(id);
    }

    /// @notice Pays the sender what is owed.
    function withdraw() external {
        uint256 amount = owed[msg.sender];
        if (amount == 0) revert NothingOwed();
        owed[msg.sender] = 0;
        (bool isPaid, ) = msg.sender.call{value: amount}("");
        if (!isPaid) revert NotPaid();
    }

    function bets(uint256 id) external view returns (Bet memory) {
        return _bets[id];
    }

    function _inState(uint256 id, State expected) private view returns (Bet storage bet) {
        bet = _bets[id];
        if (bet.state != expected) revert NotInState(expected, bet.state);
    }

    function _return(Bet storage bet) private {
        owed[bet.opener] += bet.stake;
        owed[bet.joiner] += bet.stake;
    }

    /// @dev The question with digits in place of its marks.
    function _draw(string memory question, bytes32 seed) private pure returns (string memory) {
        bytes memory text = bytes(question);
        uint256 random = uint256(seed);
        for (uint256 i = 0; i < text.length; i++) {
            if (text[i] != "#") continue;
            text[i] = bytes1(uint8(0x31 + (random % 9)));
            random /= 9;
        }
        return question;
    }

    function _areEqual(string memory left, string memory right) private pure returns (bool) {
        return keccak256(bytes(left)) == keccak256(bytes(right));
    }
}
